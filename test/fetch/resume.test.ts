import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskError } from '../../src/fetch/disk-error.ts';
import { type DownloadOptions, download } from '../../src/fetch/download.ts';
import { downloadAll } from '../../src/fetch/download-all.ts';
import { failure, kept, leftovers, setting, someBytes, wantedFrom } from './setting.ts';

const size = 600_000;
const bytes = someBytes(size);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const headers = { etag: '"v1"' };

describe('a download that was stopped', () => {
  const test = setting();
  const partial = () => join(test.store.folder, 'partial');
  const partFile = () => join(partial(), readdirSync(partial()).find((name) => /^[0-9a-f]{64}$/.test(name)) ?? '');

  /** Stops a run after that many bytes. Returns how many it has kept. */
  async function stopAfter(count: number, expected: string | undefined): Promise<number> {
    const abort = new AbortController();
    const reason = new Error('Ctrl-C');
    let seen = 0;
    const onEvent: DownloadOptions['onEvent'] = (event) => {
      if (event.kind === 'bytes') seen += event.count;
      if (seen >= count) abort.abort(reason);
    };
    test.server.route('/f', { body: bytes, ranges: true, headers, drip: 20_000 });
    const run = download(wantedFrom(test.server.url('/f'), expected), test.options({ signal: abort.signal, onEvent }));
    await expect(run).rejects.toBe(reason);
    test.server.reset();
    expect(readdirSync(partial()).filter((name) => name.endsWith('.lock'))).toEqual([]);
    return statSync(partFile()).size;
  }

  const run = (expected: string | undefined) => download(wantedFrom(test.server.url('/f'), expected), test.options());

  it.each([['known', sha256] as const, ['unknown', undefined] as const])(
    'is taken up by the second run where the first stopped, with a hash that is %s',
    async (_, expected) => {
      const before = await stopAfter(200_000, expected);
      expect(before).toBeGreaterThanOrEqual(200_000);
      expect(before).toBeLessThan(size);
      expect(await run(expected)).toMatchObject({ size, sha256 });
      expect(test.server.sent('/f')).toBe(size - before);
      expect(kept(test.store, sha256).equals(bytes)).toBe(true);
      expect(leftovers(test.store)).toEqual([]);
    },
  );

  it('is begun anew when another hash is expected than before', async () => {
    await stopAfter(200_000, undefined);
    await run(sha256);
    expect(test.server.sent('/f')).toBe(size);
  });

  it('is begun anew when the version of the file is another one now', async () => {
    await stopAfter(200_000, undefined);
    const next = someBytes(size);
    test.server.route('/f', { body: next, ranges: true, headers: { etag: '"v2"' } });
    const got = await run(undefined);
    expect(kept(test.store, got.sha256).equals(next)).toBe(true);
  });

  it('is begun anew when what was kept is damaged', async () => {
    const before = await stopAfter(200_000, sha256);
    const damagedPart = Buffer.concat([Buffer.from('x'), readFileSync(partFile()).subarray(1)]);
    writeFileSync(partFile(), damagedPart);
    expect(await run(sha256)).toMatchObject({ sha256 });
    expect(test.server.sent('/f')).toBe(size - before + size);
  });

  it('asks for nothing when all had arrived', async () => {
    await stopAfter(200_000, sha256);
    writeFileSync(partFile(), bytes);
    expect(await run(sha256)).toMatchObject({ size, sha256 });
    expect(test.server.asked('/f')).toEqual([]);
  });

  it('asks for nothing when the store has the file', async () => {
    test.server.route('/f', { body: bytes });
    await run(sha256);
    test.server.reset();
    expect(await run(sha256)).toEqual({ size, sha256 });
    expect(test.server.asked('/f')).toEqual([]);
  });

  it('does not use what another process is writing to', async () => {
    const before = await stopAfter(200_000, sha256);
    // This test's parent is alive, and another process.
    writeFileSync(`${partFile()}.lock`, `${process.ppid}\n`);
    expect(await run(sha256)).toMatchObject({ sha256 });
    expect(test.server.sent('/f')).toBe(size);
    expect(statSync(partFile()).size).toBe(before);
    expect(readdirSync(join(test.store.folder, 'tmp'))).toEqual([]);
  });

  it('can run twice at once', async () => {
    test.server.route('/f', { body: bytes, ranges: true, headers, drip: 20_000 });
    const both = await Promise.all([run(sha256), run(sha256), run(undefined)]);
    for (const got of both) expect(got.sha256).toBe(sha256);
    expect(kept(test.store, sha256).equals(bytes)).toBe(true);
    expect(leftovers(test.store)).toEqual([]);
  });

  it('KB4209: the folder of the cache cannot be written to', async () => {
    mkdirSync(test.store.folder, { recursive: true });
    writeFileSync(partial(), 'a file is in the way');
    test.server.route('/f', { body: bytes });
    const error = await failure(run(sha256));
    expect(error.code).toBe('KB4209');
    expect(error.message).toMatch(/cannot be written: a file is in the way$/);
    expect(error.hint).toContain('KUBEBALE_CACHE');
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
    expect(diskError(full, '/cache/f')).toMatchObject({ message: '/cache/f cannot be written: no space is left' });
  });
});

