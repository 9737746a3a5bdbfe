import cliui from 'cliui';
import type { Colors } from 'picocolors/types.js';
import { WIDTH, wrapText } from '../diagnostics/wrap.ts';
import type { ClusterPlan, FlagOrigin, HostPlan, Phase, PlannedFlag, PortUse, UnitPlan, Word } from '../plan/types.ts';
import { shellQuote } from '../render/shell-quote.ts';
import { nameList } from './name-list.ts';

type Row = readonly string[];

/** What stands before a flag that is not the guide's own. */
const MARKS: Readonly<Record<FlagOrigin, string>> = { guide: ' ', addition: '+', user: '*' };

/** The plan for people: releases, hosts with their units, the order across hosts, and the command lines. */
export function planTable(plan: ClusterPlan, colors: Colors): string {
  const heading = (text: string) => colors.bold(text);
  const parts = [
    [heading(`Cluster ${plan.cluster}`), table(plan.releases.map(release), [14, 12])],
    [heading('Hosts and their units, in start order'), ...plan.hosts.map(hostTable)],
    [heading('Order across hosts'), ...plan.phases.flatMap(phaseLines)],
    [heading('Command lines'), ...LEGEND, ...commandLines(plan, colors)],
  ];
  return `${parts.map((part) => part.join('\n')).join('\n\n')}\n`;
}

const LEGEND = ['  + added to the guide by kubebale, with the reason', '  * given by "flags" of the specification'];

function release({ component, release, checkedAgainst }: ClusterPlan['releases'][number]): Row {
  return [component, release, checkedAgainst === release ? '' : `checked against the flags of ${checkedAgainst}`];
}

function hostTable(host: HostPlan): string {
  const rows = host.units.map((unit): Row => [unit.id, portText(unit.ports)]);
  const [first = '', ...rest] = wrapText(`${host.name}  ${host.address}  ${host.roles.join(', ')}`, '  ', '      ');
  return [first, ...rest, table(rows, [26], 4)].join('\n');
}

/** `tcp 2379 4001 2380, udp 8285`: one protocol's ports together. */
function portText(ports: readonly PortUse[]): string {
  const protocols = (['tcp', 'udp'] as const).map((protocol) => {
    const numbers = ports
      .filter((use) => use.protocol === protocol)
      .map(({ port, address }) => {
        return address === '127.0.0.1' ? `${port} (local)` : String(port);
      });
    return numbers.length === 0 ? '' : `${protocol} ${numbers.join(' ')}`;
  });
  return protocols.filter((text) => text !== '').join(', ');
}

function phaseLines(phase: Phase, index: number): readonly string[] {
  return [
    ...wrapText(`${phase.title}: ${phase.units.join(', ')}`, `  ${index + 1}. `),
    ...wrapText(`on ${nameList(phase.hosts)}`, '     '),
  ];
}

/** Hosts with the same command line share one entry. */
function commandLines(plan: ClusterPlan, colors: Colors): readonly string[] {
  const groups = new Map<string, { unit: UnitPlan; hosts: string[] }>();
  for (const host of plan.hosts) {
    for (const unit of host.units) {
      const key = JSON.stringify([unit.id, unit.command]);
      const group = groups.get(key) ?? { unit, hosts: [] };
      group.hosts.push(host.name);
      groups.set(key, group);
    }
  }
  const order = [...new Set(plan.phases.flatMap((phase) => phase.units))];
  return [...groups.values()]
    .toSorted((a, b) => order.indexOf(a.unit.id) - order.indexOf(b.unit.id))
    .flatMap(({ unit, hosts }) => [
      '',
      ...wrapText(`${unit.id} on ${nameList(hosts)}`, '  ', '    ').map((line) => colors.bold(line)),
      ...wrapText([unit.command.binary, ...unit.command.subcommand].join(' '), '      '),
      ...unit.command.flags.flatMap((flag) => flagLines(flag, colors)),
    ]);
}

function flagLines(flag: PlannedFlag, colors: Colors): readonly string[] {
  const mark = MARKS[flag.origin];
  const words = wrapText(flag.words.map(wordText).join(' '), `    ${mark} `, '        ');
  const painted = mark === ' ' ? words : words.map((line) => colors.green(line));
  const reason = flag.reason === undefined ? [] : wrapText(flag.reason, '        ');
  return [...painted, ...reason.map((line) => colors.dim(line))];
}

/** What only the running host knows stays a placeholder. */
function wordText(word: Word): string {
  return word.map((part) => (typeof part === 'string' ? shellQuote(part) : `\${${part.fromHost}}`)).join('');
}

function table(rows: readonly Row[], widths: readonly number[], indent = 2): string {
  const page = cliui({ width: WIDTH });
  for (const row of rows) {
    const used = widths.reduce((sum, width) => sum + width, indent);
    page.div(
      ...row.map((text, index) => ({
        text,
        width: (widths[index] ?? WIDTH - used) + (index === 0 ? indent : 0),
        padding: [0, 1, 0, index === 0 ? indent : 0] as [number, number, number, number],
      })),
    );
  }
  return page.toString();
}
