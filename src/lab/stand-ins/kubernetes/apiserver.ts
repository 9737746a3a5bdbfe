import { setTimeout as pause } from 'node:timers/promises';
import { glog } from '../log.ts';
import type { Flags, StandIn } from '../types.ts';
import { apiRoutes } from './api-routes.ts';
import { ApiError } from './api-status.ts';
import { componentStatuses } from './component-statuses.ts';
import { type Daemon, type Exit, fatal, runDaemon, type Trouble } from './daemon.ts';
import { EtcdError, type EtcdStore, etcdStore } from './etcd-store.ts';
import { defaultAddress } from './host-address.ts';
import { reconcileEndpoints } from './master-endpoints.ts';
import { objectRegistry } from './object-registry.ts';

/**
 * Stands for kube-apiserver: keeps nodes, pods, endpoints, replication controllers and events in etcd, and serves them
 * on the insecure port. Not served: watch, admission, allocation of service addresses; TLS (see below).
 */
export const kubeApiserver: StandIn = (invocation) => runDaemon('kube-apiserver', invocation, start);

const secureTrouble: Trouble = {
  place: 'genericapiserver.go:727',
  words: (error) => `Unable to listen for secure (${error}); will try again.`,
  again: 15_000,
};

async function start(daemon: Daemon): Promise<void> {
  const { flags } = daemon;
  // pkg/genericapiserver/validation and cmd/kube-apiserver/app of 1.3: verifyClusterIPFlags first, then etcd.
  if (flags.text('service-cluster-ip-range') === '' && flags.text('portal-net') === '') {
    throw fatal('genericapiserver.go:82', 'No --service-cluster-ip-range specified');
  }
  const servers = flags.list('etcd-servers').flatMap((value) => value.split(','));
  if (servers.every((server) => server.trim() === '')) throw fatal('server.go:116', '--etcd-servers must be specified');
  const address = advertised(flags);
  const etcd = etcdStore(servers);
  const prefix = flags.text('etcd-prefix').replace(/^\/?/, '/');
  await requireWrites(etcd, prefix);

  const registry = objectRegistry(etcd, prefix);
  const port = flags.number('secure-port');
  const master = { address, port, masterCount: flags.number('apiserver-count') };
  const routes = apiRoutes({
    release: daemon.release,
    registry,
    componentStatuses: componentStatuses(servers),
  });
  // A plain accept stands for TLS on the secure port: nothing in this stack speaks to it, but it has to be open.
  if (port !== 0) daemon.serveWhenFree(secureTrouble, flags.text('bind-address'), port);
  const insecurePort = flags.number(flags.given('port') ? 'port' : 'insecure-port');
  const insecureHost = flags.text(flags.given('address') ? 'address' : 'insecure-bind-address');
  if (port !== 0) glog.info('genericapiserver.go:690', `Serving securely on ${flags.text('bind-address')}:${port}`);
  if (insecurePort !== 0) {
    glog.info('genericapiserver.go:734', `Serving insecurely on ${insecureHost}:${insecurePort}`);
    await daemon.serve('genericapiserver.go:738', insecureHost, insecurePort, routes);
  }
  // EndpointReconcilerInterval of pkg/master/master.go.
  daemon.every(10_000, async () => {
    try {
      await reconcileEndpoints(registry, master);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      glog.error('controller.go:117', `Unable to sync kubernetes service: ${error.message}`);
    }
  });
}

/** The address for the other masters; without a default route and the flag the real one dies too (lab notes). */
function advertised(flags: Flags): string {
  const given = flags.text('advertise-address');
  if (given !== '') return given;
  const bind = flags.text(flags.given('public-address-override') ? 'public-address-override' : 'bind-address');
  if (bind !== '' && bind !== '0.0.0.0' && bind !== '::' && !bind.startsWith('127.')) return bind;
  const found = defaultAddress();
  if (found !== undefined) return found;
  throw fatal(
    'genericapiserver.go:601',
    "Unable to find suitable network address.error='Unable to select an IP.' . Try to set the AdvertiseAddress directly or provide a valid BindAddress to fix this.",
  );
}

/**
 * The first thing that 1.3 does with etcd is to repair the block of service addresses, and a failure of that is fatal
 * (pkg/master/controller.go, Start: "If we fail to repair cluster IPs apiserver is useless"). It reads, then writes.
 */
async function requireWrites(etcd: EtcdStore, prefix: string): Promise<void> {
  const key = `${prefix}/ranges/serviceips`;
  const block = JSON.stringify({ kind: 'RangeAllocation', apiVersion: 'v1', metadata: {}, range: '', data: '' });
  const failed = (what: string, error: unknown): Exit =>
    fatal(
      'controller.go:91',
      `Unable to perform initial IP allocation check: unable to ${what}: ${error instanceof Error ? error.message : error}`,
    );
  // client.RetryOnConflict with DefaultBackoff: another master may do the same at this moment.
  for (let left = 4; ; left--) {
    const kept = await etcd.get(key).catch((error: unknown) => {
      throw failed('refresh the service IP block', error);
    });
    try {
      await (kept === undefined ? etcd.create(key, block) : etcd.update(key, block, kept.index));
      return;
    } catch (error) {
      const raced = error instanceof EtcdError && (error.code === 101 || error.code === 105);
      if (!raced || left === 0) throw failed('persist the updated service IP allocations', error);
      await pause(50 + Math.random() * 200);
    }
  }
}
