import { resolve } from 'node:path';
import type { ArtifactFile } from '../bundle/types.ts';
import { normaliseDockerArchive } from '../images/docker-archive.ts';
import { ArtifactError } from './artifact-error.ts';
import { pathsInFolders } from './choose-files.ts';
import type { LockedImage } from './lock-file.ts';
import { checkDigest, lockedFile } from './locked-files.ts';
import type { ProvideSettings } from './provide.ts';

/**
 * The archive of a locked image, with the name that the nodes know it by, in the store.
 *
 * @param name what a bundle calls it
 * @throws ArtifactError KB4001, KB4002, KB4009 or KB4011, and those of an image archive
 */
export async function provideImage(name: string, image: LockedImage, settings: ProvideSettings): Promise<ArtifactFile> {
  await ensureImage(image, settings);
  const { architecture, size, sha256, source, from, file, archive, id, layers } = image;
  return {
    name,
    architecture,
    file: settings.store.path(sha256),
    size,
    sha256,
    from: { file: file ?? archive, sha256: source.sha256, ...(from !== undefined && { url: from }) },
    image: { id, layers },
  };
}

async function ensureImage(image: LockedImage, settings: ProvideSettings): Promise<void> {
  const { store, specFolder, folders, signal, lockFile } = settings;
  const { archive, architecture, file } = image;
  const paths = file === undefined ? pathsInFolders(folders, architecture, archive) : [resolve(specFolder, file)];
  const path = await lockedFile(paths, file !== undefined, image.source, settings);
  if (await store.has(image)) return;
  if (path === undefined) {
    throw new ArtifactError(
      'KB4001',
      `${file ?? archive} (${image.name}) is not here`,
      'give its folder with --artifacts, or run kubebale fetch again',
    );
  }
  const { digest } = await normaliseDockerArchive(path, image.name, architecture, store, { signal });
  checkDigest(`the image in ${path}`, image, digest, lockFile);
}
