import { compareReleases } from './compare.ts';

/** One row of a table of traits: what begins with a release, and holds until a later row says otherwise. */
interface Since<T> {
  readonly since: string;
  readonly traits: Partial<T>;
}

/** A table of traits, old to new. Its first row gives every trait. */
export type TraitTable<T> = readonly [{ readonly since: string; readonly traits: T }, ...(readonly Since<T>[])];

/** The traits of a release: those of all rows that are no newer. Of one older than the table: the first row's. */
export function traitsOf<T extends object>([first, ...later]: TraitTable<T>, release: string): T {
  const rows = later.filter((row) => compareReleases(row.since, release) <= 0);
  return Object.assign({}, first.traits, ...rows.map((row) => row.traits));
}
