import { glog } from '../log.ts';
import type { StandIn } from '../types.ts';
import { type ApiClient, apiClient, messageOf } from './api-client.ts';
import { type Daemon, fatal, healthzOnly, runDaemon } from './daemon.ts';
import { field, type JsonObject, text } from './json.ts';
import { lead } from './leader-election.ts';
import { conditionOf } from './node-lifecycle.ts';

/**
 * Stands for kube-scheduler: the leader gives each pod without a node to a Ready one, in turn, the ones with the fewest
 * pods first. Not there: predicates and priorities, such as resources, ports and selectors.
 */
export const kubeScheduler: StandIn = (invocation) => runDaemon('kube-scheduler', invocation, start);

async function start(daemon: Daemon): Promise<void> {
  const { flags } = daemon;
  await daemon.serve('server.go:137', flags.text('address'), flags.number('port'), healthzOnly);
  const api = apiClient(flags.text('master'));
  const { lost } = await lead(api, 'kube-scheduler', flags);
  daemon.every(1000, async () => {
    try {
      await schedule(api, flags.text('scheduler-name'));
    } catch (error) {
      glog.error('reflector.go:216', `Failed to list *api.Pod: ${messageOf(error)}`);
    }
  });
  await lost;
  throw fatal('server.go:177', 'lost master');
}

async function schedule(api: ApiClient, schedulerName: string): Promise<void> {
  const pods = await api.list('pods');
  const waiting = pods.filter((pod) => text(pod, 'spec', 'nodeName') === '' && isMine(pod, schedulerName));
  if (waiting.length === 0) return;
  const load = new Map(
    (await api.list('nodes')).filter(isSchedulable).map((node) => [text(node, 'metadata', 'name'), 0]),
  );
  for (const pod of pods) {
    const node = text(pod, 'spec', 'nodeName');
    const pods = load.get(node);
    if (pods !== undefined) load.set(node, pods + 1);
  }
  for (const pod of waiting) {
    const name = text(pod, 'metadata', 'name');
    const [node, pods] = [...load].toSorted(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))[0] ?? [];
    if (node === undefined || pods === undefined) {
      glog.info(
        'factory.go:517',
        `Error scheduling ${text(pod, 'metadata', 'namespace')} ${name}: no nodes available to schedule pods; retrying`,
      );
      continue;
    }
    await bind(api, pod, node);
    load.set(node, pods + 1);
  }
}

/** An annotation of the age names another scheduler. */
function isMine(pod: JsonObject, schedulerName: string): boolean {
  const wanted = text(pod, 'metadata', 'annotations', 'scheduler.alpha.kubernetes.io/name');
  return wanted === '' || wanted === schedulerName;
}

function isSchedulable(node: JsonObject): boolean {
  return field(node, 'spec', 'unschedulable') !== true && conditionOf(node)?.status === 'True';
}

async function bind(api: ApiClient, pod: JsonObject, node: string): Promise<void> {
  const metadata = { name: text(pod, 'metadata', 'name'), namespace: text(pod, 'metadata', 'namespace') };
  const target = { kind: 'Node', name: node };
  try {
    await api.create(`namespaces/${metadata.namespace}/bindings`, {
      kind: 'Binding',
      apiVersion: 'v1',
      metadata,
      target,
    });
  } catch (error) {
    // It is tried again with the next look.
    glog.error('scheduler.go:117', `Failed to bind pod: ${metadata.namespace}/${metadata.name}: ${messageOf(error)}`);
  }
}
