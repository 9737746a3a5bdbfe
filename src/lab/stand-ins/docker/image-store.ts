import { join } from 'node:path';
import { type Digest, Store } from '../../../artifacts/store.ts';
import { record, text } from '../../../images/json.ts';
import { DockerError } from './docker-error.ts';
import { readJson, writeJson } from './json-file.ts';
import { imageName, withTag } from './names.ts';

/** An image of the daemon's. */
export interface StoredImage {
  /** `sha256:…` of its configuration. */
  readonly id: string;
  readonly config: Digest;
  /** Not packed, from the lowest to the highest. */
  readonly layers: readonly Digest[];
  /** The configuration, whose SHA-256 is the ID. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** The images below --graph: they are there again when the daemon starts anew. */
export interface ImageStore {
  readonly blobs: Store;
  readonly all: () => readonly StoredImage[];
  readonly add: (image: StoredImage) => void;
  /** By ID, by the beginning of one, or by name. */
  readonly find: (reference: string) => StoredImage | undefined;
  /** What find finds, or a DockerError 404. */
  readonly get: (reference: string) => StoredImage;
  /** `name:tag` of the image, or `name@sha256:…` for digests. */
  readonly names: (id: string, kind: 'tags' | 'digests') => readonly string[];
  /** Gives an image a name, taking it from the image that has it. */
  readonly tag: (id: string, name: string) => void;
  readonly untag: (name: string) => void;
  readonly remove: (id: string) => void;
}

/** Opens the images of a graph folder. */
export function openImages(graph: string): ImageStore {
  const folder = join(graph, 'image', 'stand-in');
  const file = join(folder, 'repositories.json');
  const kept = record(readJson(file)) ?? {};
  const images = new Map<string, StoredImage>();
  for (const image of Array.isArray(kept.images) ? kept.images.filter(isImage) : []) images.set(image.id, image);
  const names = new Map<string, string>();
  for (const [name, id] of Object.entries(record(kept.names) ?? {})) {
    if (images.has(text(id) ?? '')) names.set(name, text(id) ?? '');
  }
  const save = (): void => writeJson(file, { images: [...images.values()], names: Object.fromEntries(names) });

  function find(reference: string): StoredImage | undefined {
    const hex = reference.replace(/^sha256:/, '');
    if (/^[0-9a-f]{64}$/.test(hex) && images.has(`sha256:${hex}`)) return images.get(`sha256:${hex}`);
    const named = images.get(names.get(nameOf(reference)) ?? '');
    if (named) return named;
    const beginning = /^[0-9a-f]+$/.test(hex) ? [...images.keys()].filter((id) => id.startsWith(`sha256:${hex}`)) : [];
    return beginning.length === 1 ? images.get(beginning[0] ?? '') : undefined;
  }

  return {
    blobs: new Store(folder),
    all: () => [...images.values()],
    add(image) {
      images.set(image.id, image);
      save();
    },
    find,
    get(reference) {
      const found = find(reference);
      // daemon/errors.go: with the tag that was meant.
      if (!found) throw new DockerError(404, `No such image: ${nameOf(reference)}`);
      return found;
    },
    names: (id, kind) =>
      [...names]
        .filter(([name, of]) => of === id && name.includes('@') === (kind === 'digests'))
        .map(([name]) => name)
        .toSorted(),
    tag(id, name) {
      names.set(withTag(name), id);
      save();
    },
    untag(name) {
      names.delete(withTag(name));
      save();
    },
    remove(id) {
      images.delete(id);
      for (const [name, of] of names) if (of === id) names.delete(name);
      save();
    },
  };
}

function nameOf(reference: string): string {
  try {
    return withTag(reference);
  } catch {
    return reference.includes(':') ? reference : `${reference}:latest`;
  }
}

/** The tags of a repository that the store has, for a push of all of them. */
export function tagsOf(images: ImageStore, repository: string): readonly string[] {
  const { shown } = imageName(repository);
  return images
    .all()
    .flatMap(({ id }) => images.names(id, 'tags'))
    .filter((name) => imageName(name).shown === shown);
}

function isImage(value: unknown): value is StoredImage {
  const image = record(value);
  return text(image?.id) !== undefined && Array.isArray(image?.layers) && record(image?.content) !== undefined;
}
