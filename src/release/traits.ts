import type { Architecture } from '../model/types.ts';
import { type TraitTable, traitsOf } from './since.ts';

/*
 * How releases differ, as data: a table per component, old to new. A later release of a component is one more row,
 * with its source. Whether a release is supported at all is said in support.ts.
 */

export { allDockerBinaries, dockerTraits } from './docker-traits.ts';

/** How an etcd is started. */
export interface EtcdTraits {
  /** The v2 API, which Kubernetes up to 1.5 and flannel speak, has to be turned on with --enable-v2=true. */
  readonly enableV2Flag: boolean;
  /** Host names in listen URLs are refused, or taken with a warning. */
  readonly listenNeedsIp: boolean;
  /** The value of ETCDCTL_API that gives etcdctl's v2 commands whatever the default; undefined: it has no others. */
  readonly etcdctlApi: '2' | undefined;
  /** The flag of etcdctl that names the members to ask. */
  readonly etcdctlEndpoints: '--endpoint' | '--endpoints';
  /** Architectures on which it starts only with ETCD_UNSUPPORTED_ARCH=<the name> in its environment. */
  readonly unsupportedArchitectures: readonly Architecture[];
}

const etcd: TraitTable<EtcdTraits> = [
  {
    since: '2.2.0',
    traits: {
      enableV2Flag: false,
      listenNeedsIp: false,
      etcdctlApi: undefined,
      etcdctlEndpoints: '--endpoint',
      unsupportedArchitectures: [],
    },
  },
  // etcdctl/main.go: --endpoint in 2.2.5, deprecated for --endpoints in 2.3.7.
  { since: '2.3.0', traits: { etcdctlEndpoints: '--endpoints' } },
  // etcdmain/etcd.go: 2.3.1 has no such check, 2.3.2 has it (etcd pull request 5028).
  { since: '2.3.2', traits: { unsupportedArchitectures: ['arm64'] } },
  // etcdctl/main.go: v2 by default until 3.3, v3 from 3.4 on.
  { since: '3.0.0', traits: { etcdctlApi: '2' } },
  // The checks of listen URLs at each tag: 3.0.8 refuses names, 3.0.9 to 3.1 warn, 3.2.0 and later refuse.
  { since: '3.0.8', traits: { listenNeedsIp: true } },
  // Flag catalogue: the default of --enable-v2 is true in 3.3.27 and false in 3.4.23.
  { since: '3.4.0', traits: { enableV2Flag: true } },
  // etcd pull request 12929: arm64 is a supported architecture.
  { since: '3.5.0', traits: { unsupportedArchitectures: [] } },
];

/** How a Kubernetes is started. Beside this the guide's flags mean the same in 1.3, 1.4 and 1.5 (flag catalogue). */
export interface KubernetesTraits {
  /** How the kubelet learns where the apiserver is. */
  readonly kubeletServers: 'api-servers' | 'kubeconfig';
  /** What the apiserver takes an absent --storage-backend for. */
  readonly storageBackend: 'etcd2' | 'etcd3';
  /** Whether the controller manager and the scheduler elect a leader unless told not to. */
  readonly leaderElect: boolean;
  /** Minor releases of docker that the Kubernetes project tested it with, oldest first. */
  readonly testedDocker: readonly string[];
}

const kubernetes: TraitTable<KubernetesTraits> = [
  {
    since: '1.3.0',
    traits: {
      // Flag catalogue: it is there without a word of warning in 1.3, deprecated from 1.4 on, and gone with 1.8.
      kubeletServers: 'api-servers',
      // pkg/storage/storagebackend/factory of 1.3.3 to 1.5.3.
      storageBackend: 'etcd2',
      leaderElect: false,
      // kubernetes issue 25893.
      testedDocker: ['1.10', '1.11'],
    },
  },
  {
    since: '1.4.0',
    // Flag catalogue, 1.3.5 and 1.4.6; kubernetes issues 28698 and 35891.
    traits: { leaderElect: true, testedDocker: ['1.11', '1.12'] },
  },
  // CHANGELOG-1.5: 1.10.3 to 1.12.3.
  { since: '1.5.0', traits: { testedDocker: ['1.10', '1.11', '1.12'] } },
];

/** How a flanneld is started. */
export interface FlannelTraits {
  /** It has -listen and -remote. */
  readonly serverMode: boolean;
}

const flannel: TraitTable<FlannelTraits> = [
  { since: '0.1.0', traits: { serverMode: false } },
  // Flag listings of 0.4.1 and 0.5.0.
  { since: '0.5.0', traits: { serverMode: true } },
  // flannel's main.go at 0.7.1 and 0.8.0.
  { since: '0.8.0', traits: { serverMode: false } },
];

/** Traits of an etcd release; of one that is older than the table, those of the table's first. */
export function etcdTraits(release: string): EtcdTraits {
  return traitsOf(etcd, release);
}

/** Traits of a Kubernetes release; of one that is older than the table, those of the table's first. */
export function kubernetesTraits(release: string): KubernetesTraits {
  return traitsOf(kubernetes, release);
}

/** Traits of a flannel release. */
export function flannelTraits(release: string): FlannelTraits {
  return traitsOf(flannel, release);
}