describe('several downloads', () => {
  const test = setting();

  it('come from at most so many at once, and one that fails stops no other', async () => {
    let running = 0;
    let most = 0;
    const wanted = Array.from({ length: 8 }, (_, index) => {
      test.server.route(`/${index}`, index === 2 ? { status: 404 } : { body: bytes.subarray(index), drip: 100_000 });
      return wantedFrom(test.server.url(`/${index}`), undefined, { file: `file ${index}` });
    });
    const onEvent: DownloadOptions['onEvent'] = ({ kind }) => {
      if (kind === 'start') running += 1;
      most = Math.max(most, running);
      if (kind === 'done') running -= 1;
    };
    const outcomes = await downloadAll(wanted, { ...test.options({ onEvent }), concurrency: 3 });
    expect(most).toBe(3);
    expect(outcomes.size).toBe(8);
    expect(outcomes.get(test.server.url('/2'))).toMatchObject({ code: 'KB4201' });
    expect(outcomes.get(test.server.url('/7'))).toMatchObject({ size: size - 7 });
  });

  it('are all stopped by the signal', async () => {
    const abort = new AbortController();
    const reason = new Error('Ctrl-C');
    const wanted = ['/a', '/b', '/c', '/d', '/e'].map((path) => {
      test.server.route(path, { body: bytes, stallAfter: 100_000 });
      return wantedFrom(test.server.url(path), undefined);
    });
    setTimeout(() => abort.abort(reason), 100);
    await expect(downloadAll(wanted, { ...test.options({ signal: abort.signal }) })).rejects.toBe(reason);
    expect(test.server.asked('/e')).toEqual([]);
  });

  it('end with an error that is no finding when there is one', async () => {
    test.server.route('/a', { body: bytes });
    const bug = new TypeError('a bug');
    const onEvent: DownloadOptions['onEvent'] = ({ kind }) => {
      if (kind === 'bytes') throw bug;
    };
    await expect(downloadAll([wantedFrom(test.server.url('/a'), sha256)], test.options({ onEvent }))).rejects.toBe(bug);
  });
});

describe('a large download', () => {
  const test = setting();

  it('does not take more memory than a small one', async () => {
    const large = 200_000_000;
    test.server.route('/f', { body: large });
    const before = process.memoryUsage.rss();
    let peak = before;
    const onEvent = (): void => {
      peak = Math.max(peak, process.memoryUsage.rss());
    };
    const got = await download(wantedFrom(test.server.url('/f'), undefined), test.options({ onEvent }));
    expect(got.size).toBe(large);
    expect((peak - before) / 1e6).toBeLessThan(80);
  });
});
