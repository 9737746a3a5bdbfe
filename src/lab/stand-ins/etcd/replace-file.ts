import * as fs from 'node:fs';
import { dirname } from 'node:path';

/** Puts a file there whole or not at all, and on the disk. */
export function replaceFile(path: string, text: string): void {
  const draft = `${path}.tmp`;
  const file = fs.openSync(draft, 'w', 0o600);
  try {
    fs.writeFileSync(file, text);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  fs.renameSync(draft, path);
  const folder = fs.openSync(dirname(path), 'r');
  fs.fsyncSync(folder);
  fs.closeSync(folder);
}
