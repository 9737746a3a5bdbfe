import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { expect, it } from 'vitest';
import { Store } from '../../src/artifacts/store.ts';
import { scratch } from '../support/unpack.ts';
import { open, want } from './opening.ts';
import { program } from './programs.ts';
import { rawEntry, tarEnd } from './raw-tar.ts';

const mebibyte = 1024 * 1024;
const size = 300 * mebibyte;

function* tarBytes(): Generator<Buffer> {
  const head = rawEntry({ name: 'a/etcd', size });
  yield head;
  const first = program('');
  yield first;
  const zeros = Buffer.alloc(mebibyte);
  for (let left = size - first.length; left > 0; left -= mebibyte) yield zeros.subarray(0, Math.min(left, mebibyte));
  yield tarEnd;
}

it('a member of 300 MiB takes less than 100 MiB of memory', async () => {
  const folder = scratch('memory');
  const place = { folder, file: join(folder, 'big.tar.gz'), store: new Store(join(folder, 'store')) };
  await pipeline(Readable.from(tarBytes()), createGzip({ level: 1 }), createWriteStream(place.file));
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 5);
  const [found] = await open(place, [want('etcd', 'a/etcd')], { limits: { maxRatio: 1100 } });
  clearInterval(watch);
  expect(found?.size).toBe(size);
  expect((most - before) / mebibyte).toBeLessThan(100);
});
