import { allDockerBinaries } from './traits.ts';

/** Names that are looked for in an artifacts folder, whatever the releases. */
export const knownArtifacts: ReadonlySet<string> = new Set([
  'etcd',
  'etcdctl',
  'flanneld',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'kubelet',
  'kube-proxy',
  'pause.tar',
  ...allDockerBinaries,
]);
