import { open, rm } from 'node:fs/promises';
import { type Digest, DigestMeter } from '../artifacts/digest-meter.ts';
import type { Store } from '../artifacts/store.ts';
import type { Bytes } from './byte-streams.ts';
import { elfHeadLength } from './elf.ts';

/** A member's bytes, aside in the store until it is known whether they are kept. */
export interface Captured extends Digest {
  /** Its path in the archive. */
  readonly path: string;
  readonly file: string;
  /** Its first 64 bytes, or all of fewer. */
  readonly head: Uint8Array;
}

/** Write bytes to a temporary file of the store. When they fail, or the signal says so, the file goes. */
export async function capture(bytes: Bytes, path: string, store: Store, signal: AbortSignal): Promise<Captured> {
  const file = await store.temporary();
  const handle = await open(file, 'wx');
  const meter = new DigestMeter();
  let head = Buffer.alloc(0);
  try {
    for await (const chunk of bytes) {
      signal.throwIfAborted();
      if (head.length < elfHeadLength) head = Buffer.concat([head, chunk.subarray(0, elfHeadLength - head.length)]);
      meter.add(chunk);
      await handle.writeFile(chunk);
    }
    await handle.close();
    return { path, file, head, ...meter.digest() };
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(file, { force: true });
    throw error;
  }
}
