import type { FlagOverride, FlagOverrides } from '../model/types.ts';
import type { HostValue, PlannedFlag, Word } from './types.ts';

/** How a component spells a flag: `--name=value`, `-name=value`, or two words. */
export interface Spelling {
  readonly dashes: '-' | '--';
  /** Flags that the guide writes as two words; 'all' for every flag that is no boolean. */
  readonly twoWords: 'all' | readonly string[];
  /** Flags that the guide gives by their one-letter name. */
  readonly short?: Readonly<Record<string, string>>;
}

/** What the plan asks for before the user's `flags` are applied. */
export interface WantedFlag {
  readonly name: string;
  readonly value: string | number | boolean | HostValue | readonly string[];
  readonly pointer: string;
  /** Present on additions to the guide: why they are needed. */
  readonly reason?: string;
  /** The user's values come beside this one, not in its place. */
  readonly keeps?: true;
}

/** Brings names and values as the user wrote them to the form of the catalogue and of decimal numbers. */
export interface Canonical {
  name(written: string): string;
  value(written: string, value: string): string;
}

/** A flag as it will be given, before it is spelled: one entry for each time it stands on the command line. */
export interface GivenFlag {
  readonly name: string;
  readonly value: string | HostValue;
  readonly pointer: string;
  readonly origin: PlannedFlag['origin'];
  readonly reason?: string;
}

/**
 * Apply the user's `flags` to what the plan wants. A changed flag keeps its place; added ones go to the end, sorted by
 * name, for the order of keys in the specification means nothing.
 *
 * @param pointer where the overrides stand, such as `/kubelet/flags`
 */
export function applyOverrides(
  wanted: readonly WantedFlag[],
  overrides: FlagOverrides,
  canonical: Canonical,
  pointer: string,
): GivenFlag[] {
  const users = new Map(
    Object.entries(overrides)
      .map(([name, value]) => [canonical.name(name), { name, value }] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  const given: GivenFlag[] = [];
  for (const flag of wanted) {
    const user = users.get(flag.name);
    const ours = user && !(flag.keeps && user.value !== null) ? [] : fromPlan(flag);
    const theirs = user ? fromUser(flag.name, user, canonical, pointer) : [];
    given.push(...ours, ...theirs.filter((one) => !ours.some((own) => own.value === one.value)));
    users.delete(flag.name);
  }
  for (const [name, user] of users) given.push(...fromUser(name, user, canonical, pointer));
  return given;
}

function fromPlan(flag: WantedFlag): GivenFlag[] {
  const { name, pointer, reason } = flag;
  const values = Array.isArray(flag.value) ? flag.value : [flag.value];
  return values.map((value) => ({
    name,
    value: typeof value === 'object' ? value : String(value),
    pointer,
    origin: reason === undefined ? 'guide' : 'addition',
    ...(reason === undefined ? {} : { reason }),
  }));
}

function fromUser(
  name: string,
  user: { name: string; value: FlagOverride },
  canonical: Canonical,
  pointer: string,
): GivenFlag[] {
  if (user.value === null) return [];
  // The schema lets no name in that a JSON pointer would have to escape.
  const at = `${pointer}/${user.name}`;
  const values = Array.isArray(user.value) ? user.value : [user.value];
  return values.map((value) => ({ name, value: canonical.value(name, String(value)), pointer: at, origin: 'user' }));
}

/** Spell one flag as words. Booleans always as `--flag=true`: a bare value would be taken for an argument. */
export function spell(flag: GivenFlag, boolean: boolean, spelling: Spelling): PlannedFlag {
  const short = spelling.short?.[flag.name];
  const name = short ?? flag.name;
  const dashes = short === undefined ? spelling.dashes : '-';
  const two = !boolean && (spelling.twoWords === 'all' || spelling.twoWords.includes(flag.name));
  const value: Word = [flag.value];
  return {
    name: flag.name,
    words: two ? [[dashes + name], value] : [[`${dashes}${name}=`, ...value]],
    origin: flag.origin,
    pointer: flag.pointer,
    ...(flag.reason === undefined ? {} : { reason: flag.reason }),
  };
}
