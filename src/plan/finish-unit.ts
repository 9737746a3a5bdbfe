import { canonicalValue } from '../catalog/canonical-value.ts';
import type { FlagSet } from '../catalog/flags.ts';
import { checkValue } from '../catalog/values.ts';
import type { Diagnostics } from '../diagnostics/collector.ts';
import type { FlagOverrides } from '../model/types.ts';
import { applyOverrides, type Canonical, type GivenFlag, spell } from './flag-list.ts';
import type { UnitPlan } from './types.ts';
import type { UnitDraft } from './units/types.ts';

const folders = { etcd: 'etcd', master: 'master', node: 'node' } as const;

/**
 * Turns a draft into a unit: the user's flags applied, every flag checked against the release's catalogue, spelled as
 * words. A value of ours that the catalogue refuses came from the specification: KB3702 at its place.
 *
 * @param checked flag=value texts that were found right before, so that 5,000 hosts do not check the same ones again
 */
export function finishUnit(
  draft: UnitDraft,
  overrides: FlagOverrides,
  set: FlagSet,
  checked: Set<string>,
  diagnostics: Diagnostics,
): UnitPlan {
  const canonical: Canonical = {
    name: (written) => set.find(written)?.name ?? written,
    value: (written, value) => {
      const flag = set.find(written);
      return flag ? canonicalValue(flag, value) : value;
    },
  };
  const given = applyOverrides(draft.wanted, overrides, canonical, `/${draft.component}/flags`);
  warnAboutIdleDrops(draft, overrides, canonical, checked, diagnostics);
  const effective = (name: string, fallback: string): string => {
    const value = given.find((flag) => flag.name === name)?.value;
    return typeof value === 'string' ? value : fallback;
  };
  const { catalog: _catalog, wanted: _wanted, spelling, binary, subcommand, ...unit } = draft;
  return {
    ...unit,
    start: `${folders[draft.role]}/start-${draft.id}.sh`,
    stop: `${folders[draft.role]}/stop-${draft.id}.sh`,
    log: `log/${draft.id}.log`,
    command: {
      binary,
      subcommand,
      flags: given.map((flag) => spell(flag, checkFlag(flag, set, checked, diagnostics), spelling)),
    },
    ports: draft.ports(effective),
    settings: draft.settings(effective),
  };
}

/** KB3705: a null for a flag that the plan would not give anyway drops nothing. */
function warnAboutIdleDrops(
  draft: UnitDraft,
  overrides: FlagOverrides,
  canonical: Canonical,
  checked: Set<string>,
  diagnostics: Diagnostics,
): void {
  for (const [written, value] of Object.entries(overrides)) {
    const key = `${draft.component} drops ${written}`;
    if (value !== null || checked.has(key) || draft.wanted.some((flag) => flag.name === canonical.name(written)))
      continue;
    checked.add(key);
    diagnostics.add(
      'KB3705',
      `/${draft.component}/flags/${written}`,
      `"${written}" is not given anyway: null drops nothing`,
      {
        part: 'key',
        hint: 'remove the line',
      },
    );
  }
}

/** @returns whether the flag is a boolean */
function checkFlag(flag: GivenFlag, set: FlagSet, checked: Set<string>, diagnostics: Diagnostics): boolean {
  const known = set.find(flag.name);
  if (!known) {
    // The user's own unknown flags have been reported; one of ours is a mistake in the plan.
    if (flag.origin === 'user') return false;
    throw new Error(`${set.component} ${set.release} has no flag ${flag.name}, which the plan gives it`);
  }
  const key = `${set.component} ${flag.name}=${flag.value}`;
  if (flag.origin !== 'user' && typeof flag.value === 'string' && !checked.has(key)) {
    checked.add(key);
    const problem = checkValue(known, flag.value);
    if (problem !== undefined)
      diagnostics.add('KB3702', flag.pointer, `--${flag.name} of ${set.component} ${problem}`, {
        hint: `change the value there; the flag's type is ${known.type}`,
      });
  }
  return known.type === 'bool';
}
