import { compareReleases, patchOf, sameMinor } from '../release/compare.ts';
import type { CatalogComponent } from '../release/types.ts';
import { catalogFile, cataloguedReleases, type FlagRow, type Parser } from './data.ts';
import { suggestFlag } from './suggest.ts';

/** What the catalogue knows of one flag in one release. */
export interface FlagInfo {
  readonly component: CatalogComponent;
  /** The long name, without dashes in front. */
  readonly name: string;
  /** All spellings, the long one first, without dashes in front. */
  readonly names: readonly string[];
  /** The type's name in the program's own flag package. */
  readonly type: string;
  /** As the program prints it; '' when it has none. */
  readonly default: string;
  readonly deprecated: boolean;
  /** What the flag means without a value; undefined: it needs one. */
  readonly bareMeans: string | undefined;
  /** Whether giving it again adds to what was given before. */
  readonly repeats: boolean;
}

/** All flags of one program in one release. */
export interface FlagSet {
  readonly component: CatalogComponent;
  /** The release that was asked for. */
  readonly release: string;
  /** The release whose flags these are: the nearest catalogued patch release of the same minor. */
  readonly checkedAgainst: string;
  readonly exact: boolean;
  readonly parser: Parser;
  /** All flags, by name. */
  readonly all: readonly FlagInfo[];
  /** The flag with this name, with or without dashes in front; undefined when the program would refuse it. */
  find(name: string): FlagInfo | undefined;
  /** The name that was probably meant, without dashes; undefined when none comes near. */
  suggest(name: string): string | undefined;
  /** The catalogued releases that do know the name, oldest first; empty for a name that no release has. */
  knownIn(name: string): readonly string[];
}

// Slices, arrays and kube's string maps append or merge, docker's option types collect; mapStringBool starts anew.
const repeating: ReadonlySet<string> = new Set([
  ...['list', 'map', 'ulimit', 'runtime', 'pool-options'],
  ...['stringSlice', 'stringArray', 'namedCertKey', 'mapStringString'],
]);

const sets = new Map<string, FlagSet>();

/**
 * The flags of a component in a release, or in the nearest catalogued patch release of the same minor (of two
 * equally near ones the older: a flag that it lacks may be missing). Undefined when the minor is not catalogued.
 */
export function flagsOf(component: CatalogComponent, release: string): FlagSet | undefined {
  const key = `${component} ${release}`;
  const known = sets.get(key);
  if (known) return known;
  const checkedAgainst = nearest(cataloguedReleases(component), release);
  if (checkedAgainst === undefined) return undefined;
  const set = build(component, release, checkedAgainst);
  sets.set(key, set);
  return set;
}

/** The release of the list that is nearest to the given one within its minor. */
function nearest(releases: readonly string[], release: string): string | undefined {
  const distance = (other: string): number => Math.abs(patchOf(other) - patchOf(release));
  return releases
    .filter((other) => sameMinor(other, release))
    .toSorted((a, b) => distance(a) - distance(b) || compareReleases(a, b))[0];
}

/** Whether the program reads `_` as `-`: only those of Kubernetes do. */
function normalizes(component: CatalogComponent): boolean {
  return component.startsWith('kube');
}

function build(component: CatalogComponent, release: string, checkedAgainst: string): FlagSet {
  const file = catalogFile(component);
  const rows = file.flags.filter((row) => has(row, checkedAgainst));
  const all = rows.map((row) => info(component, row));
  const byName = new Map(all.flatMap((flag) => flag.names.map((name) => [name, flag] as const)));
  const bare = (name: string): string => {
    const undashed = name.replace(/^--?/, '');
    return normalizes(component) ? undashed.replaceAll('_', '-') : undashed;
  };
  return {
    component,
    release,
    checkedAgainst,
    exact: compareReleases(release, checkedAgainst) === 0,
    parser: file.releases[checkedAgainst]?.parser ?? 'pflag',
    all,
    find: (name) => byName.get(bare(name)),
    suggest: (name) => suggestFlag(component, bare(name), byName),
    knownIn: (name) => {
      const forms = file.flags.filter((row) => row.names.includes(bare(name)));
      return Object.keys(file.releases).filter((other) => forms.some((row) => has(row, other)));
    },
  };
}

function has(row: FlagRow, release: string): boolean {
  return (
    (row.from === undefined || compareReleases(row.from, release) <= 0) &&
    (row.to === undefined || compareReleases(release, row.to) <= 0)
  );
}

function info(component: CatalogComponent, row: FlagRow): FlagInfo {
  return {
    component,
    name: row.names[0] ?? '',
    names: row.names,
    type: row.type,
    default: row.default,
    deprecated: row.deprecated === true,
    bareMeans: row.bareMeans,
    repeats: repeating.has(row.type),
  };
}
