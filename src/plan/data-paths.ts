import type { HostPlan, PlannedFlag, UnitId, UnitPlan } from './types.ts';

/** Flags that say where a daemon keeps its data. */
const dataFlags: Partial<Record<UnitId, readonly string[]>> = {
  etcd: ['data-dir', 'wal-dir'],
  docker: ['graph', 'data-root', 'exec-root'],
  kubelet: ['root-dir'],
};

/** Where a kubelet without --root-dir keeps its pods (Kubernetes 1.3, cmd/kubelet/app/options). */
const kubeletRoot = '/var/lib/kubelet';

/**
 * The folders in which daemons keep their data, each once, whoever chose them: the specification's keys or its `flags`.
 * @param units Those of one host, their command lines finished.
 */
export function dataPaths(units: readonly UnitPlan[]): HostPlan['dataPaths'] {
  const all = units.flatMap((unit) => foldersOf(unit).map((path) => ({ path, unit: unit.id })));
  return all.filter(({ path }, index) => all.findIndex((other) => other.path === path) === index);
}

function foldersOf(unit: UnitPlan): readonly string[] {
  const names = dataFlags[unit.id] ?? [];
  const given = unit.command.flags.filter(({ name }) => names.includes(name));
  return unit.id === 'kubelet' && given.length === 0 ? [kubeletRoot] : given.map(flagValue);
}

/** A flag's value: its second word, or what comes after the = of its only one. */
function flagValue(flag: PlannedFlag): string {
  const words = flag.words.map((word) => word.map((piece) => (typeof piece === 'string' ? piece : '')).join(''));
  const [first = '', second] = words;
  return second ?? first.slice(first.indexOf('=') + 1);
}
