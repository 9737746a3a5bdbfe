import type { Architecture, ClusterModel } from '../model/types.ts';

/** The image archive with the pause image, as it is called among the artifacts and in images/. */
const pauseArchive = 'pause.tar';

/**
 * The images that a node of an architecture gets, the pause image first, each with the name of its archive in images/:
 * `registry.example.com/public/app:1.4` is `public-app-1.4.tar`.
 */
export function imageFiles(model: ClusterModel, architecture: Architecture): ReadonlyMap<string, string> {
  const files = new Map([[model.registry.pauseImage, pauseArchive]]);
  for (const image of model.images) {
    if (files.has(image.name) || (image.architecture !== undefined && image.architecture !== architecture)) continue;
    const taken = new Set(files.values());
    const stem = image.name.replace(/^[^/]*[.:][^/]*\//, '').replaceAll(/[/:]/g, '-');
    let file = `${stem}.tar`;
    for (let number = 2; taken.has(file); number++) file = `${stem}-${number}.tar`;
    files.set(image.name, file);
  }
  return files;
}
