import { ArtifactError } from '../artifacts/artifact-error.ts';
import type { Digest } from '../artifacts/store.ts';
import { printableName } from '../diagnostics/printable.ts';
import type { Architecture } from '../model/types.ts';
import { hexOf, parseJson, record, text } from './json.ts';

/** What a registry is asked for: manifests of images and lists of them, of docker and of OCI. */
export const manifestTypes = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
].join(', ');

const configTypes = ['application/vnd.docker.container.image.v1+json', 'application/vnd.oci.image.config.v1+json'];

/** An image, or where the images of several architectures are. */
export type Manifest =
  | { readonly kind: 'image'; readonly config: Digest /** Packed. */; readonly layers: readonly Digest[] }
  | { readonly kind: 'list'; readonly entries: readonly ListEntry[] };

interface ListEntry {
  /** Hex of the manifest's digest. */
  readonly sha256: string;
  readonly os: string | undefined;
  readonly architecture: string | undefined;
  readonly variant: string | undefined;
}

/**
 * Read the manifest of an image or a list of manifests.
 *
 * @param where what the image is called in messages
 * @throws ArtifactError KB4309 for layers that are elsewhere, or packed otherwise than with gzip; KB4315
 */
export function parseManifest(bytes: Uint8Array, where: string): Manifest {
  const manifest = record(parseJson(bytes));
  if (manifest?.schemaVersion === 1) {
    throw new ArtifactError(
      'KB4315',
      `${where} has a manifest of schema 1, which names no configuration`,
      'pull it with docker 1.10 to 20.10 and push it again',
    );
  }
  const { manifests, layers, config } = manifest ?? {};
  // Both at once could be read as either, and registries and hosts might disagree.
  if (Array.isArray(manifests) && layers === undefined && config === undefined) {
    return { kind: 'list', entries: manifests.map(readEntry).filter((entry) => entry !== undefined) };
  }
  const described = descriptor(config);
  if (!Array.isArray(layers) || manifests !== undefined || !described) throw noImage(where);
  const type = text(record(config)?.mediaType);
  if (type !== undefined && !configTypes.includes(type)) throw noImage(where);
  return { kind: 'image', config: described, layers: layers.map((layer) => readLayer(layer, where)) };
}

/**
 * Choose from a list the image for linux and an architecture.
 *
 * @throws ArtifactError KB4308 when there is none, with what there is
 */
export function chooseEntry(entries: readonly ListEntry[], architecture: Architecture, where: string): string {
  const fitting = entries.filter((entry) => entry.os === 'linux' && entry.architecture === architecture);
  // arm64 is v8; later variants do not run on it.
  const chosen =
    fitting.find(({ variant }) => variant === undefined || variant === 'v8' || variant === 'v1') ?? fitting[0];
  if (chosen) return chosen.sha256;
  const platforms = entries
    .filter(({ os }) => os !== undefined && os !== 'unknown')
    .map((entry) => printableName(`${entry.os}/${entry.architecture}`));
  throw new ArtifactError(
    'KB4308',
    `${where} is there for ${[...new Set(platforms)].join(', ') || 'nothing'}, and the hosts are linux/${architecture}`,
    `give an image for linux/${architecture}`,
  );
}

function readEntry(value: unknown): ListEntry | undefined {
  const entry = record(value);
  const sha256 = hexOf(entry?.digest);
  const platform = record(entry?.platform);
  if (sha256 === undefined) return undefined;
  return {
    sha256,
    os: text(platform?.os),
    architecture: text(platform?.architecture),
    variant: text(platform?.variant) || undefined,
  };
}

function readLayer(value: unknown, where: string): Digest {
  const layer = record(value);
  const type = text(layer?.mediaType) ?? '';
  const urls = layer?.urls;
  if (/foreign|nondistributable/.test(type) || (Array.isArray(urls) && urls.length > 0)) {
    throw new ArtifactError(
      'KB4309',
      `${where} has a layer that is not in the registry (a foreign layer)`,
      'give an image for linux, all of whose layers are in the registry',
    );
  }
  if (type.endsWith('zstd')) {
    throw new ArtifactError('KB4309', `${where} has a layer that is packed with zstd`, 'push it again with gzip');
  }
  const digest = descriptor(value);
  if (!digest) throw noImage(where);
  return digest;
}

function descriptor(value: unknown): Digest | undefined {
  const { digest, size } = record(value) ?? {};
  const sha256 = hexOf(digest);
  if (sha256 === undefined || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return undefined;
  return { sha256, size };
}

function noImage(where: string): ArtifactError {
  return new ArtifactError(
    'KB4315',
    `${where} has no manifest of an image: neither of docker (schema 2) nor of OCI, with SHA-256 digests`,
    'look with a browser or curl at what the registry has under that name',
  );
}
