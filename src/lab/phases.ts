import type { ClusterPlan } from '../plan/types.ts';

/** Scripts that one host runs in a phase of the run sheet, in order. */
export interface HostSteps {
  readonly host: string;
  readonly scripts: readonly string[];
}

export interface PhaseSteps {
  readonly title: string;
  readonly hosts: readonly HostSteps[];
}

/**
 * The run sheet's order: phase by phase, in each the hosts it concerns with the scripts that they run then. A script
 * that starts no unit, such as update-hosts.sh, belongs to the unit that comes after it.
 */
export function phasesOf(plan: ClusterPlan, until?: string): readonly PhaseSteps[] {
  const phases = plan.phases.map(({ title, units }) => ({
    title,
    hosts: plan.hosts.flatMap((host) => {
      const scripts: string[] = [];
      let before: string[] = [];
      for (const step of host.steps) {
        before.push(step);
        const unit = host.units.find(({ start }) => start === step);
        if (unit === undefined) continue;
        if (units.includes(unit.id)) scripts.push(...before);
        before = [];
      }
      return scripts.length === 0 ? [] : [{ host: host.name, scripts }];
    }),
  }));
  return until === undefined ? phases : cutAfter(phases, plan, until);
}

/** Up to the unit and no further. */
function cutAfter(phases: readonly PhaseSteps[], plan: ClusterPlan, until: string): readonly PhaseSteps[] {
  const last = plan.phases.findIndex(({ units }) => units.some((unit) => unit === until));
  const isLast = (script: string): boolean => script.endsWith(`/start-${until}.sh`);
  return phases.slice(0, last + 1).map((phase, index) => {
    if (index < last) return phase;
    const hosts = phase.hosts.flatMap(({ host, scripts }) => {
      const end = scripts.findIndex(isLast);
      return end < 0 ? [] : [{ host, scripts: scripts.slice(0, end + 1) }];
    });
    return { ...phase, hosts };
  });
}
