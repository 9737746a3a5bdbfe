import { createGunzip } from 'node:zlib';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import { type Bytes, drain, feed } from './byte-streams.ts';
import type { Budget } from './limits.ts';

const again = 'fetch or copy it again; `gzip -t` shows whether it is whole';

/**
 * What gzip compressed: all members, one after the other, then at most zero bytes as padding.
 *
 * @param place the archive's name for messages
 * @throws ArtifactError KB4103 cut off, KB4105 damaged, KB4106 something after the end, KB4114 too much
 */
export async function* gunzipped(bytes: Bytes, place: string, budget: Budget): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  // Errors reach the reader below; one that comes after it has left is of no interest.
  gunzip.on('error', () => undefined);
  const input = watch(bytes);
  const feeding = feed(input.bytes, gunzip);
  try {
    for await (const chunk of gunzip) {
      budget.unpacked(chunk.length, place);
      yield chunk;
    }
    gunzip.destroy();
    await feeding;
    // Node stops silently at a zero byte after a member, whatever comes behind it.
    await drain(input.bytes);
    if (input.end() > gunzip.bytesWritten) throw garbage(place);
  } catch (error) {
    throw gzipProblem(error, place);
  } finally {
    gunzip.destroy();
    await feeding;
    await input.close();
  }
}

/** Bytes on their way, and where the last one that is not zero was. They stay open when a reader leaves. */
function watch(bytes: Bytes): {
  readonly bytes: Bytes;
  readonly end: () => number;
  readonly close: () => Promise<void>;
} {
  const iterator = bytes[Symbol.asyncIterator]();
  let read = 0;
  let end = 0;
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const result = await iterator.next();
    if (result.done) return result;
    const last = result.value.findLastIndex((byte) => byte !== 0);
    if (last >= 0) end = read + last + 1;
    read += result.value.length;
    return result;
  };
  return {
    bytes: { [Symbol.asyncIterator]: () => ({ next }) },
    end: () => end,
    close: async () => {
      await iterator.return?.();
    },
  };
}

function garbage(place: string): ArtifactError {
  return new ArtifactError('KB4106', `${place} goes on after the end of the gzip data`, again);
}

/** zlib's errors in words; others as they are. */
function gzipProblem(error: unknown, place: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'Z_BUF_ERROR')
    return new ArtifactError('KB4103', `${place} is cut off: its gzip data has no end`, again);
  if (error.code !== 'Z_DATA_ERROR') return error;
  // The first member has gzip's magic number, so it is a later one that has none.
  if (error.message === 'incorrect header check') return garbage(place);
  const what = error.message === 'incorrect data check' ? 'its bytes do not have the CRC that it says' : error.message;
  return new ArtifactError('KB4105', `${place} is damaged: ${what}`, again, error);
}
