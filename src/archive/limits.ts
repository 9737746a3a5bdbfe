import { ArtifactError } from '../artifacts/artifact-error.ts';

/** How much an archive may ask of the machine that opens it. Sizes are in bytes. */
export interface OpenLimits {
  /** What all compressed layers together may unpack to. */
  readonly maxBytes: number;
  /** Unpacked bytes for one byte of the file; asked only once more than 64 MiB are unpacked. */
  readonly maxRatio: number;
  /** Entries, those of nested archives included. */
  readonly maxEntries: number;
  /** The size of one wanted member. */
  readonly maxMember: number;
  /** How many archives deep: 1 is an archive in the archive. */
  readonly maxNesting: number;
}

const mebibyte = 1024 * 1024;

/** The official kubernetes.tar.gz unpacks to about 4 GiB, has some 10,000 entries, and nests one archive. */
export const defaultLimits: OpenLimits = {
  maxBytes: 16 * 1024 * mebibyte,
  maxRatio: 200,
  maxEntries: 200_000,
  maxMember: 2 * 1024 * mebibyte,
  maxNesting: 1,
};

/** Small files may be as regular as they like. */
const ratioCountsFrom = 64 * mebibyte;

/** What an archive made out of itself, without need: the archive is a fraud. */
export const distrust = 'do not use this archive: get it again from its authors, and compare its SHA-256 with theirs';

/** Counts what one archive has cost, all its layers together, and stops at the limits or when the signal says so. */
export class Budget {
  readonly limits: OpenLimits;
  readonly #signal: AbortSignal;
  #packed = 0;
  #unpacked = 0;
  #entries = 0;

  constructor(limits: OpenLimits, signal: AbortSignal) {
    this.limits = limits;
    this.#signal = signal;
  }

  /** Note bytes read from the file. */
  packed(bytes: number): void {
    this.#signal.throwIfAborted();
    this.#packed += bytes;
  }

  /**
   * Note bytes that came out of a compressed layer.
   *
   * @throws ArtifactError KB4114 when there are too many
   */
  unpacked(bytes: number, place: string): void {
    this.#signal.throwIfAborted();
    this.#unpacked += bytes;
    const { maxBytes, maxRatio } = this.limits;
    if (this.#unpacked > maxBytes)
      throw new ArtifactError('KB4114', `${place} unpacks to more than ${maxBytes} bytes`, distrust);
    if (this.#unpacked > ratioCountsFrom && this.#unpacked > maxRatio * this.#packed)
      throw new ArtifactError('KB4114', `${place} unpacks to more than ${maxRatio} times its size`, distrust);
  }

  /**
   * Note one more entry.
   *
   * @throws ArtifactError KB4115 when there are too many
   */
  entry(place: string): void {
    this.#signal.throwIfAborted();
    this.#entries += 1;
    const { maxEntries } = this.limits;
    if (this.#entries > maxEntries)
      throw new ArtifactError('KB4115', `${place} has more than ${maxEntries} entries`, distrust);
  }

  /**
   * See that a wanted member is not larger than a program can be.
   *
   * @throws ArtifactError KB4114
   */
  member(size: number, place: string): void {
    const { maxMember } = this.limits;
    if (size > maxMember)
      throw new ArtifactError(
        'KB4114',
        `${place} has ${size} bytes, and no program has more than ${maxMember}`,
        distrust,
      );
  }

  /**
   * See that an archive in archives is not too deep.
   *
   * @throws ArtifactError KB4116
   */
  nesting(depth: number, place: string): void {
    const { maxNesting } = this.limits;
    if (depth <= maxNesting) return;
    const deep = `an archive ${depth} levels inside of another, and kubebale goes only ${maxNesting} deep`;
    throw new ArtifactError('KB4116', `${place} is ${deep}`, 'unpack the outer archive, and give the inner one');
  }
}
