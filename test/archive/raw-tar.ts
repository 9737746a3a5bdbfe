const block = 512;

/** What a tar header says; whatever a test wants it to say. */
export interface RawEntry {
  readonly name: string;
  /** The letter of the type: '0' a file, '2' a symbolic link, 'S' a sparse file of GNU tar, … */
  readonly type?: string;
  readonly content?: string | Uint8Array;
  readonly linkname?: string;
  /** What the header claims, when that is not the content's size. Sizes above 8 GiB are written in binary. */
  readonly size?: number;
  /** What stands in the checksum's field, when it is not the checksum. */
  readonly checksum?: string;
  /** 'ustar\0' followed by '00', unless it is something else. */
  readonly magic?: string;
}

/** The zero bytes that end a tar. */
export const tarEnd = Buffer.alloc(2 * block);

/** A tar of entries exactly as they are given; `end` '' leaves out the zero bytes at the end. */
export function rawTar(entries: readonly RawEntry[], end: Uint8Array = tarEnd): Buffer {
  return Buffer.concat([...entries.map(rawEntry), end]);
}

/** Header, content, and zero bytes up to a whole block. */
export function rawEntry(entry: RawEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  const padding = Buffer.alloc((block - (content.length % block)) % block);
  return Buffer.concat([header(entry, entry.size ?? content.length), content, padding]);
}

function header({ name, type = '0', linkname = '', checksum, magic = 'ustar\x0000' }: RawEntry, size: number): Buffer {
  const bytes = Buffer.alloc(block);
  bytes.write(name, 0, 100);
  bytes.write('0000755\x000000000\x000000000\x00', 100, 'latin1');
  if (size >= 0 && size < 8 ** 11) bytes.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  else {
    bytes.writeUInt8(size < 0 ? 0xff : 0x80, 124);
    bytes.writeBigInt64BE(BigInt(size), 128);
    if (size < 0) bytes.fill(0xff, 125, 128);
  }
  bytes.write('00000000000\0        ', 136, 'latin1');
  bytes.write(type, 156, 'latin1');
  bytes.write(linkname, 157, 100);
  bytes.write(magic, 257, 'latin1');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

/** A PAX header for the entry that follows it. */
export function pax(attributes: Readonly<Record<string, string>>, type = 'x'): RawEntry {
  const content = Object.entries(attributes).map(([key, value]) => record(`${key}=${value}`));
  return { name: 'PaxHeader', type, content: content.join('') };
}

/** Its own length counts too, so it may need one digit more. */
function record(text: string): string {
  const rest = Buffer.byteLength(text) + 2;
  const digits = String(rest + String(rest).length).length;
  return `${rest + digits} ${text}\n`;
}
