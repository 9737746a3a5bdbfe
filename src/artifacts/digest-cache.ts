import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of } from './digest-meter.ts';
import { type Digest, digestOf } from './store.ts';

/**
 * The clock of a file system may stand still for so long, in nanoseconds; FAT's is the slowest. Of a file that changed
 * that short ago nobody can say whether it changed again since.
 */
const coarsestClock = 2_000_000_000n;

/**
 * Digests of files that were read before. A file is read again when its size, inode, or one of its times is another:
 * the time of its last change (ctime) cannot be set back by whoever writes into it.
 */
export class DigestCache {
  readonly #folder: string;

  /** @param folder where the records are kept; made when it is needed */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The digest of a file.
   *
   * @throws the file system's error when it cannot be read; the signal's reason
   */
  async digest(file: string, signal: AbortSignal): Promise<Digest> {
    signal.throwIfAborted();
    const record = join(this.#folder, sha256Of(file));
    const before = await fingerprint(file);
    const known = parse(await readFile(record, 'utf8').catch(() => ''), before);
    if (known) return known;
    const aside = join(this.#folder, randomUUID());
    try {
      const start = await this.#begin(aside);
      const digest = await digestOf(file, signal);
      // Written to while it was read, or just before: the digest may be right for nothing, so it is not kept.
      const isSettled = start !== undefined && start - (await changeTime(file)) > coarsestClock;
      if (isSettled && (await fingerprint(file)) === before) {
        // Without a record the file is read again, that is all.
        const kept = writeFile(aside, format(before, digest)).then(() => rename(aside, record));
        await kept.catch(() => undefined);
      }
      return digest;
    } finally {
      await rm(aside, { force: true }).catch(() => undefined);
    }
  }

  /** The time before the file is read, by the clock of a file system; undefined when nothing can be kept. */
  async #begin(aside: string): Promise<bigint | undefined> {
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(aside, '');
      return await changeTime(aside);
    } catch {
      return undefined;
    }
  }
}

/** A record ends with a digest of itself: with a damaged one, right files would be called wrong. */
function format(seen: string, { size, sha256 }: Digest): string {
  const text = `${seen}\n${size}\n${sha256}\n`;
  return `${text}${sha256Of(text)}\n`;
}

function parse(text: string, fingerprintNow: string): Digest | undefined {
  const [seen = '', size = '', sha256 = ''] = text.split('\n');
  const digest = { size: Number(size), sha256 };
  return seen === fingerprintNow && text === format(seen, digest) ? digest : undefined;
}

/** What tells one state of a file from another without reading it. @throws the file system's error */
export async function fingerprint(file: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

async function changeTime(file: string): Promise<bigint> {
  return (await stat(file, { bigint: true })).ctimeNs;
}
