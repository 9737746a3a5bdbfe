import type { ClusterPlan, HostPlan } from '../plan/types.ts';
import type { Data } from './template-values.ts';

/** What doctor.sh knows of its own host. */
export function doctorData(host: HostPlan): Readonly<Record<string, Data>> {
  return {
    interface: host.interface ?? '',
    gateway: host.gateway ?? '',
    architecture: host.architecture,
    roles: host.roles,
    units: host.units.map(({ id, start }) => ({ unit: id, start })),
    paths: host.dataPaths.map(({ path, unit }) => ({ path, unit })),
    settings: host.units.flatMap((unit) =>
      Object.entries(unit.settings).flatMap(([name, values]) =>
        [values].flat().map((value) => ({ unit: unit.id, name, value })),
      ),
    ),
  };
}

/** The rows of lib/ports.tsv: host, address, unit, protocol, port, listen address, purpose. */
export function portRows(plan: ClusterPlan): readonly (readonly (string | number)[])[] {
  return plan.hosts.flatMap((host) =>
    host.units.flatMap((unit) =>
      unit.ports.map((use) => [host.name, host.address, unit.id, use.protocol, use.port, use.address, use.purpose]),
    ),
  );
}
