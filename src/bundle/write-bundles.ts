import { ArtifactError } from '../artifacts/artifact-error.ts';
import { outputError } from './output-error.ts';
import { TarballWriter, type WriteOptions, type WrittenTarball } from './tarball-writer.ts';
import type { HostBundle } from './types.ts';

export { OutputError } from './output-error.ts';
export type { WriteOptions, WrittenTarball } from './tarball-writer.ts';

/**
 * Write tarballs and SHA256SUMS to OUT/<cluster>. They are made aside and put in place at the very end, in one step,
 * so that a run that fails, is interrupted or killed leaves OUT/<cluster> as it was. A tarball that is there already,
 * as it would be written, stays.
 *
 * @throws OutputError when something cannot be written; ArtifactError when a program or image is not what it has to be;
 *   the signal's reason when it was aborted
 */
export async function writeBundles(
  bundles: Iterable<HostBundle>,
  options: WriteOptions,
): Promise<readonly WrittenTarball[]> {
  const { out, signal } = options;
  let writer: TarballWriter | undefined;
  try {
    for (const bundle of bundles) {
      signal.throwIfAborted();
      writer ??= await TarballWriter.open(bundle.cluster, options);
      await writer.add(bundle);
    }
    signal.throwIfAborted();
    return (await writer?.finish()) ?? [];
  } catch (error) {
    await writer?.discard();
    if (signal.aborted) throw signal.reason;
    throw error instanceof ArtifactError ? error : outputError(error, out);
  }
}
