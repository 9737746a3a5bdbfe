import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { knownArtifacts } from '../release/known-artifacts.ts';

/** A file of an artifacts folder that has the name of a program or image archive. */
export interface ArtifactFile {
  readonly name: string;
  /** Its path on the build machine. */
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
  /** Why it cannot be used: it is no regular file, or cannot be read. */
  readonly problem?: string;
}

/**
 * Look for programs and image archives by name in the given folders, not below them. The first folder that has a name
 * wins.
 *
 * @throws when a folder cannot be read
 */
export async function findArtifacts(folders: readonly string[]): Promise<readonly ArtifactFile[]> {
  const found = new Map<string, ArtifactFile>();
  for (const folder of folders) {
    for (const name of (await readdir(folder)).toSorted()) {
      if (knownArtifacts.has(name) && !found.has(name)) found.set(name, await look(name, join(folder, name)));
    }
  }
  return [...found.values()];
}

async function look(name: string, file: string): Promise<ArtifactFile> {
  try {
    const { size } = await stat(file).then((info) => {
      if (!info.isFile()) throw new Error('it is no regular file');
      if (info.size === 0) throw new Error('it is empty');
      return info;
    });
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    return { name, file, size, sha256: hash.digest('hex') };
  } catch (error) {
    return { name, file, size: 0, sha256: '', problem: error instanceof Error ? error.message : String(error) };
  }
}
