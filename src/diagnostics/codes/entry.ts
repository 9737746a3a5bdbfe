import type { Severity } from '../types.ts';

/** One page of `kubebale explain`. Texts are plain sentences without line breaks; whoever prints them wraps them. */
export interface CatalogueEntry {
  readonly title: string;
  readonly severity: Severity;
  /** Why it is wrong: what would happen on the hosts. */
  readonly cause: string;
  /** An excerpt of a specification that raises it. */
  readonly example: string;
  /** What to do about it. */
  readonly cure: string;
}
