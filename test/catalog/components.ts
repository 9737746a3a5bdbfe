import { cataloguedReleases } from '../../src/catalog/data.ts';
import { type FlagSet, flagsOf } from '../../src/catalog/flags.ts';
import type { CatalogComponent } from '../../src/release/types.ts';

export const components: readonly CatalogComponent[] = [
  ...(['etcd', 'flanneld', 'docker-daemon', 'kube-apiserver', 'kube-controller-manager'] as const),
  ...(['kube-scheduler', 'kubelet', 'kube-proxy'] as const),
];

/** The flags of a release that has to be there. */
export function flagsFor(component: CatalogComponent, release: string): FlagSet {
  const flags = flagsOf(component, release);
  if (flags === undefined) throw new Error(`no flags of ${component} ${release}`);
  return flags;
}

/** The flags of every catalogued release. */
export const everySet: readonly FlagSet[] = components.flatMap((component) =>
  cataloguedReleases(component).map((release) => flagsFor(component, release)),
);
