/** So many bytes may a fault change; whatever differs more was compressed in another way. */
const most = 24;
/** kubebale gets a few blocks of 1 MB behind the file; data that says much about nothing would be kept for ever. */
const mostWaiting = 16 * 1024 * 1024;
const headerLength = 10;
const trailerLength = 8;

/**
 * Compares the compressed bytes of a member with those that kubebale makes of its content. Deflate has bits that
 * nobody reads, and more than one way to say the same: a fault there changes no checksum of the content. Header and
 * trailer are not looked at here.
 */
export class SameCompression {
  readonly #start: number;
  #file: Buffer[] = [];
  #made: Buffer[] = [];
  /** Bytes in `#file`. */
  #waiting = 0;
  #offset: number;
  #madeLength = 0;
  readonly #different: number[] = [];

  /** @param start where in the file the member begins */
  constructor(start: number) {
    this.#start = start;
    this.#offset = start;
  }

  /** Whether it is another compression altogether, so that nothing can be said. */
  get other(): boolean {
    return this.#different.length > most || this.#waiting > mostWaiting;
  }

  /** Bytes of the file from the start of the member; those behind its end do not matter. */
  inFile(bytes: Buffer): void {
    if (this.other) return;
    this.#file.push(bytes);
    this.#waiting += bytes.length;
    this.#compare();
  }

  /** Bytes that kubebale makes. */
  made(bytes: Buffer): void {
    if (this.other) return;
    this.#made.push(bytes);
    this.#madeLength += bytes.length;
    this.#compare();
  }

  /**
   * Where single bytes differ.
   *
   * @param end where in the file the deflated data ended
   * @returns undefined when it is another compression
   */
  differences(end: number): readonly number[] | undefined {
    if (this.other || this.#start + this.#madeLength !== end + trailerLength) return undefined;
    return this.#different.filter((offset) => offset >= this.#start + headerLength && offset < end);
  }

  #compare(): void {
    for (;;) {
      if (this.other) {
        // What will not be compared any more is not kept.
        this.#file = [];
        this.#made = [];
        return;
      }
      const [a] = this.#file;
      const [b] = this.#made;
      if (!a || !b) return;
      const length = Math.min(a.length, b.length);
      if (a.compare(b, 0, length, 0, length) !== 0) this.#findDifferences(a, b, length);
      this.#offset += length;
      this.#waiting -= length;
      this.#file = rest(this.#file, length);
      this.#made = rest(this.#made, length);
    }
  }

  #findDifferences(a: Buffer, b: Buffer, length: number): void {
    for (let index = 0; index < length && !this.other; index++) {
      if (a[index] !== b[index]) this.#different.push(this.#offset + index);
    }
  }
}

function rest([first, ...others]: Buffer[], used: number): Buffer[] {
  if (!first || first.length === used) return others;
  return [first.subarray(used), ...others];
}
