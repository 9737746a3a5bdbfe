import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Nothing that still runs is that old, in milliseconds: a day. */
const age = 24 * 60 * 60 * 1000;

/** Remove what killed runs have left in a folder: files with such a name that nobody has written to for a day. */
export async function sweepOld(folder: string, names: RegExp): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!names.test(name)) continue;
    const path = join(folder, name);
    const written = await stat(path).then(
      (info) => info.mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    if (written < Date.now() - age) await rm(path, { force: true });
  }
}
