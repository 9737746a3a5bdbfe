import type { HostPlan, PlannedFlag, UnitId, UnitPlan } from './types.ts';

/** Flags that say where a daemon keeps its data. */
const dataFlags: Partial<Record<UnitId, readonly string[]>> = {
  etcd: ['data-dir', 'wal-dir'],
  docker: ['graph', 'data-root', 'exec-root'],
  kubelet: ['root-dir'],
};

/** Where a kubelet without --root-dir keeps its pods (Kubernetes 1.3, cmd/kubelet/app/options). */
const kubeletRoot = '/var/lib/kubelet';

/** The files and folders in which the daemons of a host keep their data, whoever chose them. */
export function dataPaths(host: HostPlan): readonly string[] {
  return [...new Set(host.units.flatMap(pathsOfUnit))];
}

function pathsOfUnit(unit: UnitPlan): readonly string[] {
  const names = dataFlags[unit.id] ?? [];
  const given = unit.command.flags.filter(({ name }) => names.includes(name));
  if (unit.id === 'kubelet' && given.length === 0) return [kubeletRoot];
  return given.flatMap((flag) => {
    const path = flagValue(flag);
    // Beside the data folder, see lib/units/etcd.sh.
    return flag.name === 'data-dir' ? [path, `${path}.first-start`] : [path];
  });
}

/** A flag's value: its second word, or what comes after the = of its only one. */
function flagValue(flag: PlannedFlag): string {
  const words = flag.words.map((word) => word.map((piece) => (typeof piece === 'string' ? piece : '')).join(''));
  const [first = '', second] = words;
  return second ?? first.slice(first.indexOf('=') + 1);
}
