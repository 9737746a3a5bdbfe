import { ArtifactError } from '../artifacts/artifact-error.ts';
import { printableName } from '../diagnostics/printable.ts';
import { damageHint } from './image-config.ts';
import { parseJson, record, text, texts } from './json.ts';
import { canonicalName } from './reference.ts';
import type { TarIndex } from './tar-index.ts';

/** One image as manifest.json of a docker-archive describes it. */
export interface ArchivedImage {
  /** Member with the configuration. */
  readonly config: string;
  /** Members with the layers, from the lowest to the highest. */
  readonly layers: readonly string[];
  readonly names: readonly string[];
}

/**
 * Choose the image that is wanted from those of manifest.json: the one of that name, or the only one.
 *
 * @throws ArtifactError KB4306 when it is not clear which, KB4307 when manifest.json is not as docker writes it
 */
export function chooseImage(manifest: Uint8Array, name: string | undefined, where: string): ArchivedImage {
  const images = parseManifest(manifest, where);
  const [only] = images;
  if (images.length === 1 && only) return only;
  const wanted = name === undefined ? undefined : canonicalName(name);
  const found = images.filter((image) => image.names.some((one) => sameName(one, wanted)));
  const [first] = found;
  if (first && found.length === 1) return first;
  const names = images.flatMap((image) => (image.names.length > 0 ? image.names.map(printableName) : ['(no name)']));
  throw new ArtifactError(
    'KB4306',
    `${where} holds ${images.length} images${name === undefined ? '' : `, and ${found.length === 0 ? 'none' : 'more than one'} is ${name}`}: ${names.join(', ')}`,
    `save one only: docker save -o FILE ${name ?? 'IMAGE'}`,
  );
}

function sameName(name: string, wanted: string | undefined): boolean {
  try {
    return canonicalName(name) === wanted;
  } catch {
    return false;
  }
}

function parseManifest(bytes: Uint8Array, where: string): readonly ArchivedImage[] {
  const list = parseJson(bytes);
  const items: unknown[] = Array.isArray(list) ? list : [];
  const images = items.map(parseItem).filter((image) => image !== undefined);
  if (images.length > 0 && images.length === items.length) return images;
  throw new ArtifactError('KB4307', `${where}: manifest.json is not the list of images that docker writes`, damageHint);
}

function parseItem(value: unknown): ArchivedImage | undefined {
  const item = record(value);
  const config = text(item?.Config);
  const layers = texts(item?.Layers ?? []);
  const names = texts(item?.RepoTags ?? []);
  return config !== undefined && layers && names ? { config, layers, names } : undefined;
}

/** What a tar archive without manifest.json is, so that its owner knows what to do. */
export function noDockerArchive({ members }: TarIndex, where: string): ArtifactError {
  const has = (name: string): boolean => members.has(name);
  if (has('oci-layout') || has('index.json')) {
    return new ArtifactError(
      'KB4304',
      `${where} is an OCI layout, which docker 1.11 cannot load`,
      'write it with docker save -o FILE IMAGE',
    );
  }
  if (has('repositories') || [...members.keys()].some((name) => /^[0-9a-f]{64}\/json$/.test(name))) {
    return new ArtifactError(
      'KB4303',
      `${where} was saved by a docker before 1.10: it has no manifest.json`,
      'load it into docker 1.10 or newer, and save it again with docker save',
    );
  }
  const tops = new Set([...members.keys()].map((name) => name.replace(/\/.*$/, '')));
  const system = ['bin', 'dev', 'etc', 'proc', 'sys', 'usr', 'var'].filter((folder) => tops.has(folder));
  if (tops.has('.dockerenv') || system.length > 1) {
    return new ArtifactError(
      'KB4302',
      `${where} is the file system of a container, made by docker export`,
      'use docker save -o FILE IMAGE',
    );
  }
  return new ArtifactError(
    'KB4301',
    `${where} is no docker-archive: it has no manifest.json`,
    'write it with docker save -o FILE IMAGE',
  );
}
