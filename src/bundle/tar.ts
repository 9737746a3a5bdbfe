import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { TarArchive } from 'archiver';
import { OutputError } from './output-error.ts';
import type { Entry } from './types.ts';

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
  const archive = new TarArchive({});
  const date = new Date(mtime * 1000);
  for (const { name, mode, content } of entries) {
    if (!content) archive.append(Buffer.alloc(0), { name: `${name}/`, type: 'directory', mode, date });
    else if ('bytes' in content) archive.append(Buffer.from(content.bytes), { name, mode, date });
    else archive.file(content.file, { name, mode, date, stats: await statSame(content.file, content.size) });
  }
  const failed = archive.finalize();
  // Its rejection arrives through the stream below as well.
  failed.catch(() => undefined);
  try {
    // Neither destroy() nor abort() of archiver 8 may be called in the middle of a file: both throw where nobody can
    // catch it. What nobody wants any more is read to its end and thrown away.
    yield* withoutEnd(archive.iterator({ destroyOnReturn: false }), open ? endLength : 0);
  } finally {
    archive.resume();
  }
}

/** Given to archiver, which would otherwise look files up several at once, and pack them in the order of the answers. */
async function statSame(file: string, size: number): Promise<Stats> {
  const stats = await stat(file);
  if (stats.size !== size) throw new OutputError(`${file} changed while it was packed`, 'run the command again');
  return stats;
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
