import { join } from 'node:path';
import type { ImageSource, ProgramSource } from '../plan/types.ts';
import type { LockedFile, LockedImage } from './lock-file.ts';

/**
 * Whether a locked file is still where the specification has a program from, with the hash that it says.
 *
 * @param sources where the plan has the program from
 */
export function fileFits(file: LockedFile, name: string, sources: readonly ProgramSource[]): boolean {
  const given = sources.filter((source) => source.kind !== 'official');
  if (given.length > 0) return given.some((source) => isGivenBy(source, file, name));
  if (file.kind === 'loose') return true;
  if (file.kind !== 'official') return false;
  return sources.every((source) => source.file !== file.file || (source.sha256 ?? file.sha256) === file.sha256);
}

function isGivenBy(source: ProgramSource, file: LockedFile, name: string): boolean {
  const { kind, url, programs, programSha256 } = source;
  if (kind === 'folder') {
    const path = join(source.file, programs[name]?.[0] ?? name);
    return file.kind === 'file' && file.file === path && (programSha256[name] ?? file.sha256) === file.sha256;
  }
  const isSame = file.kind === kind && file.file === source.file && file.url === url;
  return isSame && (source.sha256 ?? file.sha256) === file.sha256;
}

/** Whether a locked image is still the one that the specification asks for. */
export function imageFits(image: LockedImage, source: ImageSource): boolean {
  if (image.file !== source.file) return false;
  if (source.file !== undefined) return (source.sha256 ?? image.source.sha256) === image.source.sha256;
  return !isOfOtherReference(image, source);
}

/** Whether a locked image was pulled by a reference, or taken from a folder for one, that is no longer asked for. */
export function isOfOtherReference({ from, asked }: LockedImage, source: ImageSource): boolean {
  const before = from ?? asked;
  return before !== undefined && (source.from === undefined || !sameReference(before, source.from));
}

/** Whether what was pulled is what is asked for: the same reference, or the same tag with the digest it had. */
export function sameReference(pulledFrom: string, asked: string): boolean {
  return pulledFrom === asked || (!asked.includes('@') && pulledFrom.startsWith(`${asked}@`));
}
