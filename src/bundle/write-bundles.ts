import { constants } from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { outputError } from './output-error.ts';
import { appendMember, type Segment } from './segment.ts';
import { Staging } from './staging.ts';
import { tarBytes, withFolders } from './tar.ts';
import type { HostBundle } from './types.ts';

export { OutputError } from './output-error.ts';

export interface WriteOptions {
  /** The folder that gets a folder for the cluster. */
  readonly out: string;
  /** mtime of everything in the tarballs, in seconds since 1970. */
  readonly sourceDateEpoch: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number, host: string) => void;
}

export interface WrittenTarball {
  readonly host: string;
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** A shared segment on disk, and the folders that it brought. */
interface SharedSegment extends Segment {
  readonly file: string;
  readonly folders: ReadonlySet<string>;
}

/**
 * Write tarballs and SHA256SUMS to OUT/<cluster>. They are made aside and put in place at the very end, in one step,
 * so that a run that fails, is interrupted or killed leaves OUT/<cluster> as it was.
 *
 * @throws OutputError when something cannot be written; the signal's reason when it was aborted
 */
export async function writeBundles(
  bundles: Iterable<HostBundle>,
  total: number,
  options: WriteOptions,
): Promise<readonly WrittenTarball[]> {
  const { out, signal } = options;
  let staging: Staging | undefined;
  try {
    const written: WrittenTarball[] = [];
    const segments = new Map<string, SharedSegment>();
    for (const bundle of bundles) {
      signal.throwIfAborted();
      staging ??= await Staging.open(out, bundle.cluster);
      let shared = segments.get(bundle.sharedKey);
      if (!shared) {
        shared = await writeShared(bundle, join(staging.scratch, `${segments.size}.gz`), options);
        segments.set(bundle.sharedKey, shared);
      }
      written.push(await writeTarball(bundle, shared, staging, options));
      options.onProgress(written.length, total, bundle.host);
    }
    await staging?.writeSums(new Map(written.map((tarball) => [`${tarball.host}.tar.gz`, tarball.sha256])));
    signal.throwIfAborted();
    await staging?.commit();
    return written;
  } catch (error) {
    await staging?.discard();
    throw signal.aborted ? signal.reason : outputError(error, out);
  }
}

async function writeShared(bundle: HostBundle, file: string, options: WriteOptions): Promise<SharedSegment> {
  const folders = new Set<string>();
  const entries = withFolders(bundle.cluster, bundle.shared, folders);
  const bytes = tarBytes(entries, options.sourceDateEpoch, true);
  return { ...(await appendMember(bytes, file, undefined, options.signal)), file, folders };
}

async function writeTarball(
  bundle: HostBundle,
  shared: SharedSegment,
  staging: Staging,
  options: WriteOptions,
): Promise<WrittenTarball> {
  const name = `${bundle.host}.tar.gz`;
  const file = join(staging.folder, name);
  await copyFile(shared.file, file, constants.COPYFILE_FICLONE);
  // Secrets are in the host's own part: closed before that is written, they are never readable by others.
  await chmod(file, bundle.secret ? 0o600 : 0o644);
  const entries = withFolders(bundle.cluster, bundle.own, new Set(shared.folders));
  const own = await appendMember(tarBytes(entries, options.sourceDateEpoch, false), file, shared.hash, options.signal);
  return {
    host: bundle.host,
    path: join(options.out, bundle.cluster, name),
    size: shared.size + own.size,
    sha256: own.hash.digest('hex'),
  };
}
