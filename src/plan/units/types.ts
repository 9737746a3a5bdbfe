import type { ClusterModel, HostModel } from '../../model/types.ts';
import type { CatalogComponent } from '../../release/types.ts';
import type { Spelling, WantedFlag } from '../flag-list.ts';
import type { Need, UnitPlan } from '../types.ts';

/** A unit before the user's flags are applied and its flags are checked and spelled. */
export interface UnitDraft extends Omit<UnitPlan, 'command' | 'log' | 'start' | 'stop' | 'ports' | 'settings'> {
  readonly catalog: CatalogComponent;
  readonly spelling: Spelling;
  readonly binary: string;
  readonly subcommand: readonly string[];
  readonly wanted: readonly WantedFlag[];
  /** Ports and settings may depend on flags that a user may change, such as the kubelet's --port. */
  readonly ports: (effective: Effective) => UnitPlan['ports'];
  readonly settings: (effective: Effective) => UnitPlan['settings'];
}

/** The value that a flag will have: as it is given, or the release's default. */
export type Effective = (flag: string, fallback: string) => string;

export type DraftUnit = (model: ClusterModel, host: HostModel) => UnitDraft;

export const kubeSpelling: Spelling = { dashes: '--', twoWords: [] };

/** What the units of a master that speak with etcd wait for. */
export const needsEtcd: Need = {
  mode: 'start',
  kind: 'etcd',
  what: 'a majority of the etcd members',
  address: '-',
  port: '-',
};
