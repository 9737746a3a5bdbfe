import { createReadStream } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, DigestMeter, sha256Of } from '../artifacts/digest-meter.ts';
import type { Store } from '../artifacts/store.ts';
import { diskError } from './disk-error.ts';
import { tryLock } from './partial-lock.ts';
import { shownUrl } from './shown-url.ts';

/** What stands beside a partial file: what it is a part of. */
interface PartRecord {
  readonly url: string;
  /** A strong ETag, or a date of last change that is as good, for `If-Range`. */
  readonly validator: string | undefined;
  readonly sha256: string | undefined;
}

/**
 * The part of a file that has arrived, `partial/KEY` in the store, hashed as it grows. It outlives the run, and the
 * next one goes on with it. Of two runs at once, the second has a file of its own, which does not stay.
 */
export class Partial {
  /** Whether bytes of an earlier answer are among them. */
  resumed = false;
  readonly #store: Store;
  readonly #file: string;
  readonly #record: Omit<PartRecord, 'validator'>;
  readonly #unlock: (() => Promise<void>) | undefined;
  #validator: string | undefined;
  #meter = new DigestMeter();
  #handle: FileHandle | undefined;

  private constructor(
    store: Store,
    file: string,
    record: Omit<PartRecord, 'validator'>,
    unlock: (() => Promise<void>) | undefined,
  ) {
    this.#store = store;
    this.#file = file;
    this.#record = record;
    this.#unlock = unlock;
  }

  /**
   * The partial file of a URL, with what an earlier run left of it, if that may be gone on with: for the same expected
   * hash, and with a hash or a validator that will tell whether the parts fit.
   *
   * @throws ArtifactError KB4209, or the signal's reason
   */
  static async open(store: Store, url: string, sha256: string | undefined, signal: AbortSignal): Promise<Partial> {
    const folder = join(store.folder, 'partial');
    const file = join(folder, sha256Of(url));
    const record = { url: shownUrl(url), sha256 };
    try {
      await mkdir(folder, { recursive: true });
      const unlock = await tryLock(`${file}.lock`);
      if (!unlock) return new Partial(store, await store.temporary(), record, undefined);
      const partial = new Partial(store, file, record, unlock);
      try {
        await partial.#takeUp(signal);
      } catch (error) {
        await unlock();
        throw error;
      }
      return partial;
    } catch (error) {
      signal.throwIfAborted();
      throw diskError(error, file);
    }
  }

  async #takeUp(signal: AbortSignal): Promise<void> {
    const info = await lstat(this.#file).catch(() => undefined);
    if (!info) return;
    const known = await readRecord(this.#recordFile);
    const fits = known?.sha256 === this.#record.sha256 && (known?.validator ?? this.#record.sha256) !== undefined;
    if (!info.isFile() || !known || !fits) return this.discard();
    for await (const chunk of createReadStream(this.#file, { highWaterMark: 1024 * 1024, signal }))
      this.#meter.add(chunk);
    this.#validator = known.validator;
    this.resumed = this.size > 0;
  }

  get #recordFile(): string {
    return `${this.#file}.json`;
  }

  /** How many bytes are there. */
  get size(): number {
    return this.#meter.size;
  }

  /** The SHA-256 of the bytes that are there. */
  sha256(): string {
    return this.#meter.digest().sha256;
  }

  /** The headers that ask for the rest; undefined when all has to be asked for. */
  rangeHeaders(): Readonly<{ [name: string]: string }> | undefined {
    if (this.size === 0 || (this.#validator ?? this.#record.sha256) === undefined) return undefined;
    return {
      range: `bytes=${this.size}-`,
      ...(this.#validator !== undefined && { 'if-range': this.#validator }),
    };
  }

  /** Whether an answer with this validator is of the version that the bytes that are there belong to. */
  isOfVersion(validator: string | undefined): boolean {
    const mine = this.#validator;
    // An ETag and a date cannot be compared.
    if (mine === undefined || validator === undefined || mine.startsWith('"') !== validator.startsWith('"'))
      return true;
    return mine === validator;
  }

  /** Begin at the first byte with an answer that has this validator. */
  async restart(validator: string | undefined): Promise<void> {
    await this.#writing(async (handle) => {
      // In this order: a validator never stands beside bytes of another version.
      await handle.truncate(0);
      this.#empty();
      this.#validator = validator;
      if (this.#unlock) await writeFile(this.#recordFile, JSON.stringify({ ...this.#record, validator }));
    });
  }

  /** Go on with an answer that begins where the bytes that are there end. */
  goOn(): void {
    this.resumed = true;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#writing((handle) => handle.appendFile(bytes));
    this.#meter.add(bytes);
  }

  /** Make the bytes the store's, now that they are complete. */
  async adopt(): Promise<Digest> {
    const digest = this.#meter.digest();
    return this.#writing(async () => {
      await this.#store.adopt(this.#file, digest);
      await rm(this.#recordFile, { force: true });
      return digest;
    });
  }

  /** Throw away what is there. */
  async discard(): Promise<void> {
    try {
      await this.#closeFile();
      await rm(this.#file, { force: true, recursive: true });
      await rm(this.#recordFile, { force: true });
    } catch (error) {
      throw diskError(error, this.#file);
    }
    this.#empty();
    this.#validator = undefined;
  }

  /** Let go of the file. It stays for the next run, if there is anything in it and it is not of this run alone. */
  async close(): Promise<void> {
    try {
      await this.#closeFile();
      if (this.size === 0 || !this.#unlock) await this.discard();
    } finally {
      await this.#unlock?.();
    }
  }

  #empty(): void {
    this.resumed = false;
    this.#meter = new DigestMeter();
  }

  async #closeFile(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #writing<T>(work: (handle: FileHandle) => Promise<T>): Promise<T> {
    try {
      this.#handle ??= await open(this.#file, 'a', 0o644);
      return await work(this.#handle);
    } catch (error) {
      throw diskError(error, this.#file);
    }
  }
}

async function readRecord(file: string): Promise<PartRecord | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value !== 'object' || value === null || !('url' in value) || typeof value.url !== 'string')
      return undefined;
    const validator = 'validator' in value && typeof value.validator === 'string' ? value.validator : undefined;
    const sha256 = 'sha256' in value && typeof value.sha256 === 'string' ? value.sha256 : undefined;
    return { url: value.url, validator, sha256 };
  } catch {
    return undefined;
  }
}
