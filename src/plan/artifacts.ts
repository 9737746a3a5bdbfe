import type { ClusterModel, HostModel } from '../model/types.ts';
import { dockerTraits } from '../release/traits.ts';
import type { ArtifactNeed } from './types.ts';

/** The image archive with the pause image, as it is called among the artifacts and in images/. */
const pauseArchive = 'pause.tar';

/** The programs and image archives that a host's roles need, sorted by path. */
export function artifactsOf(model: ClusterModel, host: HostModel): readonly ArtifactNeed[] {
  const { kubernetes, etcd, flannel, docker } = model.releases;
  const needs = new Map<string, ArtifactNeed>();
  const binary = (of: string, ...names: readonly string[]): void => {
    for (const name of names) needs.set(name, { name, path: `bin/${name}`, kind: 'binary', of });
  };
  if (host.roles.includes('etcd')) binary(`etcd ${etcd}`, 'etcd', 'etcdctl');
  if (host.roles.includes('master')) {
    // For the network key of flannel (G6), which is etcd's.
    binary(`etcd ${etcd}`, 'etcdctl');
    binary(`kubernetes ${kubernetes}`, 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl');
    binary(`flannel ${flannel}`, 'flanneld');
  }
  if (host.roles.includes('node')) {
    binary(`kubernetes ${kubernetes}`, 'kubelet', 'kube-proxy');
    binary(`flannel ${flannel}`, 'flanneld');
    binary(`docker ${docker}`, ...dockerTraits(docker).binaries);
    needs.set(pauseArchive, {
      name: pauseArchive,
      path: `images/${pauseArchive}`,
      kind: 'image',
      of: model.registry.pauseImage,
    });
  }
  return [...needs.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
