import type { CatalogComponent } from '../../release/types.ts';

const future = 'Will be removed in a future version.';
const noOp = 'This flag is currently no-op and will be deleted.';

/** What stands behind "Flag --x has been deprecated, ": the texts of MarkDeprecated in each app/options. */
const texts: Readonly<Partial<Record<CatalogComponent, Readonly<Record<string, string>>>>> = {
  'kube-apiserver': {
    address: 'see --insecure-bind-address instead',
    port: 'see --insecure-port instead',
    'public-address-override': 'see --bind-address instead',
    'portal-net': 'see --service-cluster-ip-range instead.',
    'service-node-ports': 'see --service-node-port-range instead.',
    'kubelet-port': 'kubelet-port is deprecated and will be removed',
    'master-service-namespace': 'will be removed in v1.6',
  },
  'kube-controller-manager': {
    'register-retry-count': noOp,
    'deleting-pods-qps': noOp,
    'deleting-pods-burst': noOp,
    'node-sync-period': noOp,
  },
  'kube-scheduler': {
    'bind-pods-qps': 'flag is unused and will be removed. Use kube-api-qps instead.',
    'bind-pods-burst': 'flag is unused and will be removed. Use kube-api-burst instead.',
  },
  'kube-proxy': { 'resource-container': 'This feature will be removed in a later release.' },
  kubelet: {
    'api-servers': `Use --kubeconfig instead. ${future}`,
    'auth-path': `Use --kubeconfig instead. ${future}`,
    config: `Use --pod-manifest-path instead. ${future}`,
    'resource-container': `Use --kubelet-cgroups instead. ${future}`,
    'system-container': `Use --system-cgroups instead. ${future}`,
    'maximum-dead-containers': `Use --eviction-hard or --eviction-soft instead. ${future}`,
    'maximum-dead-containers-per-container': `Use --eviction-hard or --eviction-soft instead. ${future}`,
    'minimum-container-ttl-duration': `Use --eviction-hard or --eviction-soft instead. ${future}`,
  },
  'docker-daemon': {
    graph: 'Use --data-root instead',
    'api-enable-cors': 'Please use --api-cors-header',
    restart: 'Please use a restart policy on docker run',
  },
};

/** The text behind the comma of pflag's warning; where the real one is not known, what most of them say. */
export function deprecationText(component: CatalogComponent, flag: string): string {
  return texts[component]?.[flag] ?? future;
}
