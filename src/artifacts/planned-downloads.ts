import type { ImageSource } from '../plan/types.ts';
import { chooseFiles } from './choose-files.ts';
import { acceptedHash } from './lock-file.ts';
import { missingTexts, placesOf, type Settings } from './resolve-artifacts.ts';
import { keptImage, localFile, lockedImage } from './resolve-images.ts';

/** Something that kubebale fetch would get. */
interface PlannedDownload {
  readonly kind: 'file' | 'image';
  /** The URL of a file, the reference of an image. */
  readonly from: string;
  /** What it is called in the artifacts folder. */
  readonly file: string;
  readonly what: string;
  /** Bytes; undefined when they are not known. */
  readonly size: number | undefined;
  readonly sha256: string | undefined;
}

export interface PlannedDownloads {
  readonly downloads: readonly PlannedDownload[];
  /** What is not here, and has no URL: in words. */
  readonly missing: readonly string[];
}

/** What is not here yet, for people who bring it by other means; nothing is downloaded. */
export async function plannedDownloads(
  settings: Pick<Settings, 'plan' | 'specFolder' | 'folders' | 'store' | 'previous'>,
): Promise<PlannedDownloads> {
  const { plan, previous } = settings;
  const { files, missing } = await chooseFiles(plan, placesOf(settings, true));
  const found: PlannedDownload[] = files.flatMap((chosen) => {
    const { path, url, file, component, release, size } = chosen;
    const sha256 = chosen.sha256 ?? acceptedHash(previous, chosen);
    const what = `${component} ${release}`;
    return path === undefined && url !== undefined ? [{ kind: 'file', from: url, file, what, size, sha256 }] : [];
  });
  const nowhere: ImageSource[] = [];
  for (const source of plan.imageSources) {
    const { name, architecture, archive, from } = source;
    if ((await localFile(source, settings)) !== undefined) continue;
    if (from === undefined) {
      nowhere.push(source);
      continue;
    }
    if (previous && (await keptImage(source, lockedImage(previous, name, architecture), settings))) continue;
    const what = `image ${name}, ${architecture}`;
    found.push({ kind: 'image', from, file: archive, what, size: undefined, sha256: undefined });
  }
  return { downloads: found, missing: missingTexts(missing, nowhere) };
}
