import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { OutputError } from './output-error.ts';

/**
 * Make the lock file, with our pid in it. One that a killed run left is taken over.
 *
 * @throws OutputError when another run is writing there
 */
export async function takeLock(file: string): Promise<void> {
  for (;;) {
    try {
      await writeFile(file, `${process.pid}\n`, { flag: 'wx' });
      return;
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
    }
    const holder = (await holderOf(file)) || (await sleep(200).then(() => holderOf(file)));
    if (holder > 0 && isAlive(holder))
      throw new OutputError(
        `another kubebale (pid ${holder}) is writing there`,
        'wait until it has ended, then run this again',
      );
    await rm(file, { force: true });
  }
}

/** The pid in a lock file; 0 in the moment before it is written, and when it is nonsense. */
async function holderOf(file: string): Promise<number> {
  return Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10) || 0;
}

/** Whether a process of another run lives. */
export function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
