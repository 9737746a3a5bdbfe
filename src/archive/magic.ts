import { elfArchitecture } from './elf.ts';

/** What a file is by its first bytes. `name` is read after "is"; `cure` says what to do about it. */
export type Content =
  | { readonly kind: 'gzip' | 'tar' | 'program' }
  | { readonly kind: 'packed' | 'other'; readonly name: string; readonly cure: string };

const block = 512;

/** Other ways to pack, by the hexadecimal bytes they start with. */
const packers: readonly (readonly [magic: string, name: string, cure: string])[] = [
  ['fd377a585a00', 'compressed with xz', 'unpack it with `xz -d FILE`, and give the tar that comes out'],
  ['425a68', 'compressed with bzip2', 'unpack it with `bzip2 -d FILE`, and give the tar that comes out'],
  ['28b52ffd', 'compressed with zstd', 'unpack it with `zstd -d FILE`, and give the tar that comes out'],
  ['04224d18', 'compressed with lz4', 'unpack it with `lz4 -d FILE`, and give the tar that comes out'],
  ['4c5a4950', 'compressed with lzip', 'unpack it with `lzip -d FILE`, and give the tar that comes out'],
  ['5d0000', 'compressed with lzma', 'unpack it with `xz --format=lzma -d FILE`, and give the tar that comes out'],
  ['1f9d', 'compressed with compress', 'unpack it with `gzip -d FILE`, and give the tar that comes out'],
  ['504b0304', 'a zip archive', 'unpack it with `unzip FILE -d DIR`, and pack it with `tar czf FILE.tar.gz -C DIR .`'],
  ['377abcaf271c', 'a 7z archive', 'unpack it with `7z x FILE -oDIR`, and pack it with `tar czf FILE.tar.gz -C DIR .`'],
  ['526172211a07', 'a rar archive', 'unpack it into DIR, and pack it with `tar czf FILE.tar.gz -C DIR .`'],
  ['213c617263683e0a', 'an ar archive or a .deb', 'unpack it with `dpkg-deb -x FILE DIR`, and give the folder DIR'],
  ['edabeedb', 'an rpm package', 'unpack it with `rpm2cpio FILE | cpio -id`, and give the folder'],
];

const wrongFile = 'see how you got it: often it is the answer of a proxy or a login page; get the archive itself';

/** Recognise a file by its first bytes; 512 of them are enough, fewer only when it has no more. */
export function recognise(head: Uint8Array): Content {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  if (bytes.length === 0)
    return { kind: 'other', name: 'empty', cure: 'fetch or copy it again, it may have broken off' };
  const hex = bytes.toString('hex', 0, 16);
  if (hex.startsWith('1f8b')) return { kind: 'gzip' };
  if (isTar(bytes)) return { kind: 'tar' };
  if (hex.startsWith('7f454c46')) return { kind: 'program' };
  const packer = packers.find(([magic]) => hex.startsWith(magic));
  if (packer) return { kind: 'packed', name: packer[1], cure: packer[2] };
  const text = bytes.toString('utf8');
  if (/^\uFEFF?\s*<(!doctype|html|head|\?xml)/i.test(text))
    return { kind: 'other', name: 'a web page, not an archive', cure: wrongFile };
  const verdict = elfArchitecture(bytes);
  const name = 'problem' in verdict ? verdict.problem : 'a program';
  return { kind: 'other', name: `${name}, neither a tar or tar.gz nor a program for Linux`, cure: wrongFile };
}

/** By the magic word, the checksum (archives of before 1988 have no word), or as the end of an empty archive. */
function isTar(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 257, 262) === 'ustar') return true;
  if (bytes.length < block) return false;
  const header = bytes.subarray(0, block);
  if (header.every((byte) => byte === 0)) return true;
  const stored = Number.parseInt(header.toString('latin1', 148, 156).trim(), 8);
  // The checksum's own field counts as spaces.
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return stored === sum;
}
