import { resolve } from 'node:path';
import type { Diagnostics } from '../diagnostics/collector.ts';
import { normaliseDockerArchive } from '../images/docker-archive.ts';
import type { ImageSource } from '../plan/types.ts';
import { ArtifactError } from './artifact-error.ts';
import { isThere, pathsInFolders } from './choose-files.ts';
import { checkUnchanged, fileDigest, stateOf } from './file-digest.ts';
import { isOfOtherReference, sameReference } from './fits-specification.ts';
import type { Lock, LockedImage, Trust } from './lock-file.ts';
import type { Settings, Unverified } from './resolve-artifacts.ts';
import { attempt, differs } from './resolve-programs.ts';

const fileHint = 'put a file there that docker save wrote';

export interface ImageResolution {
  readonly images: readonly LockedImage[];
  readonly missing: readonly ImageSource[];
  readonly unverified: readonly Unverified[];
}

/** Bring the images of the nodes here, from a file or by pulling, each under the name that the nodes know it by. */
export async function resolveImages(settings: Settings, diagnostics: Diagnostics): Promise<ImageResolution> {
  const images: LockedImage[] = [];
  const missing: ImageSource[] = [];
  const unverified: Unverified[] = [];
  for (const source of settings.plan.imageSources) {
    const file = await localFile(source, settings);
    const known = settings.previous?.images.find((one) => isFor(one, source));
    const image = await attempt(source.pointer, diagnostics, async () => {
      if (file !== undefined) return fromFile(source, file, known, settings, unverified);
      return (await keptImage(source, known, settings)) ?? pulled(source, known, settings, unverified, missing);
    });
    if (image) images.push(image);
  }
  return { images, missing, unverified };
}

/** The archive that the specification names, or one with the image's file name in an artifacts folder. */
export async function localFile(
  source: ImageSource,
  { specFolder, folders }: Pick<Settings, 'specFolder' | 'folders'>,
): Promise<string | undefined> {
  if (source.file !== undefined) return resolve(specFolder, source.file);
  for (const path of pathsInFolders(folders, source.architecture, source.archive)) if (await isThere(path)) return path;
  return undefined;
}

function isFor(image: LockedImage, source: ImageSource): boolean {
  return image.name === source.name && image.architecture === source.architecture;
}

async function fromFile(
  source: ImageSource,
  path: string,
  known: LockedImage | undefined,
  settings: Settings,
  unverified: Unverified[],
): Promise<LockedImage> {
  const { store, signal, onOpen } = settings;
  const refusal = { code: source.file === undefined ? 'KB4002' : 'KB4011', hint: fileHint } as const;
  const before = await stateOf(path);
  const digest = await fileDigest(path, settings, refusal);
  // What was pulled lies here under the image's name: it is that still, unless another is asked for now.
  const isPulled = known?.from !== undefined && source.file === undefined && known.sha256 === digest.sha256;
  if (isPulled && isOfOtherReference(known, source)) throw pulledBefore(path, known, source);
  const expected = expectedHash(source, known);
  if (expected && expected.sha256 !== digest.sha256)
    throw differs(path, expected.sha256, digest.sha256, source.sha256 === undefined ? 'first-use' : 'specification');
  if (!expected)
    unverified.push({ what: source.file ?? source.archive, sha256: digest.sha256, pointer: source.pointer });
  const base = {
    name: source.name,
    architecture: source.architecture,
    archive: source.archive,
    ...(isPulled && { from: known.from }),
    ...(source.from !== undefined && { asked: source.from }),
    ...(source.file !== undefined && { file: source.file }),
    source: digest,
    trust: expected?.trust ?? 'first-use',
  };
  if (known && known.source.sha256 === digest.sha256 && (await store.has(known)))
    return { ...base, id: known.id, layers: known.layers, size: known.size, sha256: known.sha256 };
  onOpen?.(path);
  const {
    digest: written,
    id,
    layers,
  } = await normaliseDockerArchive(path, source.name, source.architecture, store, { signal });
  await checkUnchanged(path, before, digest, signal);
  return { ...base, id, layers, ...written };
}

function expectedHash(
  source: ImageSource,
  known: LockedImage | undefined,
): { sha256: string; trust: Trust } | undefined {
  if (source.file !== undefined && source.sha256 !== undefined)
    return { sha256: source.sha256, trust: 'specification' };
  if (!known || known.file !== source.file || isOfOtherReference(known, source)) return undefined;
  // The specification said it then, and does so no more.
  if (source.file !== undefined && known.trust === 'specification') return undefined;
  return { sha256: known.source.sha256, trust: known.trust };
}

/** A file that an earlier fetch laid here, of an image that is no longer asked for. */
function pulledBefore(path: string, { from }: LockedImage, source: ImageSource): ArtifactError {
  return new ArtifactError(
    'KB4009',
    `${path} is the image ${from}, but the specification says ${source.from ?? 'nothing of it'}`,
    'move that file away, and run kubebale fetch',
  );
}

/** An image that was pulled before, by the same reference, and is still kept. */
export async function keptImage(
  source: ImageSource,
  known: LockedImage | undefined,
  { store }: Pick<Settings, 'store'>,
): Promise<LockedImage | undefined> {
  if (known?.from === undefined || source.from === undefined || !sameReference(known.from, source.from))
    return undefined;
  return (await store.has(known)) ? { ...known, archive: source.archive, asked: source.from } : undefined;
}

async function pulled(
  source: ImageSource,
  known: LockedImage | undefined,
  { online, trustFirstUse }: Settings,
  unverified: Unverified[],
  missing: ImageSource[],
): Promise<LockedImage | undefined> {
  const { from, name, architecture, archive } = source;
  if (!online || from === undefined) {
    missing.push(source);
    return undefined;
  }
  const before = known?.from !== undefined && sameReference(known.from, from) ? known.from : undefined;
  const reference = before ?? from;
  const pinned = reference.includes('@');
  if (!pinned && !trustFirstUse) {
    unverified.push({ what: from, sha256: undefined, pointer: source.pointer });
    return undefined;
  }
  const image = await online.pull(source, reference);
  const trust: Trust = !from.includes('@')
    ? 'first-use'
    : source.pointer.startsWith('/images/')
      ? 'specification'
      : 'catalogue';
  const { id, layers } = image;
  const what = { name, architecture, archive, from: image.from, asked: from, source: image.archive };
  return { ...what, trust, id, layers, ...image.archive };
}

/** Images of a lock by name and architecture. */
export function lockedImage(lock: Lock, name: string, architecture: string): LockedImage | undefined {
  return lock.images.find((image) => image.name === name && image.architecture === architecture);
}
