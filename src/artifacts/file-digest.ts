import { stat } from 'node:fs/promises';
import { changed } from '../archive/file-bytes.ts';
import { systemReason } from '../diagnostics/system-reason.ts';
import { ArtifactError } from './artifact-error.ts';
import { type DigestCache, fingerprint } from './digest-cache.ts';
import { type Digest, digestOf } from './store.ts';

/**
 * The digest of a file that artifacts are taken from.
 *
 * @param refusal the code and the cure when it is no regular file, is empty, or cannot be read; `mayBeEmpty` is for
 *   a kept copy, which then has the wrong digest
 * @throws ArtifactError with that code; the signal's reason
 */
export async function fileDigest(
  path: string,
  { digests, signal }: { readonly digests: DigestCache; readonly signal: AbortSignal },
  refusal: { readonly code: 'KB4002' | 'KB4011'; readonly hint: string; readonly mayBeEmpty?: boolean },
): Promise<Digest> {
  const refused = (why: string) => new ArtifactError(refusal.code, `${path} cannot be used: ${why}`, refusal.hint);
  try {
    // Before it is opened: a FIFO would wait for a writer for ever.
    const info = await stat(path);
    if (!info.isFile()) throw refused('it is no regular file');
    if (info.size === 0 && !refusal.mayBeEmpty) throw refused('it is empty');
    return await digests.digest(path, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ArtifactError) throw error;
    throw refused(systemReason(error));
  }
}

/** The state of a file before its digest is taken, for `checkUnchanged`; undefined when it is not there. */
export async function stateOf(path: string): Promise<string | undefined> {
  return fingerprint(path).catch(() => undefined);
}

/**
 * Whether a file is still the one that was compared. It is read again only when its size, inode or times are others.
 *
 * @param before what `stateOf` said before the digest was taken
 * @throws ArtifactError KB4009 when it is another; the signal's reason
 */
export async function checkUnchanged(
  path: string,
  before: string | undefined,
  { sha256 }: Digest,
  signal: AbortSignal,
): Promise<void> {
  const now = await stateOf(path);
  if (now !== undefined && now === before) return;
  const actual = await digestOf(path, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    return { sha256: `unknown: ${systemReason(error)}` };
  });
  if (actual.sha256 !== sha256) throw changed(path, sha256, actual.sha256);
}
