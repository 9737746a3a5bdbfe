import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** Deflate, no flags, mtime 0, no extra flags, Unix: the same ten bytes on every machine (RFC 1952). */
const header = Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03]);

/** A gzip member that was written, and the state of the SHA-256 just behind it. */
export interface Segment {
  readonly size: number;
  readonly hash: Hash;
}

/**
 * Compress bytes to one gzip member at the end of a file.
 *
 * @param before the state of the SHA-256 before this member; it is copied
 */
export async function appendMember(
  bytes: AsyncIterable<Buffer>,
  file: string,
  before: Hash | undefined,
  signal: AbortSignal,
): Promise<Segment> {
  const hash = before?.copy() ?? createHash('sha256');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(
    Readable.from(bytes),
    createGzip({ level: 6 }),
    fixedHeader(),
    measure,
    createWriteStream(file, { flags: 'a' }),
    { signal },
  );
  return { size, hash };
}

/** Replaces the header that zlib wrote: its OS byte tells where zlib was built. */
function fixedHeader(): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const from = seen;
      seen += chunk.length;
      if (from >= header.length) return done(null, chunk);
      const fixed = Buffer.from(chunk);
      header.copy(fixed, 0, from);
      done(null, fixed);
    },
  });
}
