import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import type { Budget } from './limits.ts';

/** The bytes of an archive's file, with their SHA-256 when somebody says what it has to be. */
export class FileBytes {
  readonly #file: string;
  readonly #expected: string | undefined;
  readonly #hash: Hash = createHash('sha256');
  #size = 0;

  /** @param expected the SHA-256 that the file had when it was looked at; undefined: it is not compared */
  constructor(file: string, expected: string | undefined) {
    this.#file = file;
    this.#expected = expected;
  }

  /**
   * The bytes; who reads them may stop early.
   *
   * @throws ArtifactError KB4002 when the file cannot be read
   */
  async *read(budget: Budget): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      // A FIFO would wait for a writer for ever.
      if (!(await stat(this.#file)).isFile()) throw unreadable(this.#file, 'it is no regular file');
      for await (const chunk of createReadStream(this.#file, { highWaterMark: 256 * 1024 })) {
        this.#add(chunk);
        budget.packed(chunk.length);
        yield chunk;
      }
    } catch (error) {
      throw reasonOf(error, this.#file);
    }
  }

  /**
   * Whether what was read is the file that was looked at before. The hash is that of the very bytes that were opened;
   * what their reader did not want is read now.
   *
   * @throws ArtifactError KB4009 when it is another, KB4002 when it cannot be read; the signal's reason
   */
  async check(signal: AbortSignal): Promise<void> {
    if (this.#expected === undefined) return;
    try {
      for await (const chunk of createReadStream(this.#file, { start: this.#size, signal })) this.#add(chunk);
    } catch (error) {
      signal.throwIfAborted();
      throw reasonOf(error, this.#file);
    }
    const actual = this.#hash.digest('hex');
    if (actual !== this.#expected) throw changed(this.#file, this.#expected, actual);
  }

  #add(chunk: Uint8Array): void {
    if (this.#expected !== undefined) this.#hash.update(chunk);
    this.#size += chunk.length;
  }
}

/** A file that is no longer the one whose hash was compared. */
export function changed(file: string, before: string, now: string): ArtifactError {
  return new ArtifactError(
    'KB4009',
    `${file} changed while it was read: its SHA-256 was ${before}, and is ${now}`,
    'wait until nobody writes to it, and run the same command again',
  );
}

function reasonOf(error: unknown, file: string): unknown {
  return error instanceof Error && 'syscall' in error ? unreadable(file, error.message) : error;
}

function unreadable(file: string, why: string): ArtifactError {
  return new ArtifactError('KB4002', `${file} cannot be read: ${why}`, 'give a regular file that you may read');
}
