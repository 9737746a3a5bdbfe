import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { OutputError } from './output-error.ts';

/**
 * Make the lock file, with our pid in it. One that a killed run left is taken over.
 *
 * @throws OutputError when another run is writing there
 */
export async function takeLock(file: string): Promise<void> {
  for (let tries = 0; !(await create(file)); tries++) {
    const holder = await holderOf(file);
    if (holder !== undefined && isAlive(holder)) {
      throw new OutputError(
        `another kubebale (pid ${holder}) is writing there`,
        'wait until it has ended, then run this again',
      );
    }
    if (tries === 25) {
      throw new OutputError(`${file} stands in the way`, `when no other kubebale runs, type: rm ${file} ${file}.stale`);
    }
    if (holder !== undefined) await removeStale(file);
  }
}

/** Of several runs that find the lock of a killed one, one removes it: else the second would remove the first's own. */
async function removeStale(file: string): Promise<void> {
  const guard = `${file}.stale`;
  if (!(await create(guard))) {
    await sleep(200);
    return;
  }
  try {
    const holder = await holderOf(file);
    if (holder !== undefined && !isAlive(holder)) await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

async function create(file: string): Promise<boolean> {
  try {
    await writeFile(file, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** The pid in a lock file; 0 when it stays nonsense for longer than writing it takes; undefined without a lock. */
async function holderOf(file: string): Promise<number | undefined> {
  const read = (): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);
  let text = await read();
  if (text === '') text = await sleep(200).then(read);
  return text === undefined ? undefined : Number.parseInt(text, 10) || 0;
}

/** Whether a process of another run lives. */
export function isAlive(pid: number): boolean {
  if (pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
