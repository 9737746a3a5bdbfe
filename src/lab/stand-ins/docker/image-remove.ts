import { sha256Of } from '../../../artifacts/digest-meter.ts';
import type { Containers } from './containers.ts';
import { DockerError } from './docker-error.ts';
import type { DockerFacts } from './facts.ts';
import type { ImageStore, StoredImage } from './image-store.ts';
import { imageName, withTag } from './names.ts';

/** One line of what docker rmi did. */
type Removed = { readonly Untagged: string } | { readonly Deleted: string };

/**
 * docker rmi (daemon/image_delete.go): a name is taken away, and the image with its last name. Containers keep an image
 * from being removed by its ID, running ones also with force; its names may go nevertheless.
 *
 * @throws DockerError 404 or 409
 */
export function removeImage(
  reference: string,
  force: boolean,
  images: ImageStore,
  containers: Containers,
  facts: DockerFacts,
): readonly Removed[] {
  const image = images.get(reference);
  const { id } = image;
  const hex = id.replace('sha256:', '');
  const short = hex.slice(0, 12);
  const byId = hex.startsWith(reference.replace(/^sha256:/, ''));
  const all = [...images.names(id, 'tags'), ...images.names(id, 'digests')];
  const user = containers.all().find((container) => container.imageId === id);
  const inUse = (text: string): DockerError => new DockerError(409, `conflict: ${text}`);
  if (!byId) {
    const name = withTag(reference);
    if (all.length === 1 && user && !force) {
      const container = user.id.slice(0, 12);
      throw inUse(
        `unable to remove repository reference "${reference}" (must force) - container ${container} is using its referenced image ${short}`,
      );
    }
    const going = [name, ...digestsToo(name, id, images, facts)];
    for (const one of going) images.untag(one);
    const untagged = going.map((one) => ({ Untagged: one }));
    // With force, an image that a container uses loses its names, and stays.
    if (going.length < all.length || user) return untagged;
    images.remove(id);
    return [...untagged, ...deleted(image, images)];
  }
  if (user?.state === 'running') {
    throw inUse(
      `unable to delete ${short} (cannot be forced) - image is being used by running container ${user.id.slice(0, 12)}`,
    );
  }
  if (user && !force) {
    throw inUse(
      `unable to delete ${short} (must be forced) - image is being used by stopped container ${user.id.slice(0, 12)}`,
    );
  }
  const repositories = new Set(images.names(id, 'tags').map((name) => imageName(name).shown));
  if (repositories.size > 1 && !force) {
    throw inUse(`unable to delete ${short} (must be forced) - image is referenced in one or more repositories`);
  }
  images.remove(id);
  return [...all.map((one) => ({ Untagged: one })), ...deleted(image, images)];
}

/** A digest goes with the image's last tag; in newer releases with the last tag of its own repository. */
function digestsToo(name: string, id: string, images: ImageStore, facts: DockerFacts): readonly string[] {
  const { shown } = imageName(name);
  const tags = images.names(id, 'tags').filter((one) => one !== name);
  const digests = images.names(id, 'digests').filter((one) => one !== name);
  if (!facts.wrappedErrors) return tags.length === 0 ? digests : [];
  if (tags.some((one) => imageName(one).shown === shown)) return [];
  return digests.filter((one) => imageName(one).shown === shown);
}

/** The image, and those of its layers, the highest first, that no other has: by their chain IDs (image/spec v1.1). */
function deleted(image: StoredImage, images: ImageStore): readonly Removed[] {
  const others = new Set(images.all().flatMap(chainIds));
  const layers = chainIds(image).filter((chain) => !others.has(chain));
  return [image.id, ...layers.toReversed()].map((one) => ({ Deleted: one }));
}

function chainIds({ layers }: StoredImage): readonly string[] {
  const chains: string[] = [];
  for (const { sha256: diff } of layers) {
    const below = chains.at(-1);
    chains.push(below === undefined ? `sha256:${diff}` : `sha256:${sha256Of(Buffer.from(`${below} sha256:${diff}`))}`);
  }
  return chains;
}
