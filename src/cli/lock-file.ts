import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatLock, type Lock, lockName, parseLock } from '../artifacts/lock-file.ts';
import { systemReason } from '../diagnostics/system-reason.ts';
import type { Spec } from './read-spec.ts';
import { UsageError } from './usage-error.ts';

/** Where the lock of a specification is: the path to open, and the one to show. */
export interface LockPath {
  readonly path: string;
  readonly shown: string;
}

/** The lock beside a specification; for one from the standard input, in the current folder. */
export function lockPath(spec: Spec): LockPath {
  const shown = spec.source.path === '<stdin>' ? lockName : join(dirname(spec.source.path), lockName);
  return { path: join(spec.folder, lockName), shown };
}

/**
 * Read the lock; undefined when there is none.
 *
 * @throws ArtifactError KB4007 when it is damaged
 */
export async function readLock({ path, shown }: LockPath): Promise<Lock | undefined> {
  try {
    return parseLock(await readFile(path, 'utf8'), shown);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) throw error;
    if (error.code === 'ENOENT') return undefined;
    throw new UsageError(`cannot read ${shown}: ${systemReason(error)}`);
  }
}

/** Write the lock, whole or not at all. */
export async function writeLock(lock: Lock, { path, shown }: LockPath): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await writeFile(aside, formatLock(lock));
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw new UsageError(`cannot write ${shown}: ${systemReason(error)}`, 'the lock lies beside the specification');
  }
}
