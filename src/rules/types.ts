import type { Code } from '../diagnostics/catalogue.ts';
import type { Diagnostics } from '../diagnostics/collector.ts';
import type { ClusterModel } from '../model/types.ts';

/** One thing that has to be true of a cluster. */
export interface Rule {
  /** For people: tests and documentation list it. */
  readonly name: string;
  /** What it can raise. */
  readonly codes: readonly Code[];
  /** Add a finding for each violation. Values of a wrong form are another rule's business and passed over. */
  check(model: ClusterModel, diagnostics: Diagnostics): void;
}
