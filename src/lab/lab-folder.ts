import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LabInUse } from './lab-error.ts';
import { isRunning, killAll, processOf } from './processes.ts';
import type { LabRecord, ProcessId } from './types.ts';

/** The cgroup that those of all labs lie in. */
const cgroupRoot = 'kubebale-lab';

/** Path, below the root of each hierarchy, of the cgroup of the lab in this folder: there may be labs in several. */
export function cgroupOf(folder: string): string {
  return `${cgroupRoot}/${basename(folder)}-${createHash('sha256').update(folder).digest('hex').slice(0, 8)}`;
}

/**
 * The lab of a cluster that a run with --keep left.
 *
 * @returns undefined when there is none, or not all of it runs any more
 */
export async function keptLab(root: string, cluster: string): Promise<LabRecord | undefined> {
  const record = await readRecord(join(root, cluster));
  if (!record?.keep || isRunning(record.owner)) return undefined;
  const running = record.switch !== undefined && isRunning(record.switch);
  return running && Object.values(record.hosts).every(isRunning) ? record : undefined;
}

/**
 * Remove what runs that were killed left behind, and the given cluster's lab whoever kept it.
 *
 * @throws LabInUse when another run is at work with that cluster
 */
export async function sweepLabs(root: string, cluster: string): Promise<void> {
  const names = await readdir(root).catch(() => []);
  for (const name of names) {
    const folder = join(root, name);
    const record = await readRecord(folder);
    const owned = record !== undefined && isRunning(record.owner) && record.owner.pid !== process.pid;
    if (owned && name === cluster) throw new LabInUse(record.owner.pid);
    if (owned || isBegunByOther(name)) continue;
    if (name !== cluster && (await keptLab(root, name))) continue;
    await removeLab(folder, record);
  }
}

/** End a lab's processes, and with them its networks and mounts; then remove its cgroups and its folder. */
export async function removeLab(folder: string, record: LabRecord | undefined): Promise<void> {
  const processes = [...Object.values(record?.hosts ?? {}), ...(record?.switch ? [record.switch] : [])];
  await killAll(processes);
  await removeCgroups(cgroupOf(folder));
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  // Not when another lab is in there.
  await rmdir(dirname(folder)).catch(() => undefined);
}

/**
 * Make a lab's folder, with lab.json in it from the beginning: of two runs that begin at once one gets it.
 *
 * @throws LabInUse
 */
export async function claimLab(folder: string, record: LabRecord): Promise<void> {
  const begun = join(dirname(folder), `${begunPrefix}${process.pid}`);
  await rm(begun, { recursive: true, force: true });
  await writeRecord(begun, record);
  try {
    await rename(begun, folder);
  } catch (error) {
    await rm(begun, { recursive: true, force: true });
    const other = await readRecord(folder);
    if (other && isRunning(other.owner)) throw new LabInUse(other.owner.pid);
    throw error;
  }
}

/** No cluster's name begins with a dot. */
const begunPrefix = '.begun-';

function isBegunByOther(name: string): boolean {
  const pid = Number(name.startsWith(begunPrefix) ? name.slice(begunPrefix.length) : Number.NaN);
  return pid !== process.pid && processOf(pid) !== undefined;
}

/** Write lab.json, whole or not at all. */
export async function writeRecord(folder: string, record: LabRecord): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'lab.json.new'), `${JSON.stringify(record, null, 2)}\n`);
  await rename(join(folder, 'lab.json.new'), join(folder, 'lab.json'));
}

/** This very process. */
export function ourselves(): ProcessId {
  const own = processOf(process.pid);
  if (own === undefined) throw new Error('/proc does not show this process');
  return own;
}

async function readRecord(folder: string): Promise<LabRecord | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(join(folder, 'lab.json'), 'utf8'));
    return isRecord(record) ? record : undefined;
  } catch {
    // Without it nothing of it runs: it is the first that is written.
    return undefined;
  }
}

function isRecord(value: unknown): value is LabRecord {
  return typeof value === 'object' && value !== null && 'owner' in value && 'hosts' in value && 'keep' in value;
}

/** Of the cgroups in each hierarchy those at the bottom first; they are empty, for their processes have ended. */
async function removeCgroups(path: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  const hierarchies = mounts.flatMap(([, at = '', type = '']) => (/^cgroup2?$/.test(type) ? [at] : []));
  for (const hierarchy of hierarchies) {
    await removeCgroup(join(hierarchy, path));
    // Not when another lab's are in there.
    await rmdir(join(hierarchy, cgroupRoot)).catch(() => undefined);
  }
}

async function removeCgroup(folder: string): Promise<void> {
  const inside = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (inside === undefined) return;
  for (const entry of inside) if (entry.isDirectory()) await removeCgroup(join(folder, entry.name));
  for (let tries = 0; ; tries++) {
    try {
      return await rmdir(folder);
    } catch (error) {
      // The kernel takes a moment to let go of processes that were killed.
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
