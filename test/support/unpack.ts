import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HostBundle } from '../../src/bundle/types.ts';

const made: string[] = [];
process.on('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A folder of the test's own, removed when the test run ends. */
export function scratch(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `kubebale-${name}-`));
  made.push(folder);
  return folder;
}

/** Lay a bundle's text files out in a folder, as unpacking its tarball would. */
export function layOut(bundle: HostBundle, folder: string): string {
  const root = join(folder, bundle.cluster);
  for (const entry of [...bundle.common.entries, ...bundle.own]) {
    const path = join(root, entry.path);
    if (!entry.content) mkdirSync(path, { recursive: true });
    else if ('bytes' in entry.content) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, entry.content.bytes);
      chmodSync(path, entry.mode);
    }
  }
  return root;
}

const bash = process.env.KUBEBALE_BASH ?? 'bash';

/** The words that a start script's --print says, as bash reads them back. */
export function printedArgv(root: string, script: string): string[] {
  const line = execFileSync(bash, [join(root, script), '--print'], { encoding: 'utf8', env: {} });
  if (line.split('\n').length !== 2) throw new Error(`--print of ${script} is not one line: ${line}`);
  const holes = 'FLANNEL_SUBNET=@FLANNEL_SUBNET@ FLANNEL_MTU=@FLANNEL_MTU@';
  const words = execFileSync(bash, ['-c', `${holes}; eval "set -- $1"; printf '%s\\0' "$@"`, '-', line.trimEnd()], {
    encoding: 'utf8',
  });
  return words.split('\0').slice(0, -1);
}
