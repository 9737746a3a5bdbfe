import { randomUUID } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { shellQuote } from '../render/shell-quote.ts';
import { ArtifactError } from './artifact-error.ts';
import { type Digest, DigestMeter } from './digest-meter.ts';

export type { Digest } from './digest-meter.ts';

/**
 * Files under their SHA-256, `sha256/ab/abcd…`, written aside and renamed, so that a name never stands for half a file.
 * Several runs may share a store.
 */
export class Store {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Where the bytes with this SHA-256 are, or would be. */
  path(sha256: string): string {
    return join(this.folder, 'sha256', sha256.slice(0, 2), sha256);
  }

  /** A path in the store's own file system for a file in the making; its folder is there. */
  async temporary(): Promise<string> {
    const folder = join(this.folder, 'tmp');
    await mkdir(folder, { recursive: true });
    // Process numbers come again, after a crash or in another container.
    return join(folder, randomUUID());
  }

  /** Whether the bytes are there, by name and size; `read` is what looks at every byte. */
  async has({ sha256, size }: Digest): Promise<boolean> {
    return stat(this.path(sha256)).then(
      (info) => info.isFile() && info.size === size,
      () => false,
    );
  }

  /** Whether there is anything under this name. */
  async holds(sha256: string): Promise<boolean> {
    return stat(this.path(sha256)).then(
      (info) => info.isFile(),
      () => false,
    );
  }

  /** Take bytes in. Their source's errors go through; nothing stays then. */
  async put(bytes: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<Digest> {
    const file = await this.temporary();
    const meter = new DigestMeter();
    try {
      await pipeline(Readable.from(bytes, { objectMode: false }), meter.stream(), createWriteStream(file), {
        ...(signal && { signal }),
      });
      return await this.adopt(file, meter.digest());
    } catch (error) {
      await rm(file, { force: true });
      signal?.throwIfAborted();
      throw error;
    }
  }

  /** Keep a copy of a file whose digest is known; whoever reads it checks it again. */
  async keep(file: string, digest: Digest): Promise<Digest> {
    if (await this.has(digest)) return digest;
    const aside = await this.temporary();
    try {
      await copyFile(file, aside, constants.COPYFILE_FICLONE);
      return await this.adopt(aside, digest);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
  }

  /** Make a finished file of the same file system, whose digest is known, the store's own. */
  async adopt(file: string, digest: Digest): Promise<Digest> {
    const target = this.path(digest.sha256);
    await mkdir(dirname(target), { recursive: true });
    await chmod(file, 0o644);
    await rename(file, target);
    return digest;
  }

  /**
   * The bytes, checked while they are read: the last chunk comes only when all were right.
   *
   * @throws ArtifactError KB4017 when they are not those of the name
   */
  async *read({ sha256, size }: Digest): AsyncGenerator<Buffer, void, undefined> {
    yield* checkedBytes(this.path(sha256), { sha256, size }, (actual) => damaged(this.path(sha256), actual));
  }
}

/** A kept file whose bytes are not those of its name. */
export function damaged(path: string, actual: string): ArtifactError {
  return new ArtifactError(
    'KB4017',
    `${path} is damaged: its SHA-256 is ${actual}`,
    `type: rm ${shellQuote(path)}; then run kubebale fetch or kubebale lock again`,
  );
}

/**
 * The size and SHA-256 of a file, read once as a stream.
 *
 * @throws the file system's error, or the signal's reason
 */
export async function digestOf(file: string, signal?: AbortSignal): Promise<Digest> {
  const meter = new DigestMeter();
  const stream = createReadStream(file, { highWaterMark: 1024 * 1024, ...(signal && { signal }) });
  try {
    for await (const chunk of stream) meter.add(chunk);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
  return meter.digest();
}

/** A file's bytes; the last chunk is held back until their digest is known to be the expected one. */
export async function* checkedBytes(
  file: string,
  expected: Digest,
  damage: (actual: string) => Error,
): AsyncGenerator<Buffer, void, undefined> {
  const meter = new DigestMeter();
  let held: Buffer | undefined;
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    if (held) yield held;
    meter.add(chunk);
    held = chunk;
  }
  const actual = meter.digest().sha256;
  if (actual !== expected.sha256) throw damage(actual);
  if (held) yield held;
}
