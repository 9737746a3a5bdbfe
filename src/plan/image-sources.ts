import { officialFiles } from '../artifacts/official.ts';
import type { Architecture, ClusterModel } from '../model/types.ts';
import { imageFiles } from './image-files.ts';
import type { ImageSource } from './types.ts';

/** Where the images of the nodes come from, by architecture. */
export function imageSources(model: ClusterModel): readonly ImageSource[] {
  const architectures = new Set(
    model.hosts.filter((host) => host.roles.includes('node')).map((host) => host.architecture),
  );
  return [...architectures].toSorted().flatMap((architecture) => {
    return [...imageFiles(model, architecture)].map(([name, archive]) => source(model, architecture, name, archive));
  });
}

function source(model: ClusterModel, architecture: Architecture, name: string, archive: string): ImageSource {
  const index = model.images.findIndex(
    (image) => image.name === name && (image.architecture ?? architecture) === architecture,
  );
  const image = model.images[index];
  if (image) {
    const { from, insecure, file, sha256 } = image;
    return { name, architecture, archive, from, insecure, file, sha256, pointer: `/images/${index}` };
  }
  // Only the pause image comes without an entry: what Kubernetes itself would use, under the private registry's name.
  return {
    name,
    architecture,
    archive,
    from: architecture === 'amd64' ? officialPause() : undefined,
    insecure: false,
    file: undefined,
    sha256: undefined,
    pointer: '/registry/pauseImage',
  };
}

/** Kubernetes 1.3's pause image with its digest; its repository is for amd64 only. */
function officialPause(): string | undefined {
  const image = officialFiles().images.find(({ ref }) => ref.includes('/pause-amd64:3.0'));
  return image && `${image.ref}@${image.digest}`;
}
