import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import { extract, type Header } from 'tar-stream';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import { printableName } from '../diagnostics/printable.ts';

/** A member of a tar archive, by what it says of itself. */
export type TarMember =
  | { readonly kind: 'file'; readonly offset: number; readonly size: number }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'folder' };

/** Where the members of a tar archive are, without their bytes. */
export interface TarIndex {
  /** By name without `./` in front. */
  readonly members: ReadonlyMap<string, TarMember>;
  /** Names that come twice, with which one cannot know what is meant. */
  readonly doubles: ReadonlySet<string>;
  /** The first thing that no image has; whoever knows that it should be an image throws it. */
  readonly problem: ArtifactError | undefined;
}

/** docker has at most 127 layers an image, and three members a layer. */
const memberLimit = 20_000;
const nameLimit = 4096;

/**
 * Read through a tar archive and note where its members are. Nothing is written, and no more than the limit is kept.
 *
 * @param where what the file is called in messages
 * @throws ArtifactError KB4301 when it is no tar archive, or ends too early
 */
export async function indexTar(file: string, where: string, signal: AbortSignal): Promise<TarIndex> {
  const members = new Map<string, TarMember>();
  const doubles = new Set<string>();
  let problem: ArtifactError | undefined;
  let count = 0;
  const source = createReadStream(file, { highWaterMark: 1024 * 1024, signal });
  const archive = extract();
  source.on('error', (error) => archive.destroy(error));
  source.pipe(archive);
  try {
    for await (const entry of archive) {
      count += 1;
      // The bytes come after the header, which is one block.
      const read = readMember(entry.header, entry.offset + 512, where);
      if (read instanceof ArtifactError) problem ??= read;
      else if (count > memberLimit && read?.name !== 'manifest.json')
        problem ??= refused(where, `it has more than ${memberLimit} members`);
      else if (read) {
        if (members.has(read.name) && read.member.kind !== 'folder') doubles.add(read.name);
        members.set(read.name, read.member);
      }
      entry.resume();
    }
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new ArtifactError(
      'KB4301',
      `${where} is no docker-archive, or is not whole: ${why}`,
      'write it again with docker save -o FILE IMAGE',
      error,
    );
  } finally {
    source.destroy();
  }
  return { members, doubles, problem };
}

interface NamedMember {
  readonly name: string;
  readonly member: TarMember;
}

/** A member by its clean name, undefined for the root folder, or what is wrong with it. */
function readMember(header: Header, offset: number, where: string): NamedMember | ArtifactError | undefined {
  const { type, linkname, size } = header;
  const name = cleanPath(header.name);
  const shown = `"${printableName(header.name)}"`;
  if (name === undefined) return refused(where, `its member ${shown} lies outside of it`);
  switch (type) {
    case 'file':
    case 'contiguous-file':
      return { name, member: { kind: 'file', offset, size } };
    case 'directory':
      return name === '' ? undefined : { name, member: { kind: 'folder' } };
    case 'link':
    case 'symlink': {
      // A hard link's target counts from the root of the archive, a symbolic one's from where it stands.
      const target = linkname ? cleanPath(linkname, type === 'symlink' ? posix.dirname(name) : '.') : undefined;
      if (target === undefined) return refused(where, `its link ${shown} leads outside of it`);
      return { name, member: { kind: 'link', target } };
    }
    default:
      return refused(where, `its member ${shown} is neither a file nor a folder nor a link`);
  }
}

/** A path from the root of the archive; undefined when it leads outside, or could not be shown as it is. */
function cleanPath(path: string, from = '.'): string | undefined {
  if (path.length > nameLimit || path.startsWith('/') || /[\0-\x1f\x7f]/.test(path)) return undefined;
  if (from === '.' && path.split('/').includes('..')) return undefined;
  const joined = posix.join(from, path).replace(/\/+$/, '');
  if (joined === '..' || joined.startsWith('../')) return undefined;
  return joined === '.' ? '' : joined;
}

/** What is said of an archive that does not come from docker save. */
export function refused(where: string, what: string): ArtifactError {
  return new ArtifactError(
    'KB4305',
    `${where} is refused: ${what}`,
    'do not use that file; get the image from where you trust it, and write it with docker save',
  );
}
