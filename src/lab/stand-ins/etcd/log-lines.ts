import { crc32 } from 'node:zlib';

/** A line of a data file: a checksum of the JSON text, and the text. */
export function lineOf(value: unknown): string {
  const text = JSON.stringify(value);
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;
}

/** What a line holds; undefined when the checksum is not its own. */
function valueIn(line: string): unknown {
  const text = line.slice(9);
  if (line.slice(0, 8) !== crc32(text).toString(16).padStart(8, '0')) return undefined;
  const value: unknown = JSON.parse(text);
  return value;
}

/**
 * The values of all whole lines of a file, and how many bytes they take. What comes after the last whole line was
 * being written when the program died. Throws when a line before that is damaged.
 */
export function readLines(bytes: Buffer): { readonly values: readonly unknown[]; readonly length: number } {
  const end = bytes.lastIndexOf('\n') + 1;
  const lines = bytes.subarray(0, end).toString().split('\n').slice(0, -1);
  const values = lines.map(valueIn);
  const bad = values.indexOf(undefined);
  if (bad >= 0) throw new DamagedFile();
  return { values, length: end };
}

/** A data file with a damaged line; the text is that of the real one (wal/wal.go ErrCRCMismatch). */
export class DamagedFile extends Error {
  constructor() {
    super('read wal error (wal: crc mismatch) and cannot be repaired');
  }
}
