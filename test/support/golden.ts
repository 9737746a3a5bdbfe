import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../golden/', import.meta.url));

/**
 * Compare texts with the files of a folder of test/golden: what is missing there, what is there and nobody made, and
 * what differs. With UPDATE_GOLDENS=1 the folder is written anew instead, to be looked at in the diff.
 *
 * @param texts path below the folder → text
 * @returns one line for each path that is not right
 */
export function compareGolden(folder: string, texts: ReadonlyMap<string, string>): string[] {
  const base = join(root, folder);
  if (process.env.UPDATE_GOLDENS === '1') {
    rmSync(base, { recursive: true, force: true });
    for (const [path, text] of texts) {
      mkdirSync(dirname(join(base, path)), { recursive: true });
      writeFileSync(join(base, path), text);
    }
    return [];
  }
  const present = readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(base.length + 1));
  const faults = present.filter((path) => !texts.has(path)).map((path) => `${path}: nothing makes this file any more`);
  for (const [path, text] of texts) {
    if (!present.includes(path)) faults.push(`${path}: there is no golden file`);
    else if (readFileSync(join(base, path), 'utf8') !== text) faults.push(`${path}: differs`);
  }
  return faults.toSorted();
}
