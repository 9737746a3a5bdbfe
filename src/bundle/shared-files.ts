import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { appendFile, copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of } from '../artifacts/digest-meter.ts';
import { gzipMember, level } from './gzip.ts';
import { type Measured, PayloadCache } from './payload-cache.ts';
import { tarBytes, withFolders } from './tar.ts';
import type { EntrySet, HostBundle } from './types.ts';

/** Counts up when the bytes of a tarball change although what is in it does not. */
const format = 2;

/** From this size on (bytes) a copy runs alone: two at once fight for the page cache, and cost a third more processor. */
const largeCopy = 8 * 1024 * 1024;

/** What hosts with the same roles begin with, in a file: payload and common files. */
export interface SharedFile {
  readonly file: string;
  readonly size: number;
  readonly hash: Hash;
  readonly folders: ReadonlySet<string>;
}

interface SharedOptions {
  /** Where compressed payloads are kept. */
  readonly cache: string;
  /** For the shared files, while they are needed. */
  readonly scratch: string;
  /** mtime of everything, in seconds since 1970. */
  readonly sourceDateEpoch: number;
  readonly signal: AbortSignal;
  /** Told how much of a payload has been compressed, in bytes. */
  readonly onPayload: (done: number, total: number) => void;
}

/** Makes what hosts have in common once for each set, and copies it for each host. */
export class SharedFiles {
  readonly #options: SharedOptions;
  readonly #payloads: PayloadCache;
  readonly #made = new Map<string, Promise<SharedFile>>();
  /** The large copy that runs, and those that wait behind it. */
  #largeCopies: Promise<void> = Promise.resolve();

  constructor(options: SharedOptions) {
    this.#options = options;
    this.#payloads = new PayloadCache(join(options.cache, 'payloads'));
  }

  /**
   * The beginning of a host's tarball; made when its set comes for the first time.
   *
   * @throws ArtifactError KB4017 when a program, an image or the kept payload is damaged; the signal's reason
   */
  fileFor(bundle: HostBundle): Promise<SharedFile> {
    const key = `${bundle.payload.key} ${bundle.common.key}`;
    const known = this.#made.get(key);
    if (known) return known;
    const made = this.#make(bundle, join(this.#options.scratch, `${this.#made.size}.gz`));
    this.#made.set(key, made);
    return made;
  }

  /** Copy one, for a host to go on with; large ones one after the other. */
  async copy(shared: SharedFile, file: string): Promise<void> {
    if (shared.size < largeCopy) return clone(shared.file, file);
    const copy = this.#largeCopies.then(() => clone(shared.file, file));
    // One that fails is told to who waits for it, and not to the next.
    this.#largeCopies = copy.catch(() => undefined);
    return copy;
  }

  /** Forget the payloads that were of no use for the longest time. */
  prune(): Promise<void> {
    return this.#payloads.prune();
  }

  async #make({ cluster, payload, common }: HostBundle, file: string): Promise<SharedFile> {
    const { sourceDateEpoch } = this.#options;
    const folders = new Set<string>();
    let size = 0;
    let hash = createHash('sha256');
    if (payload.entries.length > 0) {
      ({ size, hash } = await this.#payload(cluster, payload, folders, file));
    } else await writeFile(file, '', { flag: 'wx' });
    const entries = withFolders(cluster, common.entries, folders);
    const bytes = await smallSegment(entries, sourceDateEpoch, true);
    await appendFile(file, bytes);
    return { file, size: size + bytes.length, hash: hash.copy().update(bytes), folders };
  }

  /** Lay the compressed payload into a file. */
  async #payload(cluster: string, payload: EntrySet, folders: Set<string>, file: string): Promise<Measured> {
    const { signal, sourceDateEpoch, onPayload } = this.#options;
    const entries = withFolders(cluster, payload.entries, folders);
    const total = payload.entries.reduce(
      (sum, { content }) => sum + (content && 'size' in content ? content.size : 0),
      0,
    );
    const key = sha256Of(JSON.stringify([segmentVariant(cluster, sourceDateEpoch), payload.key]));
    const bytes = () =>
      counted(tarBytes(entries, sourceDateEpoch, true), (done) => onPayload(Math.min(done, total), total));
    return this.#payloads.place(key, file, () => gzipMember(bytes()), signal);
  }
}

/** What decides the bytes of every segment beside its content. */
export function segmentVariant(cluster: string, sourceDateEpoch: number): readonly (string | number)[] {
  return [format, cluster, sourceDateEpoch, level, process.versions.zlib];
}

/**
 * On file systems that can (XFS, Btrfs) the copy shares its blocks, and costs neither time nor space. The file is new:
 * said so, Node does not truncate it first, after which ext4 would write all of it out at close, on our processor time.
 */
function clone(from: string, to: string): Promise<void> {
  return copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
}

/** A compressed segment in memory; arguments as for `tarBytes`. */
export async function smallSegment(...[entries, mtime, open]: Parameters<typeof tarBytes>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of gzipMember(tarBytes(entries, mtime, open))) all.push(chunk);
  return Buffer.concat(all);
}

async function* counted(
  chunks: AsyncIterable<Buffer>,
  tell: (done: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  let done = 0;
  for await (const chunk of chunks) {
    yield chunk;
    done += chunk.length;
    tell(done);
  }
}
