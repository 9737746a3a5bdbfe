import { ArtifactError } from './artifact-error.ts';
import { isThere } from './choose-files.ts';
import type { DigestCache } from './digest-cache.ts';
import { fileDigest } from './file-digest.ts';
import type { Digest } from './store.ts';

/**
 * The first of these paths where there is something, which has to be what the lock says.
 *
 * @param isNamed whether the specification names the path, or it is in an artifacts folder
 * @returns undefined when there is nothing
 * @throws ArtifactError KB4002, KB4009 or KB4011
 */
export async function lockedFile(
  paths: readonly string[],
  isNamed: boolean,
  expected: Digest,
  settings: { readonly digests: DigestCache; readonly signal: AbortSignal; readonly lockFile: string },
): Promise<string | undefined> {
  for (const path of paths) {
    if (!(await isThere(path))) continue;
    checkDigest(path, expected, await fileDigest(path, settings, isNamed ? named : inFolder), settings.lockFile);
    return path;
  }
  return undefined;
}

const named = { code: 'KB4011', hint: 'the path is relative to the folder of the specification' } as const;
const inFolder = { code: 'KB4002', hint: 'bring the file that was locked, or move this one away' } as const;

/**
 * See that a file is what the lock says.
 *
 * @throws ArtifactError KB4009
 */
export function checkDigest(path: string, expected: Digest, actual: Digest, lockFile: string): void {
  if (expected.sha256 === actual.sha256) return;
  throw new ArtifactError(
    'KB4009',
    `${path} has the SHA-256 ${actual.sha256}, but ${lockFile} says ${expected.sha256}`,
    'bring back the file that was locked, or run kubebale lock again if the change is meant',
  );
}
