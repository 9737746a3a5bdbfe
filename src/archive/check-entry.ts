import { ArtifactError } from '../artifacts/artifact-error.ts';
import { printableName } from '../diagnostics/printable.ts';
import { distrust } from './limits.ts';
import type { TarHeader } from './tar-entries.ts';

const devices: Readonly<Record<string, string>> = {
  'character-device': 'a device',
  'block-device': 'a device',
  fifo: 'a FIFO',
};

/** Bytes. Linux takes no longer path, and names are kept in memory. */
const nameLimit = 4096;

/**
 * See that an entry is what an honest archive holds, whether it is wanted or not. Links are judged by their text: none is
 * ever followed or made.
 *
 * @param place the archive's name for messages
 * @returns its path, without `./` and the slash at a folder's end
 * @throws ArtifactError KB4110 absolute path, KB4111 `..`, KB4112 link to outside, KB4113 device, KB4119 dangerous name
 */
export function checkEntry(header: TarHeader, place: string): string {
  // A sparse file of GNU tar has its real name among the attributes.
  const name = header.attributes.get('GNU.sparse.name') ?? header.name;
  for (const one of new Set([name, header.name])) checkName(one, place);
  const device = devices[header.type ?? ''];
  if (device) throw refusal('KB4113', `${place}: the entry ${printableName(name)} is ${device}`);
  const path = plainPath(name);
  if (path === '' && header.type !== 'directory') throw refusal('KB4119', `${place}: an entry has no name`);
  if (header.type === 'symlink' || header.type === 'link') checkLink(header, path, place);
  return path;
}

/** A path of an archive without empty and `.` parts: './docker//docker/' is 'docker/docker'. */
export function plainPath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

function checkName(name: string, place: string): void {
  if (Buffer.byteLength(name) > nameLimit)
    throw refusal('KB4119', `${place}: the entry ${printableName(name)} has a name of more than ${nameLimit} bytes`);
  if (/[\0-\x1f\x7f]/.test(name))
    throw refusal('KB4119', `${place}: the entry ${printableName(name)} has control characters in its name`);
  if (isAbsolute(name)) throw refusal('KB4110', `${place}: the entry ${printableName(name)} has an absolute path`);
  // A backslash is a letter here, but a separator to whom the archive may really be aimed at.
  if (name.split(/[\\/]/).includes('..'))
    throw refusal('KB4111', `${place}: the entry ${printableName(name)} leads out of the archive with ".."`);
}

function isAbsolute(path: string): boolean {
  return /^([\\/]|[A-Za-z]:[\\/])/.test(path);
}

function checkLink({ type, linkname }: TarHeader, path: string, place: string): void {
  const target = linkname ?? '';
  // A symbolic link starts at its own folder, a hard link at the archive's root.
  const start = type === 'symlink' ? path.split('/').length - 1 : 0;
  if (target !== '' && !isAbsolute(target) && !target.includes('\0') && staysInside(target, start)) return;
  const kind = type === 'symlink' ? 'symbolic link' : 'hard link';
  throw refusal(
    'KB4112',
    `${place}: the ${kind} ${printableName(path)} leads out of the archive, to ${printableName(target) || 'nothing'}`,
  );
}

function staysInside(target: string, start: number): boolean {
  let depth = start;
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return false;
  }
  return true;
}

function refusal(code: 'KB4110' | 'KB4111' | 'KB4112' | 'KB4113' | 'KB4119', message: string): ArtifactError {
  return new ArtifactError(code, message, distrust);
}
