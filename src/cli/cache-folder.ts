import { constants } from 'node:fs';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { makeFolder } from '../bundle/make-folder.ts';
import { systemReason } from '../diagnostics/system-reason.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** Where kubebale keeps what it fetched, opened and compressed. */
export interface CacheFolder {
  readonly folder: string;
  /** Remove it when it was made for this run only. */
  readonly close: () => Promise<void>;
}

/**
 * KUBEBALE_CACHE, else `kubebale` in XDG_CACHE_HOME, else in ~/.cache.
 *
 * @param temporary whether a folder for this run does when there is no other, as for a user without a home
 * @throws UsageError when it cannot be used
 */
export async function openCache({ env }: Terminal, temporary: boolean): Promise<CacheFolder> {
  const given = env.KUBEBALE_CACHE;
  const folder = given ? given : usual(env);
  const close = async () => {};
  if (given && !isAbsolute(given)) throw new UsageError(`KUBEBALE_CACHE is ${given}`, 'give it an absolute path');
  const problem = folder === undefined ? 'neither HOME nor XDG_CACHE_HOME is set' : await unusable(folder);
  if (folder !== undefined && problem === undefined) return { folder, close };
  if (temporary && !given) {
    const own = await mkdtemp(join(tmpdir(), 'kubebale-'));
    return { folder: own, close: () => rm(own, { recursive: true, force: true }) };
  }
  const what = folder === undefined ? 'there is no folder to keep files in' : `cannot keep files in ${folder}`;
  throw new UsageError(`${what}: ${problem}`, 'set KUBEBALE_CACHE to a folder that you may write to');
}

function usual({ XDG_CACHE_HOME, HOME }: Terminal['env']): string | undefined {
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'kubebale');
  return HOME && isAbsolute(HOME) ? join(HOME, '.cache', 'kubebale') : undefined;
}

/** Why a folder cannot be made or written to. */
async function unusable(folder: string): Promise<string | undefined> {
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return systemReason(error);
  }
}
