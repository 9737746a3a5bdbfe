import { createHash, type Hash } from 'node:crypto';
import type { Defects } from './defects.ts';
import { EntryChecks } from './entry-checks.ts';
import { blockSize, paxName, readTarHeader, type TarHeader } from './tar-header.ts';

/** A file that was found in a bundle. */
export interface FoundFile {
  readonly mode: number;
  readonly size: number;
  readonly sha256: string;
}

/** Lists larger than this are none of kubebale's, and are not kept in memory. */
const largestList = 16 * 1024 * 1024;
/** No file system takes a longer path, and no bundle comes near so many entries: names are kept in memory. */
const largestPax = 4096;
const mostEntries = 10_000;
const lists: readonly string[] = ['MANIFEST.json', 'SHA256SUMS'];

/** The content that is being read. */
interface Current {
  /** Its path below the root folder; undefined for a PAX header or what is skipped. */
  readonly path: string | undefined;
  readonly header: TarHeader;
  readonly hash: Hash;
  readonly kept: Buffer[] | undefined;
  rest: number;
  padding: number;
}

/**
 * Reads a tar archive of the form that kubebale writes, piece by piece, and keeps digests only. What is wrong becomes
 * defects: KB4407 cut off, KB4408 something after the end, KB4409 damaged, and those of `EntryChecks`.
 */
export class TarReader {
  readonly files = new Map<string, FoundFile>();
  /** MANIFEST.json and SHA256SUMS. */
  readonly lists = new Map<string, Buffer>();
  readonly #defects: Defects;
  readonly #checks: EntryChecks;
  #offset = 0;
  #block: Buffer = Buffer.alloc(0);
  #current: Current | undefined;
  #longName: string | undefined;
  #zeroBlocks = 0;
  #entries = 0;
  #broken = false;

  constructor(defects: Defects) {
    this.#defects = defects;
    this.#checks = new EntryChecks(defects);
  }

  /** The root folder; undefined while there was no entry. */
  get root(): string | undefined {
    return this.#checks.root;
  }

  push(chunk: Buffer): void {
    let bytes = chunk;
    while (bytes.length > 0 && !this.#broken) {
      const used = this.#current ? this.#content(this.#current, bytes) : this.#header(bytes);
      this.#offset += used;
      bytes = bytes.subarray(used);
    }
  }

  /**
   * No more comes.
   *
   * @param whole all that was compressed has come
   * @returns whether the archive was read to its end, so that what was not found is missing
   */
  end(whole: boolean): boolean {
    if (!whole || this.#broken) return false;
    if (this.#current || this.#block.length > 0) {
      this.#defects.add('KB4407', `the tar archive ends in the middle, ${this.#where()}`);
      return false;
    }
    if (this.#zeroBlocks < 2) this.#defects.add('KB4407', `the end of the tar archive is missing, ${this.#where()}`);
    return true;
  }

  #header(bytes: Buffer): number {
    const used = Math.min(blockSize - this.#block.length, bytes.length);
    if (this.#zeroBlocks === 2) {
      this.#stop('KB4408', 'something follows the end of the tar archive');
      return used;
    }
    this.#block = Buffer.concat([this.#block, bytes.subarray(0, used)]);
    if (this.#block.length < blockSize) return used;
    const block = this.#block;
    this.#block = Buffer.alloc(0);
    if (block.every((byte) => byte === 0)) this.#zeroBlocks += 1;
    else if (this.#zeroBlocks === 1) this.#stop('KB4409', 'a block of zeros stands between the entries');
    else this.#begin(block);
    return used;
  }

  #begin(block: Buffer): void {
    const header = readTarHeader(block);
    this.#entries += 1;
    if (!header) {
      this.#stop('KB4409', 'the header of a tar entry is damaged');
      return;
    }
    const pax = header.type === 'x';
    if (this.#entries > mostEntries || (pax && header.size > largestPax)) {
      this.#stop('KB4410', pax ? 'a name is longer than 4 KB' : `there are more than ${mostEntries} entries`);
      return;
    }
    const path = pax ? undefined : this.#checks.check({ ...header, name: this.#longName ?? header.name });
    if (!pax) this.#longName = undefined;
    const list = path !== undefined && lists.includes(path) && header.size <= largestList;
    const current = {
      path: header.type === '0' ? path : undefined,
      ...{ header, hash: createHash('sha256'), kept: pax || list ? [] : undefined },
      ...{ rest: header.size, padding: (blockSize - (header.size % blockSize)) % blockSize },
    };
    this.#current = current;
    if (current.rest === 0) this.#finish(current);
  }

  #content(current: Current, bytes: Buffer): number {
    if (current.rest > 0) {
      const part = bytes.subarray(0, current.rest);
      current.hash.update(part);
      // The chunk is larger than what is kept of it.
      current.kept?.push(Buffer.from(part));
      current.rest -= part.length;
      if (current.rest === 0) this.#finish(current);
      return part.length;
    }
    const part = bytes.subarray(0, current.padding);
    if (part.some((byte) => byte !== 0)) {
      this.#defects.add('KB4409', `${current.header.name}: what fills its last block is not zero, ${this.#where()}`);
    }
    current.padding -= part.length;
    if (current.padding === 0) this.#current = undefined;
    return part.length;
  }

  /** All of an entry's content has come. */
  #finish({ path, header, hash, kept, padding }: Current): void {
    if (header.type === 'x') {
      this.#longName = paxName(Buffer.concat(kept ?? []));
      if (this.#longName === undefined) {
        this.#defects.add('KB4411', `a PAX header says more than a name, or less, ${this.#where()}`);
      }
    }
    if (path !== undefined) {
      this.files.set(path, { mode: header.mode, size: header.size, sha256: hash.digest('hex') });
      if (kept) this.lists.set(path, Buffer.concat(kept));
    }
    if (padding === 0) this.#current = undefined;
  }

  #stop(code: 'KB4408' | 'KB4409' | 'KB4410', what: string): void {
    this.#broken = true;
    this.#defects.add(code, `${what}, ${this.#where()}; the rest was not looked at`);
  }

  #where(): string {
    return `near byte ${this.#offset} of what is compressed`;
  }
}
