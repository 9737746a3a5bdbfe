import { canonicalValue } from '../catalog/canonical-value.ts';
import { type FlagSet, flagsOf } from '../catalog/flags.ts';
import { checkValue } from '../catalog/values.ts';
import type { Diagnostics } from '../diagnostics/collector.ts';
import type { ClusterModel, ComponentKey, FlagOverride, FlagOverrides } from '../model/types.ts';
import type { CatalogComponent } from '../release/types.ts';
import { type Ownership, ownedFlags } from './owned-flags.ts';

/** Key of the specification → component of the flag catalogue and the release it has. */
export const components: Readonly<
  Record<ComponentKey, { catalog: CatalogComponent; release: keyof ClusterModel['releases'] }>
> = {
  etcd: { catalog: 'etcd', release: 'etcd' },
  apiserver: { catalog: 'kube-apiserver', release: 'kubernetes' },
  controllerManager: { catalog: 'kube-controller-manager', release: 'kubernetes' },
  scheduler: { catalog: 'kube-scheduler', release: 'kubernetes' },
  flannelServer: { catalog: 'flanneld', release: 'flannel' },
  flannel: { catalog: 'flanneld', release: 'flannel' },
  docker: { catalog: 'docker-daemon', release: 'docker' },
  kubelet: { catalog: 'kubelet', release: 'kubernetes' },
  kubeProxy: { catalog: 'kube-proxy', release: 'kubernetes' },
};

/**
 * Check every flag that the user wrote against the catalogue of its release: unknown (KB3701), of the wrong type
 * (KB3702), deprecated (KB3703), decided by a key of the specification (KB3704), dangerous (KB3706), given as a list
 * though it takes one value (KB3707).
 *
 * @returns the flag sets by component, for the plan
 */
export function checkOverrides(model: ClusterModel, diagnostics: Diagnostics): Map<ComponentKey, FlagSet> {
  const sets = new Map<ComponentKey, FlagSet>();
  for (const [key, { catalog, release }] of Object.entries(components) as [
    ComponentKey,
    (typeof components)[ComponentKey],
  ][]) {
    const set = flagsOf(catalog, model.releases[release]);
    // A release without a catalogue has been reported as unsupported already.
    if (!set) continue;
    sets.set(key, set);
    checkComponent(set, model[key].flags, `/${key}/flags`, diagnostics);
  }
  return sets;
}

function checkComponent(set: FlagSet, overrides: FlagOverrides, base: string, diagnostics: Diagnostics): void {
  const seen = new Map<string, string>();
  for (const [written, value] of Object.entries(overrides)) {
    const pointer = `${base}/${written}`;
    const flag = set.find(written);
    if (!flag) {
      const suggestion = set.suggest(written);
      diagnostics.add('KB3701', pointer, `${set.component} ${set.release} has no flag "${written}"`, {
        part: 'key',
        hint: unknownHint(suggestion, set),
      });
      continue;
    }
    const before = seen.get(flag.name);
    seen.set(flag.name, pointer);
    if (before !== undefined) {
      diagnostics.add('KB3704', pointer, `"${written}" is the same flag as another one above`, {
        part: 'key',
        hint: 'keep one of the two',
        related: [{ message: 'the other one', pointer: before }],
      });
      continue;
    }
    const owner = ownedFlags[set.component][flag.name];
    if (owner && refuse(owner, flag.name, value, pointer, set, diagnostics)) continue;
    // A DeprecatedFlag of etcd is refused whatever its value: that is said below.
    if (flag.deprecated && flag.type !== 'DeprecatedFlag')
      diagnostics.add('KB3703', pointer, `--${flag.name} is deprecated in ${set.component} ${set.release}`, {
        part: 'key',
        hint: 'it still works in this release; look for its successor before the next one',
      });
    if (value === null) continue;
    const values = Array.isArray(value) ? value : [value];
    if (Array.isArray(value) && !flag.repeats)
      diagnostics.add('KB3707', pointer, `--${flag.name} takes one value, not a list`, {
        hint: flag.type === 'stringSlice' ? 'write the values in one text, with commas' : 'keep one value',
      });
    values.forEach((single, index) => {
      const problem = checkValue(flag, String(single));
      if (problem !== undefined)
        diagnostics.add('KB3702', Array.isArray(value) ? `${pointer}/${index}` : pointer, `--${flag.name} ${problem}`, {
          hint: flag.default === '' ? `its type is ${flag.type}` : `its default is ${flag.default}`,
        });
    });
  }
}

/** A flag that would be refused in the next run is no help: its key is. */
function unknownHint(suggestion: string | undefined, set: FlagSet): string {
  const owner = suggestion === undefined ? undefined : ownedFlags[set.component][suggestion];
  if (owner && 'key' in owner) return `set ${owner.key} instead, if you mean --${suggestion}`;
  return suggestion === undefined || (owner && 'never' in owner)
    ? 'remove it, or check its spelling'
    : `did you mean "${suggestion}"?`;
}

function refuse(
  owner: Ownership,
  name: string,
  value: FlagOverride,
  pointer: string,
  set: FlagSet,
  diagnostics: Diagnostics,
): boolean {
  const { component } = set;
  if ('key' in owner) {
    if (owner.droppable && value === null) return false;
    diagnostics.add('KB3704', pointer, `--${name} of ${component} is not set by flags`, {
      part: 'key',
      hint: `set ${owner.key} instead: scripts and other hosts rely on the value`,
    });
    return true;
  }
  if ('never' in owner) {
    diagnostics.add('KB3706', pointer, `--${name} must not be given to ${component}: ${owner.never}`, {
      part: 'key',
      hint: 'remove it',
    });
    return true;
  }
  const flag = set.find(name);
  const text = flag ? canonicalValue(flag, String(value)) : String(value);
  const bad = 'only' in owner ? value !== null && !owner.only.includes(text) : owner.not.includes(text);
  if (bad)
    diagnostics.add('KB3704', pointer, `--${name}=${text} does not work here: ${owner.because}`, {
      hint: 'only' in owner ? `use ${owner.only.join(' or ')}` : 'give another value, or leave it out',
    });
  return bad;
}
