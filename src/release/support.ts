import { cataloguedReleases } from '../catalog/data.ts';
import type { Diagnostics } from '../diagnostics/collector.ts';
import type { ClusterModel, Releases } from '../model/types.ts';
import { compareReleases, minorOf, sameMinor } from './compare.ts';
import { flannelTraits } from './traits.ts';
import type { CatalogComponent } from './types.ts';

interface Supported {
  /** As its users call it. */
  readonly name: string;
  /** Minor releases, oldest first. */
  readonly minors: readonly string[];
  /** The flag catalogue that has to have them. */
  readonly catalogs: readonly CatalogComponent[];
}

const kubernetesPrograms: readonly CatalogComponent[] = [
  ...(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'] as const),
];

/** What is supported. Each of these has its flags in the catalogue: a test says so. */
export const supported: Readonly<Record<keyof Releases, Supported>> = {
  kubernetes: { name: 'Kubernetes', minors: ['1.3', '1.4', '1.5'], catalogs: kubernetesPrograms },
  etcd: { name: 'etcd', minors: ['2.2', '2.3', '3.0', '3.1', '3.2', '3.3', '3.4'], catalogs: ['etcd'] },
  flannel: { name: 'flannel', minors: ['0.5', '0.6', '0.7'], catalogs: ['flanneld'] },
  docker: {
    name: 'docker',
    minors: ['1.10', '1.11', '1.12', '1.13', '17.03', '17.12', '18.09', '19.03', '20.10'],
    catalogs: ['docker-daemon'],
  },
};

/** From here on etcd has no v2 API: 3.5 still has it behind a flag, 3.6 dropped the flag and the API (flag catalogue). */
const etcdWithoutV2 = '3.6.0';

/**
 * Check that kubebale knows every release of the cluster: KB3301 at /releases/X for one that is not supported, KB3303
 * for a flannel without server mode, KB3304 for an etcd without the v2 API.
 */
export function checkReleases(model: ClusterModel, diagnostics: Diagnostics): void {
  for (const key of ['kubernetes', 'etcd', 'flannel', 'docker'] as const) {
    const release = model.releases[key];
    const { name } = supported[key];
    const details = { hint: hint(key, release) };
    const pointer = `/releases/${key}`;
    if (key === 'flannel' && !flannelTraits(release).serverMode)
      diagnostics.add('KB3303', pointer, `flannel ${release} has no server mode`, details);
    else if (key === 'etcd' && compareReleases(release, etcdWithoutV2) >= 0)
      diagnostics.add('KB3304', pointer, `etcd ${release} has no v2 API`, details);
    else if (!isSupported(key, release))
      diagnostics.add('KB3301', pointer, `${name} ${release} is not supported: ${listed(key)} are`, details);
  }
}

function isSupported(key: keyof Releases, release: string): boolean {
  return supported[key].minors.some((minor) => sameMinor(minor, release));
}

/** `1.3, 1.4 and 1.5`. */
function listed(key: keyof Releases): string {
  const { minors } = supported[key];
  return `${minors.slice(0, -1).join(', ')} and ${minors.at(-1) ?? ''}`;
}

/** The newest catalogued release of the nearest older minor, or of the oldest one. */
function hint(key: keyof Releases, release: string): string {
  const { name, minors, catalogs } = supported[key];
  const minor = minors.filter((other) => compareReleases(other, minorOf(release)) <= 0).at(-1) ?? minors[0] ?? '';
  const releases = catalogs.slice(0, 1).flatMap(cataloguedReleases);
  return `take ${name} ${releases.filter((other) => sameMinor(other, minor)).at(-1) ?? minor}`;
}
