/** Deflate, no flags, mtime 0, no extra flags, Unix: the same ten bytes on every machine (RFC 1952). */
export const gzipHeader = Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03]);
