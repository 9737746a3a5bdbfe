export const blockSize = 512;

/** What one header block of a tar archive says (POSIX ustar). */
export interface TarHeader {
  readonly name: string;
  /** '0' a file, '5' a folder, 'x' names that are too long for a header. */
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly user: string;
  readonly group: string;
  readonly linkName: string;
}

/** Undefined when the block is no header: its checksum, its mark or one of its numbers is wrong. */
export function readTarHeader(block: Buffer): TarHeader | undefined {
  if (checksum(block) !== octal(block, 148, 8)) return undefined;
  if (block.toString('latin1', 257, 262) !== 'ustar') return undefined;
  // The older form of GNU tar has other things where the prefix is.
  const prefix = block[262] === 0 ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  const type = String.fromCharCode(block[156] ?? 0);
  const numbers = {
    mode: octal(block, 100, 8),
    uid: octal(block, 108, 8),
    gid: octal(block, 116, 8),
    size: sizeOf(block),
    mtime: octal(block, 136, 12),
  };
  if (Object.values(numbers).some((number) => Number.isNaN(number))) return undefined;
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    type: type === '\0' ? '0' : type,
    ...numbers,
    linkName: text(block, 157, 100),
    user: text(block, 265, 32),
    group: text(block, 297, 32),
  };
}

/** The sum of the block's bytes, those of the checksum itself taken for blanks. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let index = 0; index < block.length; index++) {
    if (index < 148 || index >= 156) sum += block[index] ?? 0;
  }
  return sum;
}

function text(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

function octal(block: Buffer, start: number, length: number): number {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(block.toString('latin1', start, start + length))?.[1];
  return digits === undefined ? Number.NaN : Number.parseInt(digits, 8);
}

/** Files of 8 GiB and more have their size as a binary number behind 0x80. */
function sizeOf(block: Buffer): number {
  if (block[124] !== 0x80) return octal(block, 124, 12);
  // Other readers take all eleven bytes for the number.
  if (block.readUIntBE(125, 3) !== 0) return Number.NaN;
  const size = block.readBigUInt64BE(128);
  return size <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(size) : Number.NaN;
}

/**
 * The name that a PAX header gives to the next entry; kubebale writes nothing else into one.
 *
 * @returns undefined when it is not `LENGTH path=NAME` and a newline
 */
export function paxName(content: Buffer): string | undefined {
  const whole = content.toString('utf8');
  const match = /^([0-9]+) path=([^\n\0]+)\n$/.exec(whole);
  return match && Number(match[1]) === content.length ? match[2] : undefined;
}
