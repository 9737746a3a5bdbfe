import { ArtifactError } from '../artifacts/artifact-error.ts';
import type { Store } from '../artifacts/store.ts';
import { printableName } from '../diagnostics/printable.ts';
import { abandon, type Bytes, drain, peek } from './byte-streams.ts';
import { checkEntry } from './check-entry.ts';
import { FileBytes } from './file-bytes.ts';
import { gunzipped } from './gunzip.ts';
import { Budget, defaultLimits, type OpenLimits } from './limits.ts';
import { type Content, recognise } from './magic.ts';
import { Members } from './members.ts';
import { type TarHeader, tarEntries } from './tar-entries.ts';
import type { FoundMember, WantedMember } from './wanted.ts';

export type { FoundMember, WantedMember } from './wanted.ts';

/** How an archive is opened. */
export interface OpenOptions {
  readonly signal: AbortSignal;
  readonly limits?: Partial<OpenLimits>;
  /** Whether a wanted member that is not there is an error (KB4109); otherwise it is just not in the result. */
  readonly all?: boolean;
  /** The SHA-256 that the file had when it was looked at: nothing is kept when the bytes that are opened have another. */
  readonly sha256?: string;
}

/** A file of which the bytes come by: the one given, or an archive within it. */
interface Layer {
  readonly bytes: Bytes;
  /** What it is called in messages. */
  readonly place: string;
  /** The wanted paths of what is in it start so: '', or 'outer.tar.gz!'. */
  readonly prefix: string;
  /** How many archives it is within. */
  readonly depth: number;
  /** Whether it came out of gzip. */
  readonly unzipped: boolean;
}

/**
 * Stream an archive once, and put the wanted members of it into the store: a tar, a tar.gz, one with archives in it, or a
 * single program. All entries are checked, also those that nobody wants. Nothing is written under a name from the archive,
 * and nothing is kept from an archive that is refused.
 *
 * @returns what was found, in the order of `wanted`
 * @throws ArtifactError KB4101 to KB4119, KB4002 when the file cannot be read, KB4009 when its hash is not
 *   `options.sha256`; the signal's reason when it is aborted
 */
export async function openArchive(
  file: string,
  wanted: readonly WantedMember[],
  store: Store,
  options: OpenOptions,
): Promise<readonly FoundMember[]> {
  const { signal, limits, all = false, sha256 } = options;
  signal.throwIfAborted();
  const budget = new Budget({ ...defaultLimits, ...limits }, signal);
  const members = new Members(file, wanted, store, signal);
  try {
    const fileBytes = new FileBytes(file, sha256);
    const bytes = fileBytes.read(budget);
    await openLayer({ bytes, place: file, prefix: '', depth: 0, unzipped: false }, members, budget);
    signal.throwIfAborted();
    await fileBytes.check(signal);
    return await members.keep(all);
  } catch (error) {
    // Streams that an abort tears down fail in many ways.
    signal.throwIfAborted();
    throw error;
  } finally {
    await members.close();
  }
}

async function openLayer(layer: Layer, members: Members, budget: Budget): Promise<void> {
  const { head, bytes } = await peek(layer.bytes, 512);
  try {
    await openContent(recognise(head), { ...layer, bytes }, members, budget);
  } catch (error) {
    await abandon(bytes);
    throw error;
  }
}

async function openContent(content: Content, layer: Layer, members: Members, budget: Budget): Promise<void> {
  const { bytes, place, prefix, depth, unzipped } = layer;
  switch (content.kind) {
    case 'gzip': {
      const within = unzipped ? depth + 1 : depth;
      budget.nesting(within, place);
      const unpacked = gunzipped(bytes, place, budget);
      return openLayer({ bytes: unpacked, place, prefix, depth: within, unzipped: true }, members, budget);
    }
    case 'tar':
      return openTar(layer, members, budget);
    case 'program': {
      const interests = members.see(prefix);
      if (interests.length > 0) return members.take(prefix, limited(bytes, place, budget), interests);
      // Its gzip may still be damaged.
      return drain(bytes);
    }
    default: {
      const code = content.kind === 'packed' ? 'KB4102' : 'KB4101';
      throw new ArtifactError(code, `${place} is ${content.name}`, content.cure);
    }
  }
}

async function openTar({ bytes, place, prefix, depth }: Layer, members: Members, budget: Budget): Promise<void> {
  for await (const { header, content } of tarEntries(bytes, place)) {
    budget.entry(place);
    const path = prefix + checkEntry(header, place);
    const odd = oddKind(header);
    if (odd !== undefined) {
      // Not the archive's own root, './'.
      if (path !== prefix) members.obstruct(path, ...odd);
      continue;
    }
    if (members.paths.isArchive(path)) {
      const inner = `${place}!${printableName(path.slice(prefix.length))}`;
      budget.nesting(depth + 1, inner);
      const layer = { bytes: content, place: inner, prefix: `${path}!`, depth: depth + 1, unzipped: false };
      await openLayer(layer, members, budget);
      continue;
    }
    const interests = members.see(path);
    if (interests.length === 0) continue;
    budget.member(header.size, `${place}!${printableName(path.slice(prefix.length))}`);
    await members.take(path, content, interests);
  }
}

const nameTheFile = 'name the path of the file itself under "programs" of the artifact in the specification';
const packAgain = 'unpack the archive with GNU tar, and pack it again without --sparse';

/** What an entry is when it is no regular file whose content lies there as it is, and what to do about it. */
function oddKind({ type, attributes }: TarHeader): readonly [what: string, cure: string] | undefined {
  if ([...attributes.keys()].some((key) => key.startsWith('GNU.sparse.'))) return ['a sparse file', packAgain];
  switch (type) {
    case 'file':
    case 'contiguous-file':
      return undefined;
    case 'directory':
      return ['a folder', nameTheFile];
    case 'symlink':
      return ['a symbolic link', nameTheFile];
    case 'link':
      return ['a hard link', nameTheFile];
    default:
      return ['an entry of a kind that kubebale does not know (a sparse file?)', packAgain];
  }
}

/** Bytes of a single program, as long as it is no larger than a program can be. */
async function* limited(bytes: Bytes, place: string, budget: Budget): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    budget.member(size, place);
    yield chunk;
  }
}
