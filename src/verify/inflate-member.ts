import { createInflateRaw, type InflateRaw } from 'node:zlib';
import type { FileBytes } from './file-bytes.ts';

/** Deflated data that cannot be read on. */
export class InflateError extends Error {
  /** The file ends within it. */
  readonly cut: boolean;

  constructor(cut: boolean, cause: Error) {
    super(cause.message, { cause });
    this.name = 'InflateError';
    this.cut = cut;
  }
}

/**
 * Inflate one member's data. Afterwards the file's next byte is the one behind its end.
 *
 * @param onCompressed told of the bytes that are read; the last ones may go beyond the end
 * @throws InflateError
 */
export async function* inflateMember(
  file: FileBytes,
  onCompressed: (bytes: Buffer) => void,
): AsyncGenerator<Buffer, void, undefined> {
  const inflate = createInflateRaw({ chunkSize: 256 * 1024 });
  const feeding = feed(file, inflate, onCompressed);
  // It may fail while nobody asks for content; the stream has its error for who asks next.
  feeding.catch(() => undefined);
  try {
    yield* inflate;
    await feeding;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error;
    throw new InflateError(error.code === 'Z_BUF_ERROR', error);
  } finally {
    inflate.destroy();
    await feeding.catch(() => undefined);
  }
}

async function feed(file: FileBytes, inflate: InflateRaw, onCompressed: (bytes: Buffer) => void): Promise<void> {
  const closed = new Promise<void>((resolve) => inflate.once('close', () => resolve()));
  let fed = 0;
  try {
    for (;;) {
      const chunk = await file.next();
      if (!chunk) {
        inflate.end();
        return;
      }
      if (inflate.destroyed) {
        file.back(chunk);
        return;
      }
      onCompressed(chunk);
      fed += chunk.length;
      const written = new Promise<void>((resolve) => inflate.write(chunk, () => resolve()));
      // Not every Node calls back a write that goes beyond the end of the data: the stream may just end.
      await Promise.race([written, closed]);
      const rest = Math.min(chunk.length, fed - inflate.bytesWritten);
      if (rest > 0) file.back(chunk.subarray(chunk.length - rest));
      if (rest > 0 || inflate.destroyed) return;
    }
  } catch (error) {
    // The reader of the stream gets it.
    inflate.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}
