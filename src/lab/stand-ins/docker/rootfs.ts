import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import type { ImageStore, StoredImage } from './image-store.ts';

const run = promisify(execFile);

/** Unpacks the layers of an image into a folder, the lowest first. tar refuses what would land outside of it. */
export async function unpackImage(image: StoredImage, images: ImageStore, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  for (const layer of image.layers) {
    await run('tar', ['-x', '-f', images.blobs.path(layer.sha256), '-C', folder]);
    removeWhiteouts(folder);
  }
  for (const name of ['proc', 'dev', 'sys', 'etc']) mkdirSync(join(folder, name), { recursive: true });
}

/** `.wh.NAME` in a layer means that NAME of a lower one is gone (docker's image/spec v1.1). */
function removeWhiteouts(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.name.startsWith('.wh.')) continue;
    if (!entry.name.startsWith('.wh..wh.'))
      rmSync(join(entry.parentPath, entry.name.slice(4)), { recursive: true, force: true });
    rmSync(join(entry.parentPath, entry.name), { recursive: true, force: true });
  }
}

/** Where in the image a program is: by its path, or along PATH; undefined when it is nowhere. */
export function programIn(folder: string, program: string, env: readonly string[]): string | undefined {
  const path = env.find((pair) => pair.startsWith('PATH='))?.slice(5) ?? '/usr/local/bin:/usr/bin:/bin';
  const candidates = program.includes('/') ? [program] : path.split(':').map((part) => posix.join(part, program));
  return candidates.find((candidate) => {
    try {
      // A link that leads out of the image is followed on the host here: it only has to be there.
      return statSync(join(folder, candidate)).isFile();
    } catch {
      return false;
    }
  });
}
