import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built command line program. */
export const kubebale = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Run a program to its end and keep what it says. */
export function run(
  command: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): SpawnSyncReturns<string> {
  const [program = '', ...words] = command;
  return spawnSync(program, words, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...options });
}
