import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { download } from '../../src/fetch/download.ts';
import { createHttp } from '../../src/fetch/http.ts';
import { failure, kept, leftovers, setting, someBytes, wantedFrom } from './setting.ts';

const size = 300_000;
const bytes = someBytes(size);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const etag = { etag: '"v1"' };

describe('a download from a server that fails', () => {
  const test = setting();

  async function arrives(expected: string | undefined = sha256): Promise<void> {
    const got = await download(wantedFrom(test.server.url('/f'), expected), test.options());
    expect(got).toEqual({ size, sha256 });
    expect(kept(test.store, sha256).equals(bytes)).toBe(true);
    expect(leftovers(test.store)).toEqual([]);
  }

  const fails = (more = {}, expected: string | undefined = sha256) =>
    failure(download(wantedFrom(test.server.url('/f'), expected), test.options(more)));

  it('goes on where the line was cut, and sends nothing twice', async () => {
    test.server.route('/f', (n) => ({
      body: bytes,
      ranges: true,
      headers: etag,
      ...(n === 1 && { cutAfter: 100_000 }),
    }));
    await arrives();
    expect(test.server.sent('/f')).toBe(size);
    expect(test.server.asked('/f')[1]).toMatchObject({ range: 'bytes=100000-', 'if-range': '"v1"' });
    expect(test.waits).toEqual([1]);
    expect(test.events.map(({ kind }) => kind).filter((kind) => kind !== 'bytes')).toEqual([
      'start',
      'retry',
      'start',
      'done',
    ]);
    expect(test.events).toContainEqual({ kind: 'start', file: 'a-file.tar.gz', total: size, resumedAt: 100_000 });
    expect(test.events.reduce((sum, event) => sum + (event.kind === 'bytes' ? event.count : 0), 0)).toBe(size);
  });

  it('goes on without a validator when the hash is known, and begins anew when it is not', async () => {
    test.server.route('/f', (n) => ({ body: bytes, ranges: true, ...(n === 1 && { cutAfter: 100_000 }) }));
    await arrives();
    expect(test.server.sent('/f')).toBe(size);
    expect(test.server.asked('/f')[1]?.['if-range']).toBeUndefined();
    test.server.route('/g', (n) => ({ body: bytes, ranges: true, ...(n === 1 && { cutAfter: 100_000 }) }));
    await download(wantedFrom(test.server.url('/g'), undefined), test.options());
    expect(test.server.asked('/g')[1]?.range).toBeUndefined();
    expect(test.server.sent('/g')).toBe(size + 100_000);
  });

  it('does not take a weak ETag or a date of just now for a validator', async () => {
    const date = new Date().toUTCString();
    const headers = { etag: 'W/"v1"', date, 'last-modified': date };
    test.server.route('/f', (n) => ({ body: bytes, ranges: true, headers, ...(n === 1 && { cutAfter: 100_000 }) }));
    await download(wantedFrom(test.server.url('/f'), undefined), test.options());
    expect(test.server.asked('/f')[1]?.range).toBeUndefined();
  });

  it('takes an older date of last change for one', async () => {
    const headers = { 'last-modified': 'Tue, 03 May 2016 10:00:00 GMT' };
    test.server.route('/f', (n) => ({ body: bytes, ranges: true, headers, ...(n === 1 && { cutAfter: 100_000 }) }));
    await download(wantedFrom(test.server.url('/f'), undefined), test.options());
    expect(test.server.asked('/f')[1]?.['if-range']).toBe(headers['last-modified']);
    expect(test.server.sent('/f')).toBe(size);
  });

  it('begins anew when the server ignores Range', async () => {
    test.server.route('/f', (n) => ({ body: bytes, headers: etag, ...(n === 1 && { cutAfter: 100_000 }) }));
    await arrives();
    expect(test.server.sent('/f')).toBe(size + 100_000);
  });

  it('begins anew when the server sends another range than asked', async () => {
    test.server.route('/f', (n) => ({
      body: bytes,
      ranges: true,
      headers: etag,
      shift: 10,
      ...(n === 1 && { cutAfter: 100_000 }),
    }));
    await arrives();
    expect(test.server.asked('/f').map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', undefined]);
  });

  it('gets the new version when the ETag has changed between', async () => {
    const old = someBytes(size);
    test.server.route('/f', (n) =>
      n === 1
        ? { body: old, ranges: true, headers: { etag: '"old"' }, cutAfter: 100_000 }
        : { body: bytes, ranges: true, headers: etag },
    );
    await arrives(undefined);
  });

  it('gets all anew, once, when parts of two versions do not have the hash', async () => {
    const old = someBytes(size);
    test.server.route('/f', (n) => ({
      body: n === 1 ? old : bytes,
      ranges: true,
      ...(n === 1 && { cutAfter: 100_000 }),
    }));
    await arrives();
    expect(test.server.asked('/f').length).toBe(3);
  });

  it('begins anew when the file is shorter than what is there (416)', async () => {
    const long = someBytes(size + 1000);
    test.server.route('/f', (n) =>
      n === 1 ? { body: long, ranges: true, cutAfter: size + 500 } : { body: bytes, ranges: true },
    );
    await arrives();
    expect(test.server.asked('/f').map(({ range }) => range)).toEqual([undefined, `bytes=${size + 500}-`, undefined]);
  });

  it('goes on after a stall, before and within the body', async () => {
    await test.http.close();
    test.http = createHttp({ env: {}, userAgent: 'test', timeouts: { headers: 600, body: 600 } });
    test.server.route('/f', (n) => ({
      body: bytes,
      ranges: true,
      headers: etag,
      ...(n === 1 && { silent: true }),
      ...(n === 2 && { stallAfter: 50_000 }),
    }));
    await arrives();
    expect(test.server.asked('/f')[2]?.range).toBe('bytes=50000-');
    const reasons = test.events.flatMap((event) => (event.kind === 'retry' ? [event.reason] : []));
    expect(reasons).toEqual(['the server took the request and did not answer in time', 'the server stopped sending']);
  });

  it('is patient with a slow drip', async () => {
    test.server.route('/f', { body: bytes, drip: 8000 });
    await arrives();
    expect(test.waits).toEqual([]);
  });

  it('takes a body without a length', async () => {
    test.server.route('/f', { body: bytes, chunked: true });
    await arrives();
  });

  it('sees that a body without a length was cut', async () => {
    test.server.route('/f', (n) => ({ body: bytes, chunked: true, ...(n === 1 && { cutAfter: 100_000 }) }));
    await arrives(undefined);
    expect(test.waits).toEqual([1]);
  });

  it.each([429, 503])('waits as long as %d says in Retry-After, in seconds or with a date', async (status) => {
    const date = 'Tue, 03 May 2016 10:00:00 GMT';
    const asked = ['7', 'Tue, 03 May 2016 10:01:30 GMT', '86400'];
    test.server.route('/f', (n) =>
      n > asked.length ? { body: bytes } : { status, headers: { date, 'retry-after': asked[n - 1] ?? '' } },
    );
    await arrives();
    expect(test.waits).toEqual([7, 90, 300]);
  });

  it('follows a redirect to another path', async () => {
    test.server.route('/f', { status: 302, headers: { location: '/there?signature=abc' } });
    test.server.route('/there', { body: bytes });
    await arrives();
  });

  it('KB4201: says every URL that does not have the file', async () => {
    const urls = [test.server.url('/a'), test.server.url('/b')];
    test.server.route('/b', { status: 410 });
    const error = await failure(download({ urls, file: 'etcd.tar.gz', sha256 }, test.options()));
    expect(error.code).toBe('KB4201');
    expect(error.message).toContain(`${urls[0]} (status 404), ${urls[1]} (status 410)`);
    expect(leftovers(test.store)).toEqual([]);
  });

  it('KB4202: is refused once, and does not ask again', async () => {
    test.server.route('/f', { status: 403 });
    expect((await fails()).code).toBe('KB4202');
    expect(test.server.asked('/f').length).toBe(1);
  });

  it('KB4203: nobody listens', async () => {
    const { port } = test.server;
    await test.server.close();
    const error = await fails();
    test.server.close = async () => {};
    expect(error).toMatchObject({ code: 'KB4203' });
    expect(error.message).toContain(`the connection to 127.0.0.1:${port} was refused`);
  });

  it('KB4203: there is no such host', async () => {
    const { signal } = new AbortController();
    // A name that the resolver refuses by itself: no name server is asked.
    const error: unknown = await test.http
      .get(`http://${'a'.repeat(64)}.invalid/f`, { signal })
      .catch((e: unknown) => e);
    expect(String(error)).toMatch(/there is no host a+\.invalid|the name server does not answer/);
  });

  it('KB4205: is sent round in a loop', async () => {
    test.server.route('/f', { status: 301, headers: { location: '/g' } });
    test.server.route('/g', { status: 302, headers: { location: '/f' } });
    const error = await fails();
    const [f, g] = [test.server.url('/f'), test.server.url('/g')];
    expect(error).toMatchObject({ code: 'KB4205', message: `${f} redirects in a loop: ${f} -> ${g} -> ${f}` });
  });

  it('KB4206: gives up when the server stays ill, and keeps what it has', async () => {
    test.server.route('/f', (n) => (n === 1 ? { body: bytes, ranges: true, cutAfter: 100_000 } : { status: 503 }));
    const error = await fails();
    expect(error).toMatchObject({ code: 'KB4206' });
    expect(error.message).toMatch(/failed 6 times, in the end because: status 503$/);
    expect(test.waits).toEqual([1, 2, 4, 8, 16]);
    test.server.reset();
    test.server.route('/f', { body: bytes, ranges: true });
    await arrives();
    expect(test.server.sent('/f')).toBe(size - 100_000);
  });

  it('KB4207: other bytes than expected are thrown away', async () => {
    const other = someBytes(size);
    test.server.route('/f', { body: other, headers: etag });
    const error = await fails();
    const actual = createHash('sha256').update(other).digest('hex');
    expect(error.code).toBe('KB4207');
    for (const part of [test.server.url('/f'), sha256, actual]) expect(error.message).toContain(part);
    expect(test.server.asked('/f').length).toBe(1);
    expect(leftovers(test.store)).toEqual([]);
    expect(await test.store.holds(actual)).toBe(false);
  });

  it('KB4207: is begun anew once, not for ever, when the line is cut and the bytes are others each time', async () => {
    const other = someBytes(size);
    test.server.route('/f', (n) => ({
      ...(n > 12 ? { status: 404 } : { body: other, ranges: true, headers: etag }),
      ...(n % 2 === 1 && { cutAfter: 100_000 }),
    }));
    expect(await fails()).toMatchObject({ code: 'KB4207' });
    expect(test.server.asked('/f').length).toBe(4);
    expect(leftovers(test.store)).toEqual([]);
  });

  it('KB4207: stops a body that is longer than the file can be', async () => {
    test.server.route('/f', { body: 500_000_000 });
    const wanted = wantedFrom(test.server.url('/f'), sha256, { size });
    expect(await failure(download(wanted, test.options()))).toMatchObject({ code: 'KB4207' });
    expect(test.server.sent('/f')).toBeLessThan(50_000_000);
    expect(leftovers(test.store)).toEqual([]);
  });

  it('KB4208: an answer that is none', async () => {
    test.server.route('/f', { status: 418 });
    expect(await fails()).toMatchObject({ code: 'KB4208' });
    test.server.route('/f', { status: 206, body: bytes });
    expect(await fails()).toMatchObject({ code: 'KB4208' });
  });
});
