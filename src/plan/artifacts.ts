import type { Architecture, ClusterModel, HostModel } from '../model/types.ts';
import { dockerTraits } from '../release/traits.ts';
import { imageFiles } from './image-files.ts';
import type { ArtifactNeed } from './types.ts';

const masterPrograms = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'];
const nodePrograms = ['kubelet', 'kube-proxy'];

/** The programs and image archives that a host's roles need, sorted by path. */
export function artifactsOf(model: ClusterModel, host: HostModel): readonly ArtifactNeed[] {
  const { kubernetes, etcd, flannel, docker } = model.releases;
  const needs = new Map<string, ArtifactNeed>();
  const binary = (component: ArtifactNeed['component'], release: string, ...names: readonly string[]): void => {
    for (const name of names) {
      needs.set(name, { name, path: `bin/${name}`, kind: 'binary', component, release, of: `${component} ${release}` });
    }
  };
  if (host.roles.includes('etcd')) binary('etcd', etcd, 'etcd', 'etcdctl');
  if (host.roles.includes('master')) {
    // For the network key of flannel (G6), which is etcd's.
    binary('etcd', etcd, 'etcdctl');
    binary('kubernetes', kubernetes, ...masterPrograms);
    binary('flannel', flannel, 'flanneld');
  }
  if (host.roles.includes('node')) {
    binary('kubernetes', kubernetes, ...nodePrograms);
    binary('flannel', flannel, 'flanneld');
    binary('docker', docker, ...dockerTraits(docker).binaries);
    for (const [image, name] of imageFiles(model, host.architecture))
      needs.set(name, { name, path: `images/${name}`, kind: 'image', component: 'image', release: '', of: image });
  }
  return [...needs.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** All programs and images that hosts of an architecture need, each once. */
export function artifactsFor(model: ClusterModel, architecture: Architecture): readonly ArtifactNeed[] {
  const needs = new Map<string, ArtifactNeed>();
  for (const host of model.hosts)
    if (host.architecture === architecture) for (const need of artifactsOf(model, host)) needs.set(need.path, need);
  return [...needs.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
