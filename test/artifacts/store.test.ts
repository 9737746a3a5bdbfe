import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DigestCache } from '../../src/artifacts/digest-cache.ts';
import { damaged, digestOf, Store } from '../../src/artifacts/store.ts';
import { sha256 } from '../support/images.ts';
import { scratch } from '../support/unpack.ts';
import { flip } from './workplace.ts';

/** Seconds since 1970. */
const someTime = 1_466_000_000;
const never = new AbortController().signal;

async function* pieces(...texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

async function everything(bytes: AsyncIterable<Buffer>): Promise<{ text: string; error: unknown }> {
  let text = '';
  try {
    for await (const chunk of bytes) text += chunk;
    return { text, error: undefined };
  } catch (error) {
    return { text, error };
  }
}

describe('the store', () => {
  it('keeps the same bytes once, however they come', async () => {
    const folder = scratch('store');
    const store = new Store(folder);
    const digest = await store.put(pieces('ab', 'c'));
    expect(digest).toEqual({ size: 3, sha256: sha256('abc') });
    writeFileSync(join(folder, 'same'), 'abc');
    await store.put(pieces('a', 'bc'));
    await store.keep(join(folder, 'same'), digest);
    expect(readdirSync(join(folder, 'sha256'))).toEqual([digest.sha256.slice(0, 2)]);
    expect(readFileSync(store.path(digest.sha256), 'utf8')).toBe('abc');
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    expect(await store.has(digest)).toBe(true);
    expect(await store.has({ ...digest, size: 4 })).toBe(false);
    expect(await store.holds(sha256('other'))).toBe(false);
  });

  it('keeps nothing of bytes that break off', async () => {
    const folder = scratch('store');
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('half');
      throw new Error('the line was cut');
    }
    await expect(new Store(folder).put(broken())).rejects.toThrow('the line was cut');
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    expect(readdirSync(folder)).toEqual(['tmp']);
  });

  it('throws the reason of an abort, and keeps nothing', async () => {
    const folder = scratch('store');
    const abort = new AbortController();
    const reason = new Error('enough');
    async function* endless(): AsyncGenerator<Buffer> {
      for (let n = 0; ; n += 1) {
        if (n === 3) abort.abort(reason);
        yield Buffer.alloc(1024);
        await wait(1);
      }
    }
    await expect(new Store(folder).put(endless(), abort.signal)).rejects.toBe(reason);
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  });

  it('KB4017: any byte flipped in a kept file is found while it is read, before its last bytes are given', async () => {
    const store = new Store(scratch('store'));
    const content = 'x'.repeat(3 * 1024 * 1024 + 5);
    for (let time = 0; time < 5; time += 1) {
      const digest = await store.put(pieces(content));
      flip(store.path(digest.sha256));
      const { text, error } = await everything(store.read(digest));
      expect(error).toMatchObject({ code: 'KB4017', message: expect.stringContaining(store.path(digest.sha256)) });
      expect(text.length).toBeLessThan(content.length);
    }
  });

  it('KB4017: what to type holds for a folder with a blank in its name too', () => {
    expect(damaged('/my cache/sha256/ab', '00')).toMatchObject({
      hint: expect.stringContaining("type: rm '/my cache/sha256/ab';"),
    });
  });
});

describe('digests of files', () => {
  /** A file that was not changed for longer than a file system's clock may stand still. */
  async function settled(content: string): Promise<{ file: string; records: string; cache: DigestCache }> {
    const folder = scratch('digests');
    const file = join(folder, 'file');
    writeFileSync(file, content);
    utimesSync(file, someTime, someTime);
    await wait(2200);
    const records = join(folder, 'records');
    return { file, records, cache: new DigestCache(records) };
  }

  it('a file that did not change is not read again', async () => {
    const { file, records, cache } = await settled('one');
    expect((await cache.digest(file, never)).sha256).toBe(sha256('one'));
    const [record = ''] = readdirSync(records);
    // A record that says another thing, and has its own digest right, is believed: so the file was not looked at.
    const [seen, size] = readFileSync(join(records, record), 'utf8').split('\n');
    const text = `${seen}\n${size}\n${sha256('believed')}\n`;
    writeFileSync(join(records, record), `${text}${sha256(text)}\n`);
    expect((await cache.digest(file, never)).sha256).toBe(sha256('believed'));
  });

  it('a file with the same size and time, but other bytes, is read again', async () => {
    const { file, records, cache } = await settled('one');
    await cache.digest(file, never);
    expect(readdirSync(records)).toHaveLength(1);
    writeFileSync(file, 'two');
    utimesSync(file, someTime, someTime);
    expect(statSync(file).mtimeMs).toBe(someTime * 1000);
    expect((await cache.digest(file, never)).sha256).toBe(sha256('two'));
  });

  it('a record with any byte flipped counts for nothing', async () => {
    const { file, records, cache } = await settled('one');
    for (let time = 0; time < 30; time += 1) {
      await cache.digest(file, never);
      const [record = ''] = readdirSync(records);
      flip(join(records, record));
      expect((await cache.digest(file, never)).sha256).toBe(sha256('one'));
    }
  });

  it('of a file that was just written no digest is kept: it may be written to again in the same tick', async () => {
    const folder = scratch('digests');
    const [file, records] = [join(folder, 'file'), join(folder, 'records')];
    const cache = new DigestCache(records);
    for (let time = 0; time < 50; time += 1) {
      writeFileSync(file, `${time % 10}`);
      expect((await cache.digest(file, never)).sha256).toBe(sha256(`${time % 10}`));
    }
    expect(readdirSync(records)).toEqual([]);
  });

  it('of a file that is written to while it is read none is kept', async () => {
    const { file, records, cache } = await settled('x'.repeat(8 * 1024 * 1024));
    const reading = cache.digest(file, never);
    await wait(1);
    writeFileSync(file, 'y', { flag: 'a' });
    await reading;
    expect(readdirSync(records)).toEqual([]);
    expect((await cache.digest(file, never)).size).toBe(8 * 1024 * 1024 + 1);
  });

  it('are known although they cannot be kept', async () => {
    const { file, records, cache } = await settled('one');
    writeFileSync(records, 'a file where the folder should be');
    expect((await cache.digest(file, never)).sha256).toBe(sha256('one'));
  });

  it('an abort throws its reason, and leaves nothing', async () => {
    const { file, records, cache } = await settled('x'.repeat(4 * 1024 * 1024));
    const abort = new AbortController();
    const reason = new Error('enough');
    mkdirSync(records);
    const reading = cache.digest(file, abort.signal);
    abort.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await expect(digestOf(file, abort.signal)).rejects.toBe(reason);
    expect(readdirSync(records)).toEqual([]);
  });
});
