import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import { gzipHeader } from './gzip-header.ts';

const deflate = promisify<Buffer, object, Buffer>(deflateRaw);

/** Blocks are compressed side by side; their size decides the bytes that come out, so it is fixed. */
const blockSize = 1024 * 1024;
/** As far back as deflate looks (RFC 1951): the end of the block before is given to the next as its dictionary. */
const window = 32 * 1024;
/** More than libuv has threads would only take memory. */
const sideBySide = 4;
export const level = 6;

/**
 * Compress bytes to one gzip member, several blocks at a time: each block ends on a byte, as pigz does it, and the
 * result does not depend on how many there were at a time.
 */
export async function* gzipMember(
  bytes: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  yield gzipHeader;
  const running: Promise<Buffer>[] = [];
  let crc = 0;
  let size = 0;
  let before: Buffer | undefined;
  for await (const block of blocks(bytes)) {
    crc = crc32(block, crc);
    size += block.length;
    const next = deflate(block, {
      level,
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(before && { dictionary: before.subarray(Math.max(0, before.length - window)) }),
    });
    // Whoever stops listening does not hear of its failure any more.
    next.catch(() => undefined);
    running.push(next);
    before = block;
    if (running.length >= sideBySide) yield await (running.shift() as Promise<Buffer>);
  }
  for (const block of running) yield await block;
  const end = Buffer.alloc(10);
  // An empty last block, then CRC-32 and size modulo 2^32.
  end.writeUInt16LE(0x0003, 0);
  end.writeUInt32LE(crc, 2);
  end.writeUInt32LE(size % 2 ** 32, 6);
  yield end;
}

/** The same bytes, cut at every `blockSize`. */
async function* blocks(bytes: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    let rest = chunk;
    while (length + rest.length >= blockSize) {
      const cut = blockSize - length;
      yield Buffer.concat([...held, rest.subarray(0, cut)]);
      rest = rest.subarray(cut);
      held = [];
      length = 0;
    }
    if (rest.length > 0) {
      held.push(rest);
      length += rest.length;
    }
  }
  if (length > 0) yield Buffer.concat(held);
}
