import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OpenOptions, openArchive, type WantedMember } from '../../src/archive/open-archive.ts';
import { ArtifactError } from '../../src/artifacts/artifact-error.ts';
import { Store } from '../../src/artifacts/store.ts';
import { scratch } from '../support/unpack.ts';

/** A folder with an archive in it, and a store beside that. */
export interface Place {
  readonly folder: string;
  readonly file: string;
  readonly store: Store;
}

/** Put an archive somewhere. */
export function archiveOf(bytes: Uint8Array, name = 'archive.tar.gz'): Place {
  const folder = scratch('archive');
  const file = join(folder, 'in', name);
  mkdirSync(join(folder, 'in'));
  writeFileSync(file, bytes);
  return { folder, file, store: new Store(join(folder, 'store')) };
}

/** A wanted member for amd64. */
export function want(name: string, ...paths: readonly string[]): WantedMember {
  return { name, architecture: 'amd64', paths };
}

/** Open it, without a wish to stop. */
export function open(place: Place, wanted: readonly WantedMember[], options: Partial<OpenOptions> = {}) {
  return openArchive(place.file, wanted, place.store, { signal: new AbortController().signal, ...options });
}

/** The ArtifactError that opening it ends with; anything else fails the test. */
export async function refusal(
  place: Place,
  wanted: readonly WantedMember[],
  options: Partial<OpenOptions> = {},
): Promise<ArtifactError> {
  const error: unknown = await open(place, wanted, options).then(
    (found) => new Error(`was opened: ${JSON.stringify(found)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof ArtifactError) return error;
  throw error;
}

/** All files and links below a folder, by path. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
