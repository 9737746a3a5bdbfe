import { didYouMean } from '../diagnostics/did-you-mean.ts';
import type { CatalogComponent } from '../release/types.ts';

/**
 * Names of one thing in different ages or spellings, per component. A name that a release refuses leads to the
 * first other one of its group that the release has.
 */
const groups: Readonly<Partial<Record<CatalogComponent, readonly (readonly string[])[]>>> = {
  'docker-daemon': [
    ['data-root', 'graph'],
    // In daemon.json it is `hosts`.
    ['host', 'hosts'],
  ],
  // The 0.4 spellings that etcd 2 still took, and that 3.0 dropped.
  etcd: [
    ['advertise-client-urls', 'addr'],
    ['listen-client-urls', 'bind-addr'],
    ['initial-advertise-peer-urls', 'peer-addr'],
    ['listen-peer-urls', 'peer-bind-addr'],
    ['initial-cluster', 'peers', 'peers-file'],
    ['snapshot-count', 'snapshot'],
    ['heartbeat-interval', 'peer-heartbeat-interval'],
    ['election-timeout', 'peer-election-timeout'],
  ],
  flanneld: [['etcd-endpoints', 'etcd-endpoint', 'etcd-servers']],
  'kube-apiserver': [
    ['insecure-bind-address', 'address'],
    ['insecure-port', 'port'],
    ['bind-address', 'public-address-override'],
    ['service-cluster-ip-range', 'portal-net', 'service-cidr'],
    ['service-node-port-range', 'service-node-ports'],
    ['etcd-servers', 'etcd-endpoints'],
  ],
  'kube-controller-manager': [['cluster-cidr', 'pod-cidr']],
  kubelet: [
    ['api-servers', 'master'],
    ['config', 'pod-manifest-path'],
  ],
  'kube-proxy': [['master', 'api-servers']],
};

/**
 * The flag that was probably meant by a name that the release refuses.
 * In: the name without dashes in front, and the names that the release has. Out: one of those, or undefined.
 */
export function suggestFlag(
  component: CatalogComponent,
  name: string,
  known: ReadonlyMap<string, unknown>,
): string | undefined {
  if (known.has(name)) return name;
  const spelled = [name.replaceAll('_', '-'), name.replaceAll('-', '_'), camelToDashes(name)];
  const exact = spelled.find((other) => known.has(other));
  if (exact !== undefined) return exact;
  const group = groups[component]?.find((names) => names.some((other) => spelled.includes(other)));
  const successor = group?.find((other) => known.has(other));
  if (successor !== undefined) return successor;
  // One-letter names are like everything and suggest nothing.
  if (name.length < 2) return undefined;
  return didYouMean(
    camelToDashes(name),
    [...known.keys()].filter((other) => other.length > 1),
  );
}

/** `dataDir` and `DATA_DIR` are habits of files and of environments. */
function camelToDashes(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}
