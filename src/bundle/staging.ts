import {
  chmod,
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { digestOf } from '../artifacts/store.ts';
import { isAlive, takeLock } from './lock.ts';
import { makeFolder } from './make-folder.ts';
import { parseSums, sumsText } from './sha256-sums.ts';

/** `.kubebale-<cluster>-<pid>-new`; a run that was killed leaves one, and the next run removes it. */
const prefix = '.kubebale-';

/**
 * A folder beside OUT/<cluster> that becomes OUT/<cluster> in the end. It lies in the same folder, so that a rename
 * puts it in place.
 */
export class Staging {
  /** Where the new tarballs are written. */
  readonly folder: string;
  /** For what is needed only while writing. */
  readonly scratch: string;
  /** OUT/<cluster>, as a real path. */
  readonly target: string;
  readonly #old: string;
  /** Held from the first look at what is there to the last rename: two runs at once would mix their sums. */
  readonly #lock: string;
  #committed = false;
  /** The topmost folder that had to be made, removed again when nothing was written. */
  readonly #made: string | undefined;

  private constructor(target: string, made: string | undefined) {
    const stem = join(dirname(target), `${prefix}${basename(target)}-${process.pid}`);
    this.target = target;
    this.#made = made;
    this.folder = `${stem}-new`;
    this.scratch = `${stem}-scratch`;
    this.#old = `${stem}-old`;
    this.#lock = join(dirname(target), `${prefix}${basename(target)}.lock`);
  }

  /** Make the folders, and clear away what killed runs have left. */
  static async open(out: string, cluster: string): Promise<Staging> {
    const made = await makeFolder(resolve(out));
    // Through a link the folder that it names is replaced, not the link.
    const target = await realpath(join(out, cluster)).catch(() => join(resolve(out), cluster));
    const staging = new Staging(target, made);
    await takeLock(staging.#lock);
    try {
      await recover(target);
      await mkdir(staging.folder, { mode: 0o755 });
      await mkdir(staging.scratch, { mode: 0o700 });
      await chmod(staging.folder, (await modeOf(target)) ?? 0o755);
    } catch (error) {
      await staging.discard();
      throw error;
    }
    return staging;
  }

  /** What SHA256SUMS says that is there: file name → SHA-256. */
  async sums(): Promise<ReadonlyMap<string, string>> {
    return parseSums(await this.#sumsText()).sums;
  }

  /** The whole file; '' when there is none. */
  #sumsText(): Promise<string> {
    return readFile(join(this.target, 'SHA256SUMS'), 'utf8').catch(() => '');
  }

  /**
   * Write SHA256SUMS for all tarballs that will be there: the new ones, and those of other hosts that stay.
   *
   * @param written file name → SHA-256
   * @returns whether it says another thing than the one that is there
   */
  async writeSums(written: ReadonlyMap<string, string>): Promise<boolean> {
    const sums = new Map(written);
    const before = await this.sums();
    for (const { name } of await filesIn(this.target)) {
      if (sums.has(name) || !name.endsWith('.tar.gz')) continue;
      sums.set(name, before.get(name) ?? (await digestOf(join(this.target, name))).sha256);
    }
    const sorted = [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const text = sumsText(sorted.map(([path, sha256]) => ({ path, sha256 })));
    const file = join(this.folder, 'SHA256SUMS');
    await writeFile(file, text, { flag: 'wx' });
    await chmod(file, 0o644);
    return (await this.#sumsText()) !== text;
  }

  /** Put the new folder in place: two renames, with everything that was there before and stays carried over. */
  async commit(): Promise<void> {
    const present = new Set((await filesIn(this.folder)).map((entry) => entry.name));
    for (const entry of await filesIn(this.target)) {
      if (!present.has(entry.name) && entry.isFile())
        await carry(join(this.target, entry.name), join(this.folder, entry.name));
    }
    await syncFolder(this.folder);
    const existed = (await modeOf(this.target)) !== undefined;
    if (existed) await rename(this.target, this.#old);
    try {
      await rename(this.folder, this.target);
    } catch (error) {
      if (existed) await rename(this.#old, this.target);
      throw error;
    }
    if (existed) {
      // Folders and the like that are not ours cannot be linked: they move, now that their place is there.
      await moveForeign(this.#old, this.target);
    }
    await rm(this.#old, { recursive: true, force: true });
    this.#committed = true;
  }

  /** Let other runs write here; after `commit`. */
  async release(): Promise<void> {
    await rm(this.scratch, { recursive: true, force: true });
    await rm(this.#lock, { force: true });
  }

  /** Remove everything that was made; what is in place already stays. */
  async discard(): Promise<void> {
    if (this.#committed) return this.release();
    await rm(this.folder, { recursive: true, force: true });
    await rm(this.scratch, { recursive: true, force: true });
    await rm(this.#lock, { force: true });
    // Only folders that this run made, and only while they are empty.
    let folder = this.#made === undefined ? undefined : dirname(this.target);
    while (folder !== undefined && this.#made !== undefined && folder.startsWith(this.#made)) {
      const gone = await rmdir(folder).then(
        () => true,
        () => false,
      );
      folder = gone ? dirname(folder) : undefined;
    }
  }
}

/** Put right what a run left that was killed, unless that run still lives. */
async function recover(target: string): Promise<void> {
  const parent = dirname(target);
  const pattern = /^\.kubebale-(.+)-([0-9]+)-(new|old|scratch)$/;
  for (const { name } of await filesIn(parent)) {
    const [, cluster, pid, kind] = pattern.exec(name) ?? [];
    if (cluster !== basename(target) || isAlive(Number(pid))) continue;
    const path = join(parent, name);
    // Killed between its two renames: the old folder is the valid one.
    if (kind === 'old' && (await modeOf(target)) === undefined) await rename(path, target);
    else {
      // Killed while it moved folders that are not ours: what has not moved yet moves now.
      if (kind === 'old') await moveForeign(path, target);
      await rm(path, { recursive: true, force: true });
    }
  }
}

/** Move what cannot be linked, folders and the like, to where it belongs. */
async function moveForeign(from: string, to: string): Promise<void> {
  for (const entry of await filesIn(from))
    if (!entry.isFile()) await rename(join(from, entry.name), join(to, entry.name));
}

/** A second name for the same bytes costs nothing; where a file system knows no links (FAT), a copy. */
async function carry(from: string, to: string): Promise<void> {
  await link(from, to).catch(async () => {
    await copyFile(from, to);
    const mode = await modeOf(from);
    if (mode !== undefined) await chmod(to, mode);
  });
}

async function filesIn(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

async function modeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    (info) => info.mode & 0o777,
    () => undefined,
  );
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
