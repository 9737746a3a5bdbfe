import type { CatalogComponent } from '../release/types.ts';
import type { Check } from './checks.ts';
import * as checks from './checks.ts';
import * as docker from './docker-checks.ts';
import type { FlagInfo } from './flags.ts';

/** By the name that the flag package gives the type. A type that is not here takes anything. */
const byType: Readonly<Record<string, Check>> = {
  bool: checks.bool,
  version: (value) => (value === 'raw' ? undefined : checks.bool(value)),
  int: checks.integer(64, true),
  int32: checks.integer(32, true),
  int64: checks.integer(64, true),
  uint: checks.integer(64, false),
  uint32: checks.integer(32, false),
  uint64: checks.integer(64, false),
  float32: checks.float32,
  float64: checks.float64,
  duration: checks.duration,
  ip: checks.ip,
  ipNet: checks.cidr,
  cidrs: checks.each(checks.cidr),
  portRange: checks.portRange,
  'port-range': checks.portRange,
  URLs: checks.each(checks.etcdUrl),
  // etcd makes an exception for the empty list from 3.4 on.
  UniqueURLs: ifGiven(checks.each(checks.etcdUrl)),
  IPAddressPort: checks.ipAndPort,
  DeprecatedFlag: () => 'is refused by this release, whatever its value',
  Level: checks.level,
  'glog.Level': checks.level,
  severity: checks.severity,
  'glog.severity': checks.severity,
  moduleSpec: checks.moduleSpec,
  'glog.moduleSpec': checks.moduleSpec,
  traceLocation: checks.traceLocation,
  'glog.traceLocation': checks.traceLocation,
  mapStringBool: checks.featureGates,
  map: checks.pair,
  ulimit: docker.ulimit,
  runtime: docker.runtime,
  bytes: docker.bytes,
  'pool-options': docker.addressPool,
  // kube-proxy up to 1.5 takes any word and falls back to iptables with no more than a line in its log.
  ProxyMode: ifGiven(checks.oneOf('userspace', 'iptables')),
};

/** `member=http://…` between commas; a member may be there several times (etcd's types.NewURLsMap). */
const initialCluster = checks.each((value) => {
  const at = value.indexOf('=');
  return at < 1 ? 'needs members such as etcd0=http://10.0.0.1:2380' : checks.etcdUrl(value.slice(at + 1));
});

/** An empty value means that the flag was not given. */
function ifGiven(check: Check): Check {
  return (value) => (value === '' ? undefined : check(value));
}

/** Flags that the program checks more strictly than their type says, or takes silently and then does not work with. */
const byName: Readonly<Partial<Record<CatalogComponent, Readonly<Record<string, Check>>>>> = {
  etcd: {
    name: checks.notEmpty,
    'data-dir': checks.notEmpty,
    'initial-cluster': ifGiven(initialCluster),
    'initial-cluster-state': checks.oneOf('new', 'existing'),
    proxy: checks.oneOf('off', 'readonly', 'on'),
    'discovery-fallback': checks.oneOf('exit', 'proxy'),
    metrics: checks.oneOf('basic', 'extensive'),
    'auto-compaction-mode': checks.oneOf('periodic', 'revision'),
    logger: checks.oneOf('capnslog', 'zap'),
  },
  flanneld: {
    'etcd-endpoints': checks.each(checks.httpUrl),
    listen: ifGiven(checks.hostPort),
    remote: ifGiven(checks.hostPort),
    'public-ip': ifGiven(checks.ip),
  },
  'kube-apiserver': {
    'etcd-servers': ifGiven(checks.each(checks.httpUrl)),
    'storage-backend': ifGiven(checks.oneOf('etcd2', 'etcd3')),
  },
  'kube-controller-manager': { 'cluster-cidr': ifGiven(checks.cidr) },
  'kube-proxy': { 'cluster-cidr': ifGiven(checks.cidr) },
  kubelet: {
    // A text that is no address is taken without a word, and pods get no name server.
    'cluster-dns': ifGiven(checks.ip),
    'node-ip': ifGiven(checks.ip),
    'hairpin-mode': checks.oneOf('promiscuous-bridge', 'hairpin-veth', 'none'),
  },
  'docker-daemon': {
    bip: ifGiven(checks.cidr),
    'fixed-cidr': ifGiven(checks.cidr),
    'fixed-cidr-v6': ifGiven(checks.cidr),
    'log-level': checks.oneOf('debug', 'info', 'warn', 'error', 'fatal', 'panic', 'warning'),
    dns: checks.ip,
    host: docker.listener,
    label: checks.pair,
    'registry-mirror': docker.mirror,
    'insecure-registry': docker.registryName,
    'default-ulimit': docker.ulimit,
    'default-ipc-mode': checks.oneOf('private', 'shareable'),
    'default-cgroupns-mode': checks.oneOf('private', 'host'),
  },
};

const integers: ReadonlySet<string> = new Set(['int', 'int32', 'int64', 'uint', 'uint32', 'uint64']);

/**
 * What is wrong with one value of a flag, as a sentence whose subject is the flag ("needs a duration such as 10s"),
 * or undefined when the program would take it. Of a flag that repeats, each value is checked by itself.
 */
export function checkValue(flag: FlagInfo, value: string): string | undefined {
  // No argument of a process can hold it.
  if (value.includes('\0')) return 'cannot hold a NUL character';
  // `*`, any origin, is --cors' exception from its type.
  if (flag.name === 'cors' && value === '*') return undefined;
  const typeCheck = byType[flag.type] ?? checks.anything;
  const nameCheck = byName[flag.component]?.[flag.name] ?? checks.anything;
  const portCheck = integers.has(flag.type) && /(^|-)port$/.test(flag.name) ? checks.port : checks.anything;
  return typeCheck(value) ?? portCheck(value) ?? nameCheck(value);
}
