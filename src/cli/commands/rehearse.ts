import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { check } from '../../compile.ts';
import { Lab } from '../../lab/lab.ts';
import { LabError } from '../../lab/lab-error.ts';
import { cgroupOf, keptLab, sweepLabs } from '../../lab/lab-folder.ts';
import { hostCommand, hostEnvironment } from '../../lab/namespaces.ts';
import { missingPackages } from '../../lab/requirements.ts';
import type { LabRecord } from '../../lab/types.ts';
import type { ClusterPlan } from '../../plan/types.ts';
import { type Arguments, type Command, positional, switchOption, textOption } from '../command.ts';
import { specOptions } from '../options.ts';
import { readSpec, type Spec } from '../read-spec.ts';
import { type RehearsalRequest, rehearseCluster } from '../rehearsal.ts';
import { findings, report } from '../report.ts';
import type { Terminal } from '../terminal.ts';
import { didYouMean, UsageError } from '../usage-error.ts';

/** `kubebale rehearse SPEC`: the cluster on this machine, before the trip. */
export const rehearse: Command = {
  name: 'rehearse',
  positional: '<SPEC>',
  positionalOptions: specOptions.positional,
  summary: 'Start the whole cluster on this machine, from its tarballs',
  options: {
    'stand-ins': { type: 'boolean', describe: 'Where a program or image is missing, put a stand-in' },
    until: { type: 'string', describe: 'UNIT, such as docker, that is the last to be started', requiresArg: true },
    shell: { type: 'string', describe: 'HOST to open a shell on, in the end or in a kept lab', requiresArg: true },
    keep: { type: 'boolean', describe: 'Leave the hosts running' },
    remove: { type: 'boolean', describe: 'Only remove what --keep left' },
    logs: { type: 'string', describe: 'DIR for the logs; rehearsal/<cluster> without it', requiresArg: true },
    quiet: { type: 'boolean', describe: 'Write failures and the table only' },
  },
  examples: [
    ['sudo kubebale rehearse cluster.json', 'With the programs that the lock names'],
    ['sudo kubebale rehearse … --stand-ins', 'What is missing is played by stand-ins'],
    ['sudo kubebale rehearse … --keep', 'Then look around with --shell HOST'],
  ],
  epilogue:
    'Each host is a set of namespaces with a disk of its own, on a network that reaches\nnothing else. Needs root on Linux. All is removed at the end, also after Ctrl-C.\nExit codes: 0 all units are healthy, 1 something failed, 2 usage or environment.',
  run: async (args, terminal) => {
    const spec = await readSpec(positional(args, 'SPEC') ?? '', terminal);
    const { diagnostics, plan } = check(spec.source);
    if (!plan) {
      report(findings(diagnostics.list(), false), spec.source, 'text', terminal);
      return 1;
    }
    const request = requestOf(args, plan, terminal);
    checkMachine(terminal);
    try {
      return await rehearsePlanned(args, request, plan, spec, terminal);
    } catch (error) {
      throw error instanceof LabError ? new UsageError(error.message, error.hint) : error;
    }
  },
};

async function rehearsePlanned(
  args: Arguments,
  request: RehearsalRequest,
  plan: ClusterPlan,
  spec: Spec,
  terminal: Terminal,
): Promise<number> {
  const kept = await keptLab(request.root, plan.cluster);
  if (switchOption(args, 'remove')) {
    await sweepLabs(request.root, plan.cluster);
    terminal.out.write(kept ? `removed the hosts of ${plan.cluster}\n` : `nothing of ${plan.cluster} was there\n`);
    return 0;
  }
  if (kept && request.shell !== undefined) return openShell(kept, request);
  const lab = await Lab.open(plan, request.root, request.keep);
  let done = false;
  try {
    const code = await rehearseCluster(lab, request, spec, terminal);
    if (request.shell !== undefined) shellOn(lab.folder, request.shell, lab.pidOf(request.shell));
    done = true;
    if (request.keep) terminal.out.write(keptText(spec, plan));
    return code;
  } finally {
    if (!(request.keep && done)) await lab.remove();
  }
}

function keptText(spec: Spec, plan: ClusterPlan): string {
  const [first] = plan.hosts;
  const path = spec.source.path === '<stdin>' ? '-' : spec.source.path;
  return [
    '',
    'The hosts are left running. To look around on one, and to remove them all:',
    `  kubebale rehearse ${path} --shell ${first?.name ?? ''}`,
    `  kubebale rehearse ${path} --remove`,
    '',
  ].join('\n');
}

function openShell(record: LabRecord, { root, shell = '' }: RehearsalRequest): number {
  const own = record.hosts[shell];
  if (!own) throw new UsageError(`the kept lab has no host ${shell}`, 'rehearse the specification again');
  return shellOn(join(root, record.cluster), shell, own.pid);
}

/** A shell of root on a host; from a pipe it reads commands. */
function shellOn(folder: string, host: string, pid: number): number {
  const [command, words] = hostCommand(`${cgroupOf(folder)}/${host}`, pid, ['bash']);
  const { status } = spawnSync(command, words, { stdio: 'inherit', env: hostEnvironment });
  return status ?? 1;
}

function requestOf(args: Arguments, plan: ClusterPlan, terminal: Terminal): RehearsalRequest {
  const until = textOption(args, 'until');
  const shell = textOption(args, 'shell');
  const units = [...new Set(plan.phases.flatMap((phase) => phase.units))];
  if (until !== undefined && !units.some((unit) => unit === until))
    throw new UsageError(
      `no host has a unit ${until}`,
      didYouMean(until, units) ?? `the units are ${units.join(', ')}`,
    );
  const hosts = plan.hosts.map(({ name }) => name);
  if (shell !== undefined && !hosts.includes(shell))
    throw new UsageError(
      `the specification has no host ${shell}`,
      didYouMean(shell, hosts) ?? `its hosts are ${hosts.slice(0, 12).join(', ')}`,
    );
  return {
    root: terminal.env.KUBEBALE_LAB || '/var/lib/kubebale-lab',
    logs: textOption(args, 'logs') ?? join('rehearsal', plan.cluster),
    standIns: switchOption(args, 'stand-ins'),
    keep: switchOption(args, 'keep'),
    quiet: switchOption(args, 'quiet'),
    until,
    shell,
  };
}

function checkMachine({ env }: Terminal): void {
  if (process.platform !== 'linux')
    throw new UsageError('hosts can be made on Linux only', 'run it on a Linux machine');
  if (process.getuid?.() !== 0) throw new UsageError('making hosts needs root', 'run it with sudo, or as root');
  const packages = missingPackages(env.PATH);
  if (packages.length > 0)
    throw new UsageError(
      'programs that hosts are made with are missing',
      `type: apt-get install ${packages.join(' ')}`,
    );
}
