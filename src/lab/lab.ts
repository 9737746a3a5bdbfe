import { randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { copyFile, cp, link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClusterPlan } from '../plan/types.ts';
import { LabError } from './lab-error.ts';
import { cgroupOf, claimLab, keptLab, ourselves, removeLab, sweepLabs, writeRecord } from './lab-folder.ts';
import { configureNetwork, hostCommand, hostEnvironment, startHost, startNetwork, unplug } from './namespaces.ts';
import { cableLines, hostLines, interfaceOf, portOf, switchLines } from './network.ts';
import { isRunning, killAll } from './processes.ts';
import { type CommandOptions, type CommandResult, runCommand } from './run-command.ts';
import type { LabHost, LabRecord, ProcessId } from './types.ts';

/** What stand-ins are made of, in the same places below a folder of the lab as in this package. */
const packageRoot = fileURLToPath(new URL('../../', import.meta.url));
const standInFiles = ['dist/lab/stand-in.js', 'src/catalog/data'];

/**
 * Hosts that are namespaces of this machine, on a network that reaches nothing else. Needs root.
 *
 * Unless it is kept, everything ends with the process that made it, however that ends: the first process of each host
 * is killed by the kernel then, and with it go all that runs on the host, its mounts and its network.
 */
export class Lab {
  readonly plan: ClusterPlan;
  readonly folder: string;
  readonly hosts: ReadonlyMap<string, LabHost>;
  readonly #keep: boolean;
  readonly #processes = new Map<string, ProcessId>();
  #switch: ProcessId | undefined;

  private constructor(plan: ClusterPlan, folder: string, keep: boolean) {
    this.plan = plan;
    this.folder = folder;
    this.#keep = keep;
    this.hosts = new Map(
      plan.hosts.map((host) => [
        host.name,
        {
          plan: host,
          folder: join(folder, 'hosts', host.name),
          cgroup: `${cgroupOf(folder)}/${host.name}`,
          interface: interfaceOf(host),
        },
      ]),
    );
  }

  /**
   * Make the folder of a lab, and remove what killed runs left.
   *
   * @param root the folder of all labs
   * @throws LabInUse
   */
  static async open(plan: ClusterPlan, root: string, keep: boolean): Promise<Lab> {
    await mkdir(root, { recursive: true, mode: 0o700 });
    await sweepLabs(root, plan.cluster);
    const lab = new Lab(plan, join(root, plan.cluster), keep);
    await claimLab(lab.folder, lab.#record());
    return lab;
  }

  /**
   * The lab that a run with --keep left.
   *
   * @returns undefined when there is none
   */
  static async attach(plan: ClusterPlan, root: string): Promise<Lab | undefined> {
    const record = await keptLab(root, plan.cluster);
    if (!record) return undefined;
    const lab = new Lab(plan, join(root, plan.cluster), true);
    lab.#switch = record.switch;
    for (const [name, own] of Object.entries(record.hosts)) lab.#processes.set(name, own);
    return lab;
  }

  /** Make the network, then all hosts. */
  async start(onHost: (name: string) => void): Promise<void> {
    await this.#layShared();
    await this.#startSwitch();
    for (const name of this.hosts.keys()) {
      await this.boot(name);
      onHost(name);
    }
  }

  /** Start a host: its disk is as it was, /run is empty, and it has a boot id of its own. */
  async boot(name: string): Promise<void> {
    const host = this.#host(name);
    await mkdir(host.folder, { recursive: true });
    await writeFile(join(host.folder, 'boot-id'), `${randomUUID()}\n`);
    const own = await startHost(host, this.#shared, this.#keep);
    this.#processes.set(name, own);
    await this.#save();
    const index = [...this.hosts.keys()].indexOf(name);
    await configureNetwork(this.#network(), cableLines(host, index, own.pid));
    await configureNetwork(own, hostLines(host, this.plan));
  }

  /** Pull a host's plug: everything on it ends at once. */
  async halt(name: string): Promise<void> {
    const own = this.#processes.get(name);
    if (own) await killAll([own]);
    this.#processes.delete(name);
    // The kernel takes the cable away some time after the last process: a boot right behind this would still find it.
    await unplug(this.#network(), portOf([...this.hosts.keys()].indexOf(name)));
    await this.#save();
  }

  /** Run a command on a host, in its folder /root. */
  run(name: string, words: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const [command, all] = hostCommand(this.#host(name).cgroup, this.pidOf(name), words);
    return runCommand(command, all, { ...options, env: hostEnvironment });
  }

  /** The first process of a host, as this machine sees it. */
  pidOf(name: string): number {
    const own = this.#processes.get(name);
    if (!own || !isRunning(own)) throw new LabError(`the host ${name} does not run`);
    return own.pid;
  }

  /** Remove everything. */
  async remove(): Promise<void> {
    await removeLab(this.folder, this.#record());
  }

  #host(name: string): LabHost {
    const host = this.hosts.get(name);
    if (!host) throw new Error(`there is no host ${name}`);
    return host;
  }

  #record(): LabRecord {
    return {
      cluster: this.plan.cluster,
      owner: ourselves(),
      keep: this.#keep,
      ...(this.#switch && { switch: this.#switch }),
      hosts: Object.fromEntries(this.#processes),
    };
  }

  #save(): Promise<void> {
    return writeRecord(this.folder, this.#record());
  }

  async #startSwitch(): Promise<void> {
    this.#switch = await startNetwork(join(this.folder, 'switch.log'), this.#keep);
    await this.#save();
    await configureNetwork(this.#switch, switchLines(this.plan));
  }

  /** The process that holds the network that all hosts hang on. */
  #network(): ProcessId {
    if (!this.#switch) throw new Error('the network was not made');
    return this.#switch;
  }

  async #layShared(): Promise<void> {
    for (const path of standInFiles) {
      await cp(join(packageRoot, path), join(this.#shared, path), { recursive: true });
    }
    await linkOrCopy(realpathSync(process.execPath), join(this.#shared, 'node'));
  }

  get #shared(): string {
    return join(this.folder, 'shared');
  }
}

/** A second name costs nothing; across file systems there is none. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    if (error.code === 'EEXIST') return;
    await copyFile(from, to);
  }
}
