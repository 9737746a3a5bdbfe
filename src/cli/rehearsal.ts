import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Lab } from '../lab/lab.ts';
import { layStandIns, missingFrom, unpack } from '../lab/lay-bundles.ts';
import { phasesOf } from '../lab/phases.ts';
import { healthTable, standInText, stepText } from '../lab/rehearsal-text.ts';
import { logFolder, type Observer, runPhases, type StepResult, unitHealth } from '../lab/rehearse.ts';
import { hasCgroupV1 } from '../lab/requirements.ts';
import { compileCommand } from './commands/compile.ts';
import { lockPath, readLock } from './lock-file.ts';
import { nameList } from './name-list.ts';
import { progressOn } from './progress.ts';
import type { Spec } from './read-spec.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** What `kubebale rehearse` was asked for. */
export interface RehearsalRequest {
  /** The folder of all labs. */
  readonly root: string;
  readonly logs: string;
  readonly standIns: boolean;
  readonly keep: boolean;
  readonly quiet: boolean;
  readonly until: string | undefined;
  readonly shell: string | undefined;
}

/**
 * Compile, make the hosts, unpack, run all scripts, and write the table.
 *
 * @returns the exit code: 0 when all units that were to be started are healthy
 */
export async function rehearseCluster(
  lab: Lab,
  request: RehearsalRequest,
  spec: Spec,
  terminal: Terminal,
): Promise<number> {
  const { plan } = lab;
  const { signal } = terminal;
  const progress = progressOn(terminal, request.quiet);
  const say = (text: string): void => {
    progress.clear();
    if (!request.quiet) terminal.out.write(`${text}\n`);
  };
  const steps: StepResult[] = [];
  try {
    progress.show('compiling');
    if (!(await compileInto(join(lab.folder, 'out'), request, spec, terminal))) return 1;
    const standIns = await layBundles(lab, request, (host) => {
      signal.throwIfAborted();
      progress.show(`unpacking on ${host}`);
    });
    say(`${plan.cluster}: ${plan.hosts.length} ${plan.hosts.length === 1 ? 'host' : 'hosts'}, unpacked`);
    await lab.start((host) => {
      signal.throwIfAborted();
      progress.show(`starting ${host}`);
    });
    const phases = phasesOf(plan, request.until);
    const widest = Math.max(...plan.hosts.map(({ name }) => name.length));
    const observer: Observer = {
      onPhase: (title) => say(`\n${title}`),
      onStepStart: (host, script) => progress.show(`  ${host}  ${script}`),
      onLine: (host, _, line) => progress.show(`  ${host}  ${line.trim()}`),
      onStep: (result) => {
        steps.push(result);
        const text = stepText(result, widest);
        progress.clear();
        if (!request.quiet || (result.code !== 0 && result.code !== 3)) terminal.out.write(`${text}\n`);
      },
    };
    const forced = forcedScripts(standIns, say);
    await runPhases(lab, phases, observer, { forced, signal, now: () => performance.now() / 1000 });
    progress.show('looking at every unit');
    const started = new Set(steps.map(({ script }) => script));
    const units = new Set(
      plan.hosts.flatMap((host) => host.units.filter(({ start }) => started.has(start)).map(({ id }) => id)),
    );
    const health = await unitHealth(lab, units, signal);
    progress.clear();
    const notes = standInText(standIns);
    terminal.out.write(`\n${healthTable(plan, health, steps, standIns)}\n${notes && `\n${notes}\n`}`);
    const failed = steps.some(({ code }) => code !== 0 && code !== 3) || health.some(({ healthy }) => !healthy);
    return failed ? 1 : 0;
  } finally {
    progress.clear();
    if (await saveLogs(lab, steps, resolve(terminal.cwd, request.logs)))
      terminal.out.write(`\nlogs and what the scripts said: ${request.logs}\n`);
  }
}

/** What `kubebale compile` would write, in a folder of the lab; its warnings have been read by now. */
async function compileInto(out: string, request: RehearsalRequest, spec: Spec, terminal: Terminal): Promise<boolean> {
  const lock = await readLock(lockPath(spec));
  if (lock === undefined && !request.standIns)
    throw new UsageError(
      `there is no ${lockPath(spec).shown}, so that no program is known`,
      `run kubebale fetch ${spec.source.path} first, or add --stand-ins`,
    );
  const said: string[] = [];
  const silent = { write: (text: string) => void said.push(text), isTerminal: false, columns: 80 };
  const args = {
    ...{ SPEC: spec.source.path === '<stdin>' ? '-' : spec.source.path, out, quiet: true },
    ...(lock === undefined ? { 'scripts-only': true } : { 'allow-missing': request.standIns }),
  };
  const code = await compileCommand.run(args, {
    ...terminal,
    out: silent,
    err: silent,
    stdin: async () => spec.source.bytes,
  });
  if (code !== 0) terminal.err.write(said.join(''));
  return code === 0;
}

/** @returns names of the programs and images that stand-ins stand for */
async function layBundles(
  lab: Lab,
  request: RehearsalRequest,
  onHost: (host: string) => void,
): Promise<ReadonlySet<string>> {
  const { plan } = lab;
  const found = new Set<string>();
  for (const host of lab.hosts.values()) {
    onHost(host.plan.name);
    await unpack(host, join(lab.folder, 'out', plan.cluster, `${host.plan.name}.tar.gz`));
    const missing = await missingFrom(host, plan);
    for (const { name } of missing) found.add(name);
    if (request.standIns) await layStandIns(host, plan, missing);
  }
  if (found.size > 0 && !request.standIns)
    throw new UsageError(
      `programs or images are missing, or for another processor than this machine's: ${nameList([...found])}`,
      'run kubebale fetch, or add --stand-ins',
    );
  return found;
}

/**
 * Where the machine has no cgroup v1 the real docker of 2016 cannot run, and the scripts say so; a stand-in needs
 * none, so that its scripts are forced on.
 */
function forcedScripts(standIns: ReadonlySet<string>, say: (text: string) => void): ReadonlySet<string> {
  if (hasCgroupV1() || !(standIns.has('docker') || standIns.has('dockerd'))) return new Set();
  say(
    'This machine has cgroup v2 only: mount-cgroup.sh and start-docker.sh run with --force,\nfor the docker here is a stand-in.',
  );
  return new Set(['node/mount-cgroup.sh', 'node/start-docker.sh']);
}

/** @returns whether there was something to save */
async function saveLogs(lab: Lab, steps: readonly StepResult[], folder: string): Promise<boolean> {
  const said = new Map<string, string>();
  for (const { host, script, output } of steps) {
    const file = join(folder, host, `${basename(script, '.sh')}.txt`);
    // A script that waited is run again.
    said.set(file, `${said.get(file) ?? ''}${output}`);
  }
  for (const [file, text] of said) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  for (const host of new Set(steps.map((step) => step.host))) {
    await cp(logFolder(lab, host), join(folder, host, 'log'), { recursive: true, force: true });
  }
  return steps.length > 0;
}
