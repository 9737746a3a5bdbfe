import { setTimeout as pause } from 'node:timers/promises';
import { ask } from '../http-client.ts';
import { glog } from '../log.ts';
import type { StandIn } from '../types.ts';
import { apiClient, baseOf, messageOf } from './api-client.ts';
import { type Daemon, fatal, healthzOnly, runDaemon } from './daemon.ts';
import { lead } from './leader-election.ts';
import { nodeLifecycle } from './node-lifecycle.ts';
import { replicate } from './replication.ts';

/**
 * Stands for kube-controller-manager: the leader marks nodes NotReady, evicts their pods, and keeps the pods of
 * ReplicationControllers. Not there: every other controller (service endpoints, namespaces, volumes, jobs ...).
 */
export const kubeControllerManager: StandIn = (invocation) => runDaemon('kube-controller-manager', invocation, start);

async function start(daemon: Daemon): Promise<void> {
  const { flags } = daemon;
  const master = flags.text('master');
  if (master === '' && flags.text('kubeconfig') === '') {
    // clientcmd's fall back to localhost:8080
    glog.warning('client_config.go:355', 'Neither --kubeconfig nor --master was specified. Using default API client.');
  }
  // The health is told before and whether or not it leads (cmd/kube-controller-manager/app of 1.3).
  await daemon.serve('controllermanager.go:160', flags.text('address'), flags.number('port'), healthzOnly);
  const api = apiClient(master);
  const { lost } = await lead(api, 'kube-controller-manager', flags);
  await requireApi(master);
  const lifecycle = nodeLifecycle(api, {
    grace: flags.milliseconds('node-monitor-grace-period'),
    eviction: flags.milliseconds('pod-eviction-timeout'),
  });
  daemon.every(1000, () => logged('nodecontroller.go:345', lifecycle()));
  daemon.every(1000, () => logged('reflector.go:216', replicate(api)));
  await lost;
  throw fatal('controllermanager.go:181', 'leaderelection lost');
}

/** StartControllers asks for the API's versions for ten seconds, and its failure is fatal. */
async function requireApi(master: string): Promise<void> {
  for (let left = 10; ; left--) {
    const failure = await ask(`${baseOf(master)}/api`).then(
      ({ status }) => (status === 200 ? undefined : `the server responded with the status code ${status}`),
      (error: unknown) => `Get ${baseOf(master)}/api: ${messageOf(error)}`,
    );
    if (failure === undefined) return;
    const said = `Failed to get api versions from server: ${failure}`;
    if (left === 0) throw fatal('controllermanager.go:215', said);
    glog.error('controllermanager.go:211', said);
    await pause(1000);
  }
}

/** The controllers go on whatever happens; the log says it. */
async function logged(place: string, done: Promise<void>): Promise<void> {
  try {
    await done;
  } catch (error) {
    glog.error(place, messageOf(error));
  }
}
