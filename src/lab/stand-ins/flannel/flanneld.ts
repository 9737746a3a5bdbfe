import { compareReleases } from '../../../release/compare.ts';
import { parseCommandLine, sayRefusal } from '../command-line.ts';
import { type Listening, serve, stopSignal } from '../http-server.ts';
import { glog, writeError } from '../log.ts';
import type { Flags, Invocation, StandIn } from '../types.ts';
import { EtcdLeases } from './etcd-leases.ts';
import { findInterface } from './interfaces.ts';
import { leaseServer } from './lease-server.ts';
import { Network } from './network.ts';
import { RemoteLeases } from './remote-leases.ts';

/**
 * flanneld 0.5 to 0.7: server (-listen), client (-remote), or on its own. Leases, the config key, subnet.env and the
 * HTTP between client and server are those of the real one.
 *
 * What it is not: it moves no packets. There is no tun device and no vxlan; instead every host gets plain routes to the
 * subnets of the others, which carries pod traffic only where all hosts are on one network, as in the lab. There is no
 * TLS, no masquerading, no more than one network (-networks) and no -kube-subnet-mgr.
 */
export const flanneld: StandIn = async ({ release, argv }: Invocation): Promise<number> => {
  const parsed = parseCommandLine('flanneld', release, argv);
  if ('refusal' in parsed) return sayRefusal(parsed);
  const { flags, words } = parsed;
  if (words.length > 0 || flags.on('help')) {
    writeError('Usage: flanneld [OPTION]...\n');
    return 0;
  }
  const stopped = stopSignal();
  const missing = unsupported(flags);
  if (missing !== undefined) {
    glog.error('main.go:241', `this stand-in does not have ${missing}`);
    return 1;
  }
  if (flags.text('listen') !== '' && flags.text('remote') !== '') {
    glog.error('main.go:236', '--listen and --remote are mutually exclusive');
    return 1;
  }
  glog.info('main.go:275', 'Installing signal handlers');
  const end = flags.text('listen') === '' ? runNetwork(release, flags) : await runServer(release, flags);
  if (end === undefined) return 1;
  // After an error it lives on with nothing to do, as the real one: then only this keeps the process.
  const hold = setInterval(() => {}, 3600_000);
  await stopped;
  clearInterval(hold);
  glog.info('main.go:292', 'Exiting...');
  end();
  return 0;
};

/** Returns what ends it. That it cannot listen is logged, and it stays alive (remote/server.go RunServer). */
async function runServer(release: string, flags: Flags): Promise<() => void> {
  glog.info('main.go:239', 'running as server');
  const address = flags.text('listen').replace(/^tcp:\/\//, '');
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  let listening: Listening | undefined;
  try {
    listening = await serve(host, Number(address.slice(colon + 1)), leaseServer(etcdLeases(release, flags)));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    glog.error('server.go:233', `Error listening on ${flags.text('listen')}: ${text}`);
  }
  return () => void listening?.close();
}

/**
 * Returns what ends it. Without an interface 0.5.5 logs and stays alive for nothing; later releases end, and this
 * returns undefined.
 */
function runNetwork(release: string, flags: Flags): (() => void) | undefined {
  const ends = compareReleases(release, '0.5.6') >= 0;
  try {
    const iface = findInterface(flags.text('iface'));
    const publicIp = flags.text('public-ip') || iface.address;
    glog.info('main.go:188', `Using ${iface.address} as external interface`);
    glog.info('main.go:189', `Using ${publicIp} as external endpoint`);
    glog.info('main.go:190', 'stand-in: packets are not encapsulated; pods reach other hosts by plain routes');
    const margin = flags.given('subnet-lease-renew-margin') ? flags.number('subnet-lease-renew-margin') : 60;
    const remote = flags.text('remote');
    const network = new Network({
      manager: remote === '' ? etcdLeases(release, flags) : new RemoteLeases(remote),
      iface,
      publicIp,
      subnetFile: flags.text('subnet-file'),
      masquerade: flags.on('ip-masq'),
      renewMargin: margin * 60_000,
      replacesLost: ends,
    });
    void network.run();
    return () => network.stop();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (!ends) glog.error('main.go:169', text);
    // network/manager.go of later releases says the same with a small letter.
    else glog.error('main.go:146', `Failed to create NetworkManager: ${text.charAt(0).toLowerCase()}${text.slice(1)}`);
    return ends ? undefined : () => {};
  }
}

function etcdLeases(release: string, flags: Flags): EtcdLeases {
  const quorum = compareReleases(release, '0.6.0') >= 0;
  return new EtcdLeases(flags.text('etcd-endpoints').split(','), flags.text('etcd-prefix'), quorum);
}

function unsupported(flags: Flags): string | undefined {
  const texts = ['etcd-keyfile', 'etcd-certfile', 'etcd-cafile', 'remote-keyfile', 'remote-certfile', 'remote-cafile'];
  const given = texts.find((name) => flags.text(name) !== '');
  if (given !== undefined) return `TLS (-${given})`;
  if (flags.text('networks') !== '' || flags.on('watch-networks')) return 'more than one network';
  if (flags.on('kube-subnet-mgr')) return 'leases in the Kubernetes API (-kube-subnet-mgr)';
  return undefined;
}
