import { artifactKey } from '../bundle/assemble.ts';
import type { WrittenTarball } from '../bundle/write-bundles.ts';
import { wrapText } from '../diagnostics/wrap.ts';
import type { ClusterPlan, HostPlan } from '../plan/types.ts';
import { nameList, sizeText } from './name-list.ts';

/** What the closing words of a compilation speak of. */
export interface Written {
  readonly plan: ClusterPlan;
  /** `OUT/<cluster>` as people write it. */
  readonly folder: string;
  readonly tarballs: readonly WrittenTarball[];
  /** Programs and images that the tarballs hold, by `artifactKey`. */
  readonly has: ReadonlySet<string>;
  /** Tarballs in the folder whose hosts the specification does not have. */
  readonly strays: readonly string[];
}

const SHOWN = 12;

/** The closing words of a compilation: what was written, and what to do with it. */
export function writtenText({ plan, folder, tarballs, has, strays }: Written): string {
  const written = new Set(tarballs.map((tarball) => tarball.host));
  const hosts = plan.hosts.filter((host) => written.has(host.name));
  const total = tarballs.reduce((sum, tarball) => sum + tarball.size, 0);
  const count = `${tarballs.length} tarball${tarballs.length === 1 ? '' : 's'}`;
  const same = tarballs.filter((tarball) => tarball.unchanged).length;
  const unchanged = same === 0 ? '' : same === tarballs.length ? '; nothing has changed' : `; ${same} unchanged`;
  const parts = [
    [`${folder}: ${count}, ${sizeText(total)}${unchanged}`, '', ...tarballLines(tarballs)],
    ...(strays.length === 0
      ? []
      : [wrapText(`Of hosts that the specification does not have (any more), left as they are: ${nameList(strays)}`)]),
    ...missingLines(hosts, has),
    ['What to do next', '', ...steps(plan, folder, hosts)],
  ];
  return `${parts.map((part) => part.join('\n')).join('\n\n')}\n`;
}

function tarballLines(tarballs: readonly WrittenTarball[]): readonly string[] {
  const rows = tarballs.slice(0, SHOWN).map(({ host, size }): [string, string] => [`${host}.tar.gz`, sizeText(size)]);
  const more = tarballs.length - rows.length;
  if (more > 0) rows.push([`… and ${more} more`, '']);
  rows.push(['SHA256SUMS', 'checksums of all tarballs']);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, about]) => `  ${name.padEnd(width)}  ${about}`.trimEnd());
}

/** Which files each host lacks; hosts that lack the same ones share an entry. */
function missingLines(hosts: readonly HostPlan[], has: ReadonlySet<string>): readonly (readonly string[])[] {
  const groups = new Map<string, { needs: HostPlan['artifacts']; names: string[] }>();
  for (const host of hosts) {
    const needs = host.artifacts.filter((need) => !has.has(artifactKey(host.architecture, need.name)));
    const key = [host.architecture, ...needs.map((need) => need.path)].join('\n');
    const group = groups.get(key) ?? { needs, names: [] };
    group.names.push(host.name);
    if (needs.length > 0) groups.set(key, group);
  }
  if (groups.size === 0) return [];
  const intro =
    has.size === 0
      ? 'There are no programs or images in them. Before start.sh runs, put these files there, programs with mode 0755:'
      : 'Some files are not in them. Before start.sh runs, put these there, programs with mode 0755:';
  return [
    [
      ...wrapText(intro),
      ...[...groups.values()].flatMap(({ needs, names }) => [
        '',
        ...wrapText(nameList(names), '  '),
        ...filesLine(needs, 'binary', 'bin/     '),
        ...filesLine(needs, 'image', 'images/  '),
      ]),
    ],
  ];
}

function filesLine(needs: HostPlan['artifacts'], kind: 'binary' | 'image', label: string): readonly string[] {
  const names = needs.filter((need) => need.kind === kind).map((need) => need.name);
  return names.length === 0 ? [] : wrapText(names.join(' '), `    ${label}`);
}

function steps(plan: ClusterPlan, folder: string, hosts: readonly HostPlan[]): readonly string[] {
  return [
    ...wrapText(`Carry ${folder}/<host>.tar.gz to its host, each host its own.`, '  1. '),
    ...wrapText(`There: tar xzf <host>.tar.gz, cd ${plan.cluster}, and read README.md.`, '  2. '),
    ...orderLines(hosts),
  ];
}

/** A host belongs where its first role does: etcd before masters before nodes. */
function orderLines(hosts: readonly HostPlan[]): readonly string[] {
  const groups = (['etcd', 'master', 'node'] as const)
    .map((role) => ({ role, names: hosts.filter((host) => host.roles[0] === role).map((host) => host.name) }))
    .filter((group) => group.names.length > 0);
  const waits = 'start.sh waits for what it needs of other hosts, and says for what.';
  const [only] = groups;
  if (groups.length === 1 && only) {
    const on = only.names.length === 1 ? 'there' : `on ${nameList(only.names)}, one soon after the other`;
    return [...wrapText(`sudo ./start.sh ${on}.`, '  3. '), ...wrapText(waits, '     ')];
  }
  const titles = { etcd: 'etcd members', master: 'masters', node: 'nodes' };
  const rows = groups.flatMap(({ role, names }) => wrapText(nameList(names), `       ${titles[role].padEnd(14)}`));
  return ['  3. sudo ./start.sh on each host, in this order:', ...rows, ...wrapText(waits, '     ')];
}
