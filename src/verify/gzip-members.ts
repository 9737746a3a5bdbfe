import { crc32 } from 'node:zlib';
import { gzipMember } from '../bundle/gzip.ts';
import { gzipHeader } from '../bundle/gzip-header.ts';
import type { Defects } from './defects.ts';
import type { FileBytes } from './file-bytes.ts';
import { InflateError, inflateMember } from './inflate-member.ts';
import { SameCompression } from './same-compression.ts';

const trailerLength = 8;

/** What became of a file of gzip members. */
export interface GzipResult {
  /** All of it was read; otherwise the rest of it could not be, and a defect says why. */
  readonly whole: boolean;
  /** It was compressed as kubebale does it; undefined: nobody asked. */
  readonly ownCompression: boolean | undefined;
}

/**
 * Read a file of gzip members as kubebale writes them, one after the other (RFC 1952). What is wrong with them becomes
 * defects with the place in the file: KB4404 header, KB4406 data, KB4407 cut off, KB4408 something after the end.
 *
 * @param onPlain given what was compressed, piece by piece
 * @param everyBit compress it again and compare, which finds the bits that no checksum covers
 */
export async function readMembers(
  file: FileBytes,
  defects: Defects,
  onPlain: (bytes: Buffer) => void,
  everyBit: boolean,
): Promise<GzipResult> {
  let ownCompression: boolean | undefined;
  for (let number = 1; ; number++) {
    const start = file.offset;
    const header = await file.take(gzipHeader.length);
    if (header.length === 0 && number > 1) return { whole: true, ownCompression };
    if (!checkHeader(header, number, start, defects)) return { whole: false, ownCompression };
    const same = everyBit ? new SameCompression(start) : undefined;
    same?.inFile(header);
    const member = await readMember(file, onPlain, same, `gzip member ${number}`, defects);
    if (!member) return { whole: false, ownCompression };
    if (same) ownCompression = (ownCompression ?? true) && reportBits(same, member.end, number, defects);
  }
}

/** Whether what follows can be read as a member. */
function checkHeader(header: Buffer, number: number, start: number, defects: Defects): boolean {
  if (header.equals(gzipHeader)) return true;
  if (header.equals(gzipHeader.subarray(0, header.length))) {
    defects.add('KB4407', `the file ends at byte ${start + header.length}, in the header of gzip member ${number}`);
    return false;
  }
  const right = header.filter((byte, index) => byte === gzipHeader[index]).length;
  const hex = `${header.toString('hex')}, and kubebale writes ${gzipHeader.toString('hex')}`;
  // A damaged header still has most of its bytes.
  if (header.length === gzipHeader.length && right >= 7) {
    defects.add('KB4404', `the header of gzip member ${number} at byte ${start} is ${hex}`);
    return true;
  }
  if (number === 1) defects.add('KB4404', `it is not compressed by gzip: it begins with ${hex}`);
  else defects.add('KB4408', `something that is no gzip member follows at byte ${start}: ${header.toString('hex')}`);
  return false;
}

/** Data and trailer of one member; undefined when it could not be read. */
async function readMember(
  file: FileBytes,
  onPlain: (bytes: Buffer) => void,
  same: SameCompression | undefined,
  name: string,
  defects: Defects,
): Promise<{ readonly end: number } | undefined> {
  const begin = file.offset;
  let crc = 0;
  let size = 0;
  const plain = inflateMember(file, (bytes) => same?.inFile(bytes));
  const seen = watched(plain, (bytes) => {
    crc = crc32(bytes, crc);
    size += bytes.length;
    onPlain(bytes);
  });
  try {
    if (same) await compressAgain(seen, same);
    for await (const _ of seen);
  } catch (error) {
    if (!(error instanceof InflateError)) throw error;
    if (error.cut) defects.add('KB4407', `the file ends at byte ${file.offset}, in the data of ${name}`);
    else defects.add('KB4406', `the data of ${name} (from byte ${begin}) is damaged: ${error.message}`);
    return undefined;
  } finally {
    await seen.return();
  }
  const end = file.offset;
  const trailer = await file.take(trailerLength);
  if (trailer.length < trailerLength) {
    defects.add('KB4407', `the file ends at byte ${file.offset}, in the trailer of ${name}`);
    return undefined;
  }
  const sum = trailer.readUInt32LE(0);
  if (sum !== crc) {
    defects.add(
      'KB4406',
      `${name} is damaged: the CRC-32 of its content is ${hex32(crc)}, ${at(end)} says ${hex32(sum)}`,
    );
  }
  const length = trailer.readUInt32LE(4);
  if (length !== size % 2 ** 32) {
    defects.add('KB4406', `${name} is damaged: its content has ${size} bytes, ${at(end + 4)} says ${length}`);
  }
  if (size === 0) defects.add('KB4408', `${name}, which ends at byte ${file.offset}, holds nothing`);
  return { end };
}

function at(offset: number): string {
  return `the trailer at byte ${offset}`;
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0');
}

async function* watched(
  bytes: AsyncGenerator<Buffer, void, undefined>,
  see: (bytes: Buffer) => void,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of bytes) {
    see(chunk);
    yield chunk;
  }
}

/** Ends early, and leaves the rest unread, when there is nothing to compare any more. */
async function compressAgain(plain: AsyncGenerator<Buffer, void, undefined>, same: SameCompression): Promise<void> {
  const kept = { [Symbol.asyncIterator]: () => ({ next: () => plain.next() }) };
  for await (const piece of gzipMember(kept)) {
    same.made(piece);
    if (same.other) return;
  }
}

/** Whether the member was compressed as kubebale does it. */
function reportBits(same: SameCompression, end: number, number: number, defects: Defects): boolean {
  const differences = same.differences(end);
  for (const offset of differences ?? []) {
    defects.add(
      'KB4406',
      `gzip member ${number} is damaged at byte ${offset}, in a way that changes nothing of what it holds`,
    );
  }
  return differences !== undefined;
}
