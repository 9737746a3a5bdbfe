import { basename } from 'node:path';
import { printable } from '../diagnostics/printable.ts';
import { readManifest, readSums } from './bundle-lists.ts';
import { compareManifest, compareSums } from './compare-lists.ts';
import { type Defect, Defects } from './defects.ts';
import { FileBytes } from './file-bytes.ts';
import { type GzipResult, readMembers } from './gzip-members.ts';
import { TarReader } from './tar-reader.ts';

export interface VerifyOptions {
  /** What SHA256SUMS beside the tarball says, in lower-case hex; undefined when there is none. */
  readonly expectedSha256?: string;
  readonly signal: AbortSignal;
  /** Told how many bytes of the tarball have been read. */
  readonly onProgress?: (bytes: number) => void;
}

/** What was found out about a tarball. */
export interface Verdict {
  /** Bytes of the tarball. */
  readonly size: number;
  readonly sha256: string;
  /** How many files it holds, as far as they were found. */
  readonly files: number;
  /** Whose bundle it is, as it says itself. */
  readonly host: string | undefined;
  readonly defects: readonly Defect[];
  /** What one should know although nothing is wrong. */
  readonly remarks: readonly string[];
}

/**
 * Check a tarball: its SHA-256, gzip members, tar archive, and files against the lists in it. It is read once, as a
 * stream, and nothing is written. Without `expectedSha256` it is compressed again to find faults that no checksum
 * within it covers, which takes a processor longer.
 *
 * @throws what the operating system says when the file cannot be read; the signal's reason when it was aborted
 */
export async function verifyTarball(file: string, options: VerifyOptions): Promise<Verdict> {
  const { expectedSha256, signal, onProgress } = options;
  signal.throwIfAborted();
  const defects = new Defects();
  const bytes = new FileBytes(file, signal, onProgress);
  const tar = new TarReader(defects);
  try {
    const gzip = await readMembers(bytes, defects, (chunk) => tar.push(chunk), expectedSha256 === undefined);
    const digest = await bytes.finish();
    if (expectedSha256 !== undefined && digest.sha256 !== expectedSha256) {
      defects.add('KB4401', `its SHA-256 is ${digest.sha256}, SHA256SUMS says ${expectedSha256}`);
    }
    const host = compareLists(tar, gzip.whole, defects);
    const list = defects.list();
    const remarks = list.length === 0 ? remarksOn(file, host, gzip) : [];
    return { ...digest, files: tar.files.size, host, defects: list, remarks };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    bytes.close();
  }
}

/** Compare what was found with the lists in the bundle; returns the host that it is for. */
function compareLists(tar: TarReader, whole: boolean, defects: Defects): string | undefined {
  const found = { files: tar.files, whole: tar.end(whole) };
  // They stand at the end: a tarball that is cut off has lost them, and that has been said.
  const missed = (name: string): boolean => !found.whole && !tar.files.has(name);
  const manifest = missed('MANIFEST.json') ? undefined : readManifest(tar.lists.get('MANIFEST.json'), defects);
  const sums = missed('SHA256SUMS') ? undefined : readSums(tar.lists.get('SHA256SUMS'), defects);
  if (manifest) {
    compareManifest(found, manifest, defects);
    if (manifest.cluster !== tar.root) {
      defects.add('KB4412', `MANIFEST.json: the cluster is ${manifest.cluster}, and the root folder ${tar.root}`);
    }
  }
  if (sums) compareSums(found, sums, manifest, defects);
  return manifest?.host;
}

function remarksOn(file: string, host: string | undefined, { ownCompression }: GzipResult): readonly string[] {
  const remarks: string[] = [];
  if (host !== undefined && basename(file) !== `${host}.tar.gz`) remarks.push(`it is the bundle of ${printable(host)}`);
  if (ownCompression === false) {
    remarks.push('it was compressed in another way than this kubebale does, so bits that say nothing were not checked');
  }
  return remarks;
}
