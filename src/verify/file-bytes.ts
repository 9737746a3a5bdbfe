import { createReadStream, type ReadStream } from 'node:fs';
import { type Digest, DigestMeter } from '../artifacts/digest-meter.ts';

const chunkSize = 512 * 1024;

/** The bytes of a file, taken one after the other, and their SHA-256. */
export class FileBytes {
  readonly #stream: ReadStream;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #meter = new DigestMeter();
  readonly #onProgress: ((bytes: number) => void) | undefined;
  #held: Buffer = Buffer.alloc(0);

  /** @param onProgress told how many bytes have been read */
  constructor(file: string, signal: AbortSignal, onProgress?: (bytes: number) => void) {
    this.#stream = createReadStream(file, { highWaterMark: chunkSize, signal });
    // Errors reach who asks for the next bytes; one that comes when nobody does is of no interest.
    this.#stream.on('error', () => undefined);
    this.#chunks = this.#stream[Symbol.asyncIterator]();
    this.#onProgress = onProgress;
  }

  /** Where in the file the next byte is. */
  get offset(): number {
    return this.#meter.size - this.#held.length;
  }

  /** The next bytes, as many as come at a time; undefined at the end. */
  async next(): Promise<Buffer | undefined> {
    if (this.#held.length > 0) {
      const held = this.#held;
      this.#held = Buffer.alloc(0);
      return held;
    }
    const result = await this.#chunks.next();
    if (result.done) return undefined;
    this.#meter.add(result.value);
    this.#onProgress?.(this.#meter.size);
    return result.value;
  }

  /** Give back bytes that came last. */
  back(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([bytes, this.#held]);
  }

  /** The next `length` bytes; fewer at the end. */
  async take(length: number): Promise<Buffer> {
    let taken: Buffer = Buffer.alloc(0);
    while (taken.length < length) {
      const chunk = await this.next();
      if (!chunk) break;
      const rest = length - taken.length;
      if (chunk.length > rest) this.back(chunk.subarray(rest));
      taken = Buffer.concat([taken, chunk.subarray(0, rest)]);
    }
    return taken;
  }

  /** Read what is left; then size and SHA-256 of the whole file. */
  async finish(): Promise<Digest> {
    while (await this.next());
    return this.#meter.digest();
  }

  close(): void {
    this.#stream.destroy();
  }
}
