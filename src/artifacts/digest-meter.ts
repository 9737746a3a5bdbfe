import { createHash, type Hash } from 'node:crypto';
import { Transform } from 'node:stream';

/** What identifies bytes: how many they are, and their SHA-256 in lower-case hex. */
export interface Digest {
  readonly size: number;
  readonly sha256: string;
}

/** The SHA-256 of bytes, or of a text as UTF-8, in lower-case hex. */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Measures bytes that come by: how many they are, and their SHA-256. */
export class DigestMeter {
  readonly #hash: Hash = createHash('sha256');
  #size = 0;

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#size += bytes.length;
  }

  /** The bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** The state of the SHA-256 behind the bytes so far, for who goes on with it. */
  hash(): Hash {
    return this.#hash.copy();
  }

  /** What the bytes so far are. */
  digest(): Digest {
    return { size: this.#size, sha256: this.hash().digest('hex') };
  }

  /** A stream that lets bytes through, and measures them. */
  stream(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.add(chunk);
        done(null, chunk);
      },
    });
  }
}
