import { ArtifactError } from '../artifacts/artifact-error.ts';
import type { Digest } from '../artifacts/store.ts';
import { type Download, type DownloadOptions, download } from './download.ts';

/**
 * Get several files at once. One that fails does not stop the others.
 *
 * @param options.concurrency how many at once, 4 unless said otherwise
 * @returns what came of each, by its first URL
 * @throws the signal's reason, or an error that is no ArtifactError; after the downloads that run have stopped
 */
export async function downloadAll(
  downloads: readonly Download[],
  options: DownloadOptions & { readonly concurrency?: number },
): Promise<ReadonlyMap<string, Digest | ArtifactError>> {
  const { concurrency = 4 } = options;
  const bug = new AbortController();
  const signal = AbortSignal.any([options.signal, bug.signal]);
  const waiting = new Map(downloads.map((wanted) => [wanted.urls[0] ?? wanted.file, wanted]));
  const queue = waiting.entries();
  const outcomes = new Map<string, Digest | ArtifactError>();

  async function work(): Promise<void> {
    // One iterator for all workers: each takes the next.
    for (const [key, wanted] of queue) {
      try {
        outcomes.set(key, await download(wanted, { ...options, signal }));
      } catch (error) {
        if (error instanceof ArtifactError) outcomes.set(key, error);
        else if (!signal.aborted) bug.abort(error);
      }
      if (signal.aborted) return;
    }
  }

  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, work));
  signal.throwIfAborted();
  return outcomes;
}
