import type { ListedFile, Manifest } from './bundle-lists.ts';
import type { Defects } from './defects.ts';
import { modeText } from './entry-checks.ts';
import type { FoundFile } from './tar-reader.ts';

/** What was found in a bundle, and whether all of it was seen. */
export interface Found {
  readonly files: ReadonlyMap<string, FoundFile>;
  /** Only then is missing what was not found. */
  readonly whole: boolean;
}

/** Compare files with MANIFEST.json: KB4405 content, KB4411 mode, KB4413 missing or not listed. */
export function compareManifest(found: Found, manifest: Manifest, defects: Defects): void {
  for (const [path, listed] of manifest.files) {
    const file = found.files.get(path);
    if (file) compareFile(path, file, listed, defects);
    else if (found.whole) defects.add('KB4413', `${path}: is missing, and MANIFEST.json lists it`);
  }
  for (const path of found.files.keys()) {
    if (path === 'MANIFEST.json' || path === 'SHA256SUMS' || manifest.files.has(path)) continue;
    defects.add('KB4413', `${path}: MANIFEST.json does not list it`);
  }
}

/**
 * Compare files with the SHA256SUMS of the bundle: KB4414 content, KB4413 missing or not listed. What MANIFEST.json
 * says just so has been reported already.
 */
export function compareSums(
  found: Found,
  sums: ReadonlyMap<string, string>,
  manifest: Manifest | undefined,
  defects: Defects,
): void {
  for (const [path, sha256] of sums) {
    const file = found.files.get(path);
    const listed = manifest?.files.get(path);
    if (!file && found.whole && !listed) defects.add('KB4413', `${path}: is missing, and SHA256SUMS lists it`);
    if (!file || file.sha256 === sha256 || listed?.sha256 === sha256) continue;
    defects.add('KB4414', `${path}: SHA-256 is ${file.sha256}, SHA256SUMS says ${sha256}`);
  }
  for (const path of found.files.keys()) {
    if (path === 'SHA256SUMS' || sums.has(path)) continue;
    defects.add('KB4413', `${path}: SHA256SUMS does not list it`);
  }
}

function compareFile(path: string, file: FoundFile, listed: ListedFile, defects: Defects): void {
  if (file.size !== listed.size) {
    defects.add('KB4405', `${path}: it has ${file.size} bytes, MANIFEST.json says ${listed.size}`);
  } else if (file.sha256 !== listed.sha256) {
    defects.add('KB4405', `${path}: SHA-256 is ${file.sha256}, MANIFEST.json says ${listed.sha256}`);
  }
  if (modeText(file.mode) !== listed.mode) {
    defects.add('KB4411', `${path}: mode is ${modeText(file.mode)}, MANIFEST.json says ${listed.mode}`);
  }
}
