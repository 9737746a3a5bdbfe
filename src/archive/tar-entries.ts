import { type Extract, extract } from 'tar-stream';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import { type Bytes, feed } from './byte-streams.ts';

/** What a tar header says, long names already put in. */
export interface TarHeader {
  readonly name: string;
  /** null: a type that tar-stream does not know, as GNU tar's old sparse files. */
  readonly type: string | null;
  readonly size: number;
  readonly linkname: string | null;
  /** What PAX headers say about the entry. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** One entry of a tar; what is not read of its content is passed over. */
export interface TarEntry {
  readonly header: TarHeader;
  readonly content: Bytes;
}

const blockSize = 512;
/** Attributes that one entry may have; each costs time in every later entry when it is global. */
const maxPaxKeys = 1000;
const again = 'fetch or copy it again; `tar tf` shows whether it is whole';

/**
 * The entries of a tar, in order: POSIX, GNU, and the plain one of before.
 *
 * @param place the archive's name for messages
 * @throws ArtifactError KB4104 when it is cut off, KB4107 when a header is broken or absurdly long
 */
export async function* tarEntries(bytes: Bytes, place: string): AsyncGenerator<TarEntry, void, undefined> {
  // tar-stream's own types do not know allowUnknownFormat: the tars of before 1988, which have only the checksum.
  const options = { highWaterMark: 256 * 1024, allowUnknownFormat: true };
  const extractor = extract(options);
  const failure = watchFailure(extractor);
  const input = { zeros: 0 };
  const feeding = feed(wholeBlocks(bytes, input), extractor);
  let before: TarHeader | undefined;
  try {
    for await (const entry of extractor) {
      const { name, type, size, linkname, pax } = entry.header;
      const header: TarHeader = { name, type, size, linkname, attributes: attributesOf(pax) };
      if (header.attributes.size > maxPaxKeys)
        throw new ArtifactError('KB4107', `${place}: a header has more than ${maxPaxKeys} attributes`, again);
      yield { header, content: contentOf(entry, async (error) => tarProblem(await failure(error), place, header)) };
      entry.resume();
      before = header;
    }
    // tar-stream takes a tar that stops between two entries for a whole one.
    if (input.zeros < blockSize)
      throw new ArtifactError('KB4104', `${place} is cut off: the tar in it has no end`, again);
  } catch (error) {
    throw tarProblem(error, place, before);
  } finally {
    extractor.destroy();
    await feeding;
  }
}

function attributesOf(pax: unknown): ReadonlyMap<string, string> {
  return new Map(Object.entries(pax ?? {}).map(([key, value]) => [key, String(value)]));
}

/** A function that waits until the stream is closed, and gives its own error, or else the one that it gets. */
function watchFailure(extractor: Extract): (error: unknown) => Promise<unknown> {
  let failure: Error | undefined;
  extractor.on('error', (error) => {
    failure = error;
  });
  const closed = new Promise<void>((resolve) => {
    extractor.on('close', resolve);
  });
  return async (error) => {
    await closed;
    return failure ?? error;
  };
}

/** An entry's bytes. When the tar fails, the entry only says that it was destroyed, so the reason is asked for. */
async function* contentOf(
  entry: AsyncIterable<unknown>,
  reason: (error: unknown) => Promise<unknown>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of entry) if (chunk instanceof Uint8Array) yield chunk;
  } catch (error) {
    throw await reason(error);
  }
}

/** The same bytes; padding that ends within a block is filled up. Counts the zero bytes at the end. */
async function* wholeBlocks(bytes: Bytes, input: { zeros: number }): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const chunk of bytes) {
    const last = chunk.findLastIndex((byte) => byte !== 0);
    input.zeros = last < 0 ? input.zeros + chunk.length : chunk.length - last - 1;
    size += chunk.length;
    yield chunk;
  }
  const rest = size % blockSize;
  if (rest > 0 && input.zeros >= rest + blockSize) yield Buffer.alloc(blockSize - rest);
}

/** tar-stream's errors in words; those of the bytes' source as they are. */
function tarProblem(error: unknown, place: string, before: TarHeader | undefined): unknown {
  if (!(error instanceof Error) || error instanceof ArtifactError) return error;
  if (error.message === 'Unexpected end of data')
    return new ArtifactError('KB4104', `${place} is cut off: the tar in it has no end`, again);
  if (error.message === 'Header exceeds max size')
    return new ArtifactError('KB4107', `${place}: a header claims to be longer than 4 MiB`, again);
  if (!error.message.startsWith('Invalid')) return error;
  const after = before && before.type === null ? ', after an entry of an unknown kind (a sparse file?)' : '';
  return new ArtifactError('KB4107', `${place}: a tar header is broken${after}`, again, error);
}
