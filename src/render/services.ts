import type { HostPlan } from '../plan/types.ts';
import type { Data } from './template-values.ts';

/**
 * What install-services.sh knows of a host: its daemons in start order, each with the steps of start.sh that come right
 * before it and the units of this host that it needs, and the folders with data.
 */
export function servicesData(host: HostPlan): Readonly<Record<string, Data>> {
  const here = new Set<string>(host.units.map((unit) => unit.id));
  return {
    hasImages: host.roles.includes('node') ? 1 : 0,
    services: host.units.map((unit) => ({
      unit: unit.id,
      start: unit.start,
      stop: unit.stop,
      steps: stepsBefore(host, unit.start).join(' '),
      wants: [...new Set(unit.needs.map((need) => need.kind))].filter((kind) => here.has(kind)).join(' '),
    })),
    folders: [
      ...new Set([...host.units.flatMap((unit) => unit.directories), ...host.dataPaths.map(({ path }) => path)]),
    ].filter((path) => !path.startsWith('/run/')),
  };
}

/** The steps between the start script before this one and this one: no daemons, such as update-hosts.sh. */
function stepsBefore(host: HostPlan, start: string): readonly string[] {
  const starts = new Set(host.units.map((unit) => unit.start));
  const before = host.steps.slice(0, host.steps.indexOf(start));
  return before.slice(before.findLastIndex((step) => starts.has(step)) + 1);
}
