import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import { checkedBytes } from '../artifacts/store.ts';
import type { Content, Entry } from './types.ts';

/** The two zero blocks that end a tar archive. */
const endLength = 1024;

/** An entry under the name that it has in the archive. */
interface NamedEntry extends Entry {
  readonly name: string;
}

/**
 * The bytes of a tar archive with the given entries, in their order, uid and gid 0 and one mtime for all.
 *
 * @param mtime seconds since 1970
 * @param open leave out the end of the archive, so that another segment can follow
 */
export async function* tarBytes(
  entries: readonly NamedEntry[],
  mtime: number,
  open: boolean,
): AsyncGenerator<Buffer, void, undefined> {
  // Only what writes a tarball needs it: with what it brings it is a third of the command line.
  const { TarArchive } = await import('archiver');
  const archive = new TarArchive({});
  const date = new Date(mtime * 1000);
  const breaker = new Breaker();
  for (const { name, mode, content } of entries) {
    if (!content) archive.append(Buffer.alloc(0), { name: `${name}/`, type: 'directory', mode, date });
    else if ('bytes' in content) archive.append(Buffer.from(content.bytes), { name, mode, date });
    else {
      const source = checkedFile(content);
      source.on('error', breaker.trip);
      archive.append(source, { name, mode, date, stats: await statSame(content) });
    }
  }
  const failed = archive.finalize();
  // Its rejection arrives through the stream below as well.
  failed.catch(() => undefined);
  try {
    // Neither destroy() nor abort() of archiver 8 may be called in the middle of a file: both throw where nobody can
    // catch it. What nobody wants any more is read to its end and thrown away.
    const chunks = untilBroken(archive.iterator({ destroyOnReturn: false }), breaker);
    yield* withoutEnd(chunks, open ? endLength : 0);
  } finally {
    archive.resume();
  }
}

/** What an entry's file has to be. */
type FileContent = Extract<Content, { file: string }>;

/** Given to archiver, which otherwise would keep the whole file in memory to know its size. */
async function statSame(content: FileContent) {
  const stats = await stat(content.file).catch(() => undefined);
  if (!stats) throw changed(content, 'it is gone');
  if (stats.size !== content.size) throw changed(content, `it has ${stats.size} bytes instead of ${content.size}`);
  return stats;
}

/** A file's bytes; the archive gets its last ones only when all of them were the expected ones. */
function checkedFile(content: FileContent): Readable {
  const bytes = checkedBytes(content.file, content, (actual) => changed(content, `its SHA-256 is ${actual}`));
  return Readable.from(bytes, { objectMode: false });
}

function changed({ file, sha256 }: FileContent, how: string): ArtifactError {
  return new ArtifactError(
    'KB4017',
    `${file} is damaged: ${how}, and it has to be ${sha256}`,
    'remove that file, then run kubebale fetch or kubebale lock again',
  );
}

/** Ends the wait for a chunk that will never come. */
class Breaker {
  #error: Error | undefined;
  #wake: (error: Error) => void = () => undefined;

  readonly trip = (error: Error): void => {
    this.#error ??= error;
    this.#wake(error);
  };

  /**
   * A promise's value, or the error that tripped the breaker. (Promise.race with one promise for all would keep every
   * value until the end.)
   */
  guard<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#wake = reject;
      if (this.#error) reject(this.#error);
      promise.then(resolve, reject);
    });
  }
}

/** archiver does not listen to a source that fails, and would wait for it for ever. */
async function* untilBroken(chunks: AsyncIterator<Buffer>, breaker: Breaker): AsyncGenerator<Buffer, void, undefined> {
  for (;;) {
    const { done, value } = await breaker.guard(chunks.next());
    if (done) return;
    yield value;
  }
}

/** The bytes but for the last ones. */
async function* withoutEnd(chunks: AsyncIterable<Buffer>, length: number): AsyncGenerator<Buffer, void, undefined> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const ready = Math.max(0, bytes.length - length);
    if (ready > 0) yield bytes.subarray(0, ready);
    held = bytes.subarray(ready);
  }
}

/**
 * The entries of a segment with the folders they lie in, all below one root folder, sorted as they will stand in the
 * archive. A folder that holds nothing but secrets is closed to others.
 *
 * @param known folders that an earlier segment has brought already; the ones found here are added
 */
export function withFolders(root: string, entries: readonly Entry[], known: Set<string>): readonly NamedEntry[] {
  const folders = new Map<string, number>();
  for (const entry of entries) {
    const parts = entry.path.split('/');
    for (let depth = 0; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/');
      const mode = entry.mode === 0o600 && depth > 1 ? 0o700 : 0o755;
      folders.set(folder, (folders.get(folder) ?? 0) | mode);
    }
    if (!entry.content) folders.set(entry.path, entry.mode);
  }
  const named = (path: string): string => (path === '' ? root : `${root}/${path}`);
  const result: NamedEntry[] = entries
    .filter((entry) => entry.content)
    .map((entry) => ({ ...entry, name: named(entry.path) }));
  for (const [path, mode] of folders) {
    if (known.has(path)) continue;
    known.add(path);
    result.push({ path, mode, name: named(path) });
  }
  return result.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
