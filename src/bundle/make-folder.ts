import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Make a folder and those above it. Node's own `recursive` never returns in places like /proc.
 *
 * @returns the topmost folder that had to be made; undefined when it was there already
 * @throws the file system's error when it cannot be made
 */
export async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder);
    return folder;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    if (error.code === 'EEXIST' && (await stat(folder)).isDirectory()) return undefined;
    if (error.code !== 'ENOENT' || dirname(folder) === folder || (await exists(dirname(folder)))) throw error;
    const topmost = await makeFolder(dirname(folder));
    await mkdir(folder);
    return topmost;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
