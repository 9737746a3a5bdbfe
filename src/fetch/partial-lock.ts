import { rm } from 'node:fs/promises';
import { takeLock } from '../bundle/lock.ts';
import { OutputError } from '../bundle/output-error.ts';

/** Locks of this process: `takeLock` knows only other processes. */
const held = new Set<string>();

/** Let nobody else write to a partial file; undefined when somebody does. Otherwise what gives it free again. */
export async function tryLock(file: string): Promise<(() => Promise<void>) | undefined> {
  if (held.has(file)) return undefined;
  held.add(file);
  try {
    await takeLock(file);
  } catch (error) {
    held.delete(file);
    if (error instanceof OutputError) return undefined;
    throw error;
  }
  return async () => {
    await rm(file, { force: true });
    held.delete(file);
  };
}
