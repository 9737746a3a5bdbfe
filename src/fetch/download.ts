import { stat } from 'node:fs/promises';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import type { Digest, Store } from '../artifacts/store.ts';
import type { DownloadEvent } from './events.ts';
import type { Http } from './http.ts';
import { Partial } from './partial.ts';
import { MissingFile, receive } from './receive.ts';
import { abortableSleep, PassingFailure, type Sleep } from './retry.ts';
import { shownUrl } from './shown-url.ts';

/** A file to be had from the first of its URLs that has it. */
export interface Download {
  /** Tried in order; the next only when the server does not have the file (404, 410). */
  readonly urls: readonly string[];
  /** Its name for people. */
  readonly file: string;
  /** The expected SHA-256 in lower-case hex; undefined when nobody has published it. */
  readonly sha256: string | undefined;
  /** The expected bytes, where they are known. */
  readonly size?: number | undefined;
}

export interface DownloadOptions {
  readonly store: Store;
  readonly http: Http;
  readonly signal: AbortSignal;
  readonly sleep?: Sleep;
  /** How often it is tried again, 5 unless said otherwise; a try that brings the file forward by 1 MiB does not count. */
  readonly retries?: number;
  readonly onEvent?: ((event: DownloadEvent) => void) | undefined;
  /** A number from 0 to 1, so that many clients do not come back all at once. */
  readonly random?: () => number;
}

/** Milliseconds. */
const firstWait = 1000;
const longestBackoff = 60_000;
const longestRetryAfter = 300_000;
const worthwhile = 1024 * 1024;

/**
 * Get a file into the store. What an earlier run has got of it is gone on with. Memory does not grow with the file.
 * A file that is in the store already is not asked for.
 *
 * @throws ArtifactError KB4201 to KB4210; the signal's reason, and then what has arrived stays for the next run
 */
export async function download(wanted: Download, options: DownloadOptions): Promise<Digest> {
  const { onEvent, signal } = options;
  try {
    const missing: string[] = [];
    const present = await inStore(wanted, options.store);
    if (present) return present;
    for (const url of wanted.urls) {
      try {
        const digest = await downloadFrom(url, wanted, options);
        onEvent?.({ kind: 'done', file: wanted.file, digest });
        return digest;
      } catch (error) {
        if (!(error instanceof MissingFile)) throw error;
        missing.push(error.message);
      }
    }
    throw new ArtifactError(
      'KB4201',
      `${wanted.file} is not to be found: ${missing.join(', ')}`,
      'correct the URL or --mirror, or get the file by other means and give its folder with --artifacts DIR',
    );
  } catch (error) {
    onEvent?.({ kind: 'failed', file: wanted.file });
    signal.throwIfAborted();
    throw error;
  }
}

async function inStore({ sha256, size }: Download, store: Store): Promise<Digest | undefined> {
  if (sha256 === undefined || !(await store.holds(sha256))) return undefined;
  const actual = (await stat(store.path(sha256))).size;
  if (size !== undefined && size !== actual) return undefined;
  return { size: actual, sha256 };
}

async function downloadFrom(url: string, wanted: Download, options: DownloadOptions): Promise<Digest> {
  const partial = await Partial.open(options.store, url, wanted.sha256, options.signal);
  try {
    for (let anew = false; ; anew = true) {
      if (partial.size === 0 || partial.sha256() !== wanted.sha256) await receiveAll(url, wanted, partial, options);
      const sha256 = partial.sha256();
      if (wanted.sha256 === undefined || sha256 === wanted.sha256) return await partial.adopt();
      const { resumed, size } = partial;
      await partial.discard();
      // Parts of two versions, or a disk that lost some: all of it anew, once.
      if (anew || !resumed) throw otherBytes(url, wanted, { size, sha256 });
    }
  } finally {
    await partial.close();
  }
}

/** Receive until nothing is missing, with as many tries as it is worth. */
async function receiveAll(url: string, wanted: Download, partial: Partial, options: DownloadOptions): Promise<void> {
  const { signal, sleep = abortableSleep, retries = 5, random = Math.random, onEvent } = options;
  let furthest = partial.size;
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await receive(url, wanted, partial, options);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PassingFailure)) throw error;
      if (partial.size >= furthest + worthwhile) attempt = 1;
      furthest = Math.max(furthest, partial.size);
      if (attempt > retries) throw gaveUp(url, attempt, error);
      const asked = error.retryAfter === undefined ? undefined : Math.min(error.retryAfter * 1000, longestRetryAfter);
      const backoff = Math.min(firstWait * 2 ** (attempt - 1), longestBackoff) * (0.5 + random() / 2);
      const milliseconds = asked ?? backoff;
      const waitSeconds = milliseconds / 1000;
      onEvent?.({ kind: 'retry', file: wanted.file, reason: error.message, waitSeconds, attempt });
      await sleep(milliseconds, signal);
    }
  }
}

function gaveUp(url: string, tries: number, error: PassingFailure): ArtifactError {
  return new ArtifactError(
    'KB4206',
    `${shownUrl(url)} failed ${tries} ${tries === 1 ? 'time' : 'times'}, in the end because: ${error.message}`,
    'run this again later: what has arrived is kept, and the download goes on from there',
    error,
  );
}

function otherBytes(url: string, wanted: Download, actual: Digest): ArtifactError {
  const too = wanted.size !== undefined && actual.size > wanted.size ? 'more than the expected ' : '';
  const bytes = too === '' ? `${actual.size} bytes` : `${too}${wanted.size} bytes`;
  return new ArtifactError(
    'KB4207',
    `${shownUrl(url)}: expected SHA-256 ${wanted.sha256}, actual ${actual.sha256} (${bytes}): the server, or a proxy in between, gave other bytes`,
    'look with curl what the URL gives; use another mirror, or pin the new hash in "artifacts" if you trust it',
  );
}
