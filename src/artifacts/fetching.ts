import { constants } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../bundle/make-folder.ts';
import { diskError } from '../fetch/disk-error.ts';
import type { DownloadOptions } from '../fetch/download.ts';
import { downloadAll } from '../fetch/download-all.ts';
import type { DownloadEvent } from '../fetch/events.ts';
import type { Http } from '../fetch/http.ts';
import { mirrorUrls } from '../fetch/mirror.ts';
import type { CredentialsOf } from '../images/credentials.ts';
import { pullImage } from '../images/registry.ts';
import { writeDockerArchive } from '../images/write-docker-archive.ts';
import type { ImageSource } from '../plan/types.ts';
import { ArtifactError } from './artifact-error.ts';
import { isThere } from './choose-files.ts';
import type { Lock } from './lock-file.ts';
import type { Online, PulledImage, WantedDownload } from './resolve-artifacts.ts';
import type { Store } from './store.ts';

export interface FetchSettings {
  readonly store: Store;
  readonly http: Http;
  readonly signal: AbortSignal;
  /** Asked instead of the hosts of the URLs. */
  readonly mirror: string | undefined;
  readonly credentials: CredentialsOf;
  readonly onEvent: (event: DownloadEvent) => void;
}

/** The part of the resolution that uses a network. */
export function fetching(settings: FetchSettings): Online {
  return {
    download: (files) => downloadFiles(files, settings),
    pull: (source, reference) => pull(source, reference, settings),
  };
}

async function downloadFiles(
  files: readonly WantedDownload[],
  settings: FetchSettings,
): Promise<ReadonlyMap<string, string | ArtifactError>> {
  const { store, http, signal, mirror, onEvent } = settings;
  const asked = files.map(({ file, url, sha256, size }) => ({ file, urls: mirrorUrls(url, mirror), sha256, size }));
  const options: DownloadOptions = { store, http, signal, onEvent };
  const results = await downloadAll(asked, options);
  const found = new Map<string, string | ArtifactError>();
  for (const [index, { url }] of files.entries()) {
    const result = results.get(asked[index]?.urls[0] ?? '');
    if (result === undefined) throw new Error(`nothing is known of ${url}`);
    found.set(url, result instanceof ArtifactError ? result : store.path(result.sha256));
  }
  return found;
}

async function pull(source: ImageSource, reference: string, settings: FetchSettings): Promise<PulledImage> {
  const { store, http, signal, credentials, onEvent } = settings;
  const { architecture, insecure, name, archive: file } = source;
  onEvent({ kind: 'start', file, total: undefined, resumedAt: 0 });
  const image = await pullImage(reference, {
    ...{ architecture, store, http, signal, credentials, insecure },
    onReceived: (count) => onEvent({ kind: 'bytes', file, count }),
  });
  const written = await writeDockerArchive({ config: image.config, layers: image.layers, name }, store, signal);
  onEvent({ kind: 'done', file, digest: written });
  const from = reference.includes('@') ? reference : `${reference}@${image.manifestDigest}`;
  return { archive: written, id: image.id, layers: image.diffIds, from };
}

/**
 * Lay copies of what the lock names into an artifacts folder, for people to carry; what is there already stays.
 *
 * @throws ArtifactError KB4209 when the folder cannot be written
 */
export async function layOut(lock: Lock, store: Store, folder: string, signal: AbortSignal): Promise<void> {
  const several = new Set(lock.images.map((image) => image.architecture)).size > 1;
  const files = lock.files.filter(({ kind }) => kind === 'official' || kind === 'url');
  for (const { file, sha256, programs } of files) {
    // .../amd64/kubelet and .../arm64/kubelet have one name, and are two files.
    const isShared = files.some((other) => other.file === file && other.sha256 !== sha256);
    await layFile(sha256, join(folder, isShared ? (programs[0]?.architecture ?? '') : '', file), store, signal);
  }
  // One that was found as a file is kept with its new name, and is another file than that one.
  for (const { file, archive, architecture, sha256, source } of lock.images)
    if (file === undefined && source.sha256 === sha256)
      await layFile(sha256, join(folder, several ? architecture : '', archive), store, signal);
}

async function layFile(sha256: string, target: string, store: Store, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if ((await isThere(target)) || !(await store.holds(sha256))) return;
  const aside = `${target}.kubebale-${process.pid}`;
  try {
    await makeFolder(dirname(target));
    await copyFile(store.path(sha256), aside, constants.COPYFILE_FICLONE);
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { force: true });
    throw diskError(error, target);
  }
}
