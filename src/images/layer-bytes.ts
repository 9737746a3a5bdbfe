import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import { type Digest, DigestMeter } from '../artifacts/digest-meter.ts';
import type { Store } from '../artifacts/store.ts';
import { damageHint } from './image-config.ts';

/** How every gzip file begins. */
export const gzipMagic = Buffer.from([0x1f, 0x8b]);
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** What gzip may make of a file: a hundred times its size, and what small files may become in any case. */
const unpackedLimit = (size: number): number => Math.max(256 * 1024 * 1024, size * 100);

/**
 * Bytes as they are, or unpacked when they are packed with gzip.
 *
 * @param size of the packed bytes, which bounds what they may become
 * @throws ArtifactError KB4307 when they end too early, KB4309 when they are packed otherwise, KB4317 for a bomb
 */
export async function* unpacked(
  bytes: AsyncIterable<Uint8Array>,
  size: number,
  where: string,
): AsyncGenerator<Buffer, void, undefined> {
  const source = bytes[Symbol.asyncIterator]();
  try {
    let head: Buffer = Buffer.alloc(0);
    while (head.length < zstdMagic.length) {
      const next = await source.next();
      if (next.done) break;
      head = Buffer.concat([head, next.value]);
    }
    if (head.subarray(0, 4).equals(zstdMagic)) {
      throw new ArtifactError('KB4309', `${where} is packed with zstd`, 'push or save the image again with gzip');
    }
    const all = prepended(head, source);
    if (head.subarray(0, 2).equals(gzipMagic)) yield* gunzipped(all, unpackedLimit(size), where);
    else yield* all;
  } finally {
    await source.return?.();
  }
}

async function* prepended(head: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield Buffer.from(next.value);
}

async function* gunzipped(
  bytes: AsyncIterable<Uint8Array>,
  limit: number,
  where: string,
): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const fed = pipeline(Readable.from(bytes, { objectMode: false }), gunzip);
  // Its rejection arrives through the loop below as well.
  fed.catch(() => undefined);
  let size = 0;
  try {
    for await (const chunk of gunzip) {
      size += chunk.length;
      if (size > limit) {
        throw new ArtifactError(
          'KB4317',
          `${where} unpacks to more than ${limit} bytes, which no image of its size does`,
          'do not use it, or give it as docker save wrote it, not packed',
        );
      }
      yield chunk;
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error;
    throw new ArtifactError('KB4307', `${where} cannot be unpacked: ${error.message}`, damageHint, error);
  } finally {
    gunzip.destroy();
  }
}

/**
 * Take the bytes of a layer into the store, if they are those of its SHA-256; otherwise nothing stays.
 *
 * @throws ArtifactError KB4307
 */
export async function keepLayer(
  bytes: AsyncIterable<Uint8Array>,
  sha256: string,
  where: string,
  store: Store,
  signal: AbortSignal,
): Promise<Digest> {
  const file = await store.temporary();
  const meter = new DigestMeter();
  try {
    await pipeline(Readable.from(bytes, { objectMode: false }), meter.stream(), createWriteStream(file), { signal });
    const digest = meter.digest();
    if (digest.sha256 === sha256) return await store.adopt(file, digest);
    throw new ArtifactError(
      'KB4307',
      `${where} is damaged: its SHA-256 is ${digest.sha256}, and the configuration of the image says ${sha256}`,
      damageHint,
    );
  } catch (error) {
    await rm(file, { force: true });
    signal.throwIfAborted();
    throw error;
  }
}
