import { type Hash, randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import { DigestMeter } from '../artifacts/digest-meter.ts';
import { shellQuote } from '../render/shell-quote.ts';
import { cacheError } from './output-error.ts';
import { sweepOld } from './sweep.ts';

/** How many bytes there were, and the state of the SHA-256 just behind them. */
export interface Measured {
  readonly size: number;
  readonly hash: Hash;
}

/** How many compressed payloads are kept; each has the size of what a host gets. */
const kept = 8;

/** Compressed payloads by the digest of what is in them, each with its own digest beside it. */
export class PayloadCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Lay the compressed payload for a key into a file; it is made when it is not kept, and every byte of one that is kept
   * is checked. Other runs may remove what is kept at any time: what was cloned is ours.
   *
   * @param make its bytes, compressed
   * @throws ArtifactError KB4017 when the kept one is damaged; OutputError when the cache cannot be written
   */
  async place(key: string, target: string, make: () => AsyncIterable<Buffer>, signal: AbortSignal): Promise<Measured> {
    const file = join(this.#folder, `${key}.gz`);
    const sum = await readFile(join(this.#folder, `${key}.sum`), 'utf8').catch(() => '');
    const [size, sha256] = sum.trimEnd().split(' ');
    if (sha256 === undefined || !(await cloned(file, target))) return this.#make(key, file, target, make, signal);
    const segment = await measureFile(target, signal);
    const actual = segment.hash.copy().digest('hex');
    if (actual !== sha256 || segment.size !== Number(size)) throw damagedPayload(file, actual);
    // Only says how long ago it was of use.
    await utimes(file, new Date(), new Date()).catch(() => undefined);
    return segment;
  }

  async #make(
    key: string,
    file: string,
    target: string,
    make: () => AsyncIterable<Buffer>,
    signal: AbortSignal,
  ): Promise<Measured> {
    const aside = join(this.#folder, `tmp-${randomUUID()}`);
    try {
      await mkdir(this.#folder, { recursive: true }).catch(this.#explain);
      const segment = await writeSegment(aside, make(), signal).catch(this.#explain);
      await copyFile(aside, target, constants.COPYFILE_FICLONE);
      const sum = `${segment.size} ${segment.hash.copy().digest('hex')}\n`;
      await writeFile(`${aside}.sum`, sum).catch(this.#explain);
      // The payload without its sum is made anew; a sum without its payload too.
      await rename(aside, file).catch(this.#explain);
      await rename(`${aside}.sum`, join(this.#folder, `${key}.sum`)).catch(this.#explain);
      return segment;
    } finally {
      await rm(aside, { force: true });
      await rm(`${aside}.sum`, { force: true });
    }
  }

  /** An error of the file system here is about the cache, not about the output. */
  readonly #explain = (error: unknown): never => {
    throw cacheError(error, this.#folder);
  };

  /** Remove the payloads that were not used for the longest time, beyond a few, and what killed runs left. */
  async prune(): Promise<void> {
    await sweepOld(this.#folder, /^tmp-/);
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => name.endsWith('.gz'));
    const dated = await Promise.all(
      names.map(async (name) => ({
        name,
        used: await stat(join(this.#folder, name)).then(
          (s) => s.mtimeMs,
          () => 0,
        ),
      })),
    );
    for (const { name } of dated.toSorted((a, b) => b.used - a.used).slice(kept)) {
      // The sum goes first: a payload without one is made anew.
      await rm(join(this.#folder, name.replace(/gz$/, 'sum')), { force: true });
      await rm(join(this.#folder, name), { force: true });
    }
  }
}

/** Clone or copy; false when there is nothing to copy. */
async function cloned(file: string, target: string): Promise<boolean> {
  try {
    await copyFile(file, target, constants.COPYFILE_FICLONE);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Write bytes to a new file, and measure them on the way. */
async function writeSegment(file: string, bytes: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Measured> {
  const meter = new DigestMeter();
  await pipeline(
    Readable.from(bytes, { objectMode: false }),
    meter.stream(),
    createWriteStream(file, { flags: 'wx' }),
    {
      signal,
    },
  );
  return { size: meter.size, hash: meter.hash() };
}

/** One buffer for all of it: a stream takes a new one each time, and needs three times the processor time. */
async function measureFile(file: string, signal: AbortSignal): Promise<Measured> {
  const meter = new DigestMeter();
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const handle = await open(file);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return { size: meter.size, hash: meter.hash() };
      meter.add(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

function damagedPayload(file: string, actual: string): ArtifactError {
  return new ArtifactError(
    'KB4017',
    `${file} is damaged: its SHA-256 is ${actual}`,
    `type: rm ${shellQuote(file)}; then run the command again, which makes it anew`,
  );
}
