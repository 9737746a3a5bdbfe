import { wrapText } from '../diagnostics/wrap.ts';
import type { ClusterPlan } from '../plan/types.ts';
import type { StepResult, UnitHealth } from './rehearse.ts';

const verdicts: Readonly<Record<number, string>> = { 0: 'ok', 3: 'waits' };

/** `ok     sandbox-1  etcd/start-etcd.sh  2.1 s`. Of a failure, what the script said follows. */
export function stepText({ host, script, code, seconds, output }: StepResult, widest: number): string {
  const verdict = verdicts[code] ?? 'FAILED';
  const line = `  ${verdict.padEnd(6)}  ${host.padEnd(widest)}  ${script}  ${seconds.toFixed(1)} s`;
  if (code === 0 || code === 3) return line;
  const said = output.trimEnd().split('\n').slice(-20);
  return [`${line}, exit code ${code}`, ...said.map((one) => `    | ${one}`)].join('\n');
}

/**
 * The table at the end: a line for each unit, then a line for each one that is not healthy.
 *
 * @param standIns names of the programs and images that are not the real ones
 */
export function healthTable(
  plan: ClusterPlan,
  health: readonly UnitHealth[],
  steps: readonly StepResult[],
  standIns: ReadonlySet<string>,
): string {
  const order = [...new Set(plan.phases.flatMap(({ units }) => units))];
  const rows = order.flatMap((id) => {
    const of = health.filter(({ unit }) => unit.id === id);
    const [first] = of;
    if (!first) return [];
    const { unit } = first;
    const good = of.filter(({ healthy }) => healthy).length;
    const times = steps.filter(({ script }) => script === unit.start).map(({ seconds }) => seconds);
    const slowest = times.length === 0 ? '-' : `${Math.max(...times).toFixed(1)} s`;
    return [[id, `${good} of ${of.length}`, slowest, programText(plan, unit.command.binary, standIns)]];
  });
  const heading = ['UNIT', 'HEALTHY', 'SLOWEST START', 'PROGRAM'];
  const lines = [heading, ...rows].map(([unit = '', good = '', slowest = '', program = '']) =>
    `${unit.padEnd(25)}${good.padEnd(11)}${slowest.padEnd(15)}${program}`.trimEnd(),
  );
  const bad = new Map<string, string[]>();
  for (const { host, unit, healthy, text } of health) {
    if (healthy) continue;
    const what = `${unit.id}: ${text || 'not healthy'}`;
    bad.set(what, [...(bad.get(what) ?? []), host]);
  }
  const notes = [...bad].flatMap(([what, hosts]) => wrapText(`${what} (${hosts.join(', ')})`, '  ', '    '));
  return [...lines, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

function programText(plan: ClusterPlan, binary: string, standIns: ReadonlySet<string>): string {
  const needs = plan.hosts.flatMap(({ artifacts }) => artifacts.find(({ name }) => name === binary) ?? []);
  return `${binary} ${needs[0]?.release ?? ''}${standIns.has(binary) ? ', a stand-in' : ''}`;
}

/** Which programs are not the real ones, in words; '' when all are. */
export function standInText(standIns: ReadonlySet<string>): string {
  if (standIns.size === 0) return '';
  const names = [...standIns].toSorted().join(', ');
  return wrapText(
    `Stand-ins, which take the flags of their release and talk as those programs do, but are none of them: ${names}.`,
  ).join('\n');
}
