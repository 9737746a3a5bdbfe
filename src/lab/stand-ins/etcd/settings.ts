import { isIP } from 'node:net';
import { compareReleases } from '../../../release/compare.ts';
import type { Flags } from '../types.ts';
import type { Member } from './ids.ts';
import { memberId } from './ids.ts';

/** A URL of etcd: scheme, host and port, nothing else. */
export interface Address {
  readonly url: string;
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

/** What the command line says, checked as a whole. */
export interface Settings {
  readonly release: string;
  readonly name: string;
  readonly dataDir: string;
  readonly walDir: string;
  readonly listenPeers: readonly Address[];
  readonly listenClients: readonly Address[];
  readonly advertisePeers: readonly string[];
  readonly advertiseClients: readonly string[];
  readonly initialCluster: string;
  /** The members of --initial-cluster, with the ids that they have in a new cluster. */
  readonly initialMembers: readonly Member[];
  readonly token: string;
  readonly isNew: boolean;
  readonly forceNew: boolean;
  readonly strict: boolean;
  readonly enableV2: boolean;
  readonly snapshotEvery: number;
  readonly heartbeat: number;
  readonly electionTimeout: number;
  /** What the real one would do, and this does not. */
  readonly unsupported: string | undefined;
}

/** The command line contradicts itself; said after "error verifying flags, ". */
export class FlagsRefused extends Error {}

/** Reads the flags as etcdmain/config.go (3.x: embed/config.go) does. Throws FlagsRefused. */
export function readSettings(release: string, flags: Flags): Settings {
  const given = ['discovery', 'initial-cluster', 'discovery-srv'].filter((flag) => flags.given(flag));
  if (given.length > 1) {
    throw new FlagsRefused(
      'multiple discovery or bootstrap flags are set. Choose one of "initial-cluster", "discovery" or "discovery-srv"',
    );
  }
  const heartbeat = flags.number('heartbeat-interval');
  const electionTimeout = flags.number('election-timeout');
  const isV3 = compareReleases(release, '3.0.0') >= 0;
  const dashes = isV3 ? '--' : '-';
  if (flags.given('listen-client-urls') && !flags.given('advertise-client-urls')) {
    throw new FlagsRefused(
      `${dashes}advertise-client-urls is required when ${dashes}listen-client-urls is set explicitly`,
    );
  }
  if (5 * heartbeat > electionTimeout) {
    throw new FlagsRefused(
      `${dashes}election-timeout[${electionTimeout}ms] should be at least as 5 times as ${dashes}heartbeat-interval[${heartbeat}ms]`,
    );
  }
  if (electionTimeout > 50_000) {
    throw new FlagsRefused(
      `${dashes}election-timeout[${electionTimeout}ms] is too long, and should be set less than 50000ms`,
    );
  }
  const listenPeers = addresses(flags.text('listen-peer-urls'));
  const listenClients = addresses(flags.text('listen-client-urls'));
  if (compareReleases(release, '3.0.8') >= 0) [...listenPeers, ...listenClients].forEach(refuseName);
  const name = flags.text('name');
  const dataDir = flags.text('data-dir') || `${name}.etcd`;
  const token = flags.text('initial-cluster-token');
  // etcdmain/etcd.go: the default cluster follows the name.
  const asDefault = flags.text('initial-cluster').replace(/(^|,)default=/g, `$1${name}=`);
  const initialCluster = flags.given('initial-cluster') ? flags.text('initial-cluster') : asDefault;
  return {
    release,
    name,
    dataDir,
    walDir: flags.text('wal-dir') || `${dataDir}/member/wal`,
    listenPeers,
    listenClients,
    advertisePeers: urls(flags.text('initial-advertise-peer-urls')),
    advertiseClients: urls(flags.text('advertise-client-urls')),
    initialCluster,
    initialMembers: membersOf(initialCluster, token),
    token,
    isNew: flags.text('initial-cluster-state') !== 'existing',
    forceNew: flags.on('force-new-cluster'),
    strict: flags.on('strict-reconfig-check'),
    // Before 3.2 there was no way to turn it off.
    enableV2: compareReleases(release, '3.2.0') < 0 || flags.on('enable-v2'),
    snapshotEvery: Math.min(flags.number('snapshot-count'), 10_000),
    heartbeat,
    electionTimeout,
    unsupported: unsupported(flags, [...listenPeers, ...listenClients]),
  };
}

/** URLs between commas, trimmed and ordered (types.NewURLs). */
function urls(text: string): string[] {
  return text
    .split(',')
    .map((url) => url.trim())
    .toSorted();
}

/** The members that `name=url,name=url` lists; a name may be there several times. */
function membersOf(text: string, token: string): Member[] {
  const byName = new Map<string, string[]>();
  for (const part of text.split(',').filter((one) => one !== '')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    byName.set(name, [...(byName.get(name) ?? []), part.slice(at + 1).trim()]);
  }
  return [...byName].map(([name, peers]) => ({
    id: memberId(peers, token),
    name,
    peerURLs: peers.toSorted(),
    clientURLs: [],
  }));
}

function addresses(text: string): Address[] {
  return urls(text).map((url) => {
    const match = /^(https?):\/\/(?:\[(.*)\]|([^:]*)):(\d+)$/.exec(url);
    return { url, secure: match?.[1] === 'https', host: match?.[2] ?? match?.[3] ?? '', port: Number(match?.[4] ?? 0) };
  });
}

function refuseName(address: Address): void {
  if (isIP(address.host) || address.host === 'localhost') return;
  throw new FlagsRefused(`expected IP in URL for binding (${address.url})`);
}

function unsupported(flags: Flags, listen: readonly Address[]): string | undefined {
  if (flags.text('proxy') !== 'off' && flags.given('proxy')) return 'the proxy mode (--proxy)';
  if (flags.given('discovery') || flags.given('discovery-srv')) return 'discovery';
  if (flags.given('config-file')) return '--config-file';
  if (flags.text('logger') === 'zap') return '--logger=zap';
  if (listen.some((address) => address.secure)) return 'TLS (https in a listen URL)';
  return undefined;
}
