import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Interruption } from '../../src/cli/terminal.ts';
import { program } from '../archive/programs.ts';
import { allArtifacts } from '../support/artifacts.ts';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { archiveOf, sha256 } from '../support/images.ts';
import { minimal } from '../support/specs.ts';
import { scratch } from '../support/unpack.ts';
import { hashOf, Workplace, words } from './workplace.ts';

const trust = '--trust-first-use';
const loose = allArtifacts.filter((name) => name !== 'flanneld' && !name.startsWith('etcd'));
const [etcdPath, flannelPath] = ['/files/acme-etcd.tar.gz', '/files/flanneld'];

let server: FaultServer;
let etcd: Buffer;
const flannel = program('flanneld');

beforeAll(async () => {
  const members = ['etcd', 'etcdctl'].map((name) => ({
    name: `etcd-v2.3.7-linux-amd64/${name}`,
    bytes: program(name),
  }));
  etcd = readFileSync(await archiveOf(join(scratch('etcd'), 'e.tar.gz'), members, true));
  server = await faultServer({
    [etcdPath]: { body: etcd, ranges: true, headers: { etag: '"1"' } },
    [flannelPath]: { body: flannel },
  });
});
afterEach(() => {
  server.reset();
  server.route(flannelPath, { body: flannel });
  server.route(etcdPath, { body: etcd });
});
afterAll(() => server.close());

/** etcd and flannel from the server, all else in the folder. */
function specOf(pins: { etcd?: string; flannel?: string } = { etcd: sha256(etcd), flannel: sha256(flannel) }): object {
  const artifacts = [
    { component: 'etcd', url: server.url(etcdPath), sha256: pins.etcd },
    { component: 'flannel', url: server.url(flannelPath), sha256: pins.flannel },
  ];
  return minimal({ artifacts });
}

async function placeWith(spec: object = specOf()): Promise<Workplace> {
  const place = new Workplace(spec);
  await place.lay(loose);
  return place;
}

const given = ['--artifacts', 'art', trust];
const _requests = (): number => server.asked(etcdPath).length + server.asked(flannelPath).length;
const lockThere = (place: Workplace): boolean => existsSync(place.path('cluster.lock.json'));

describe('kubebale fetch: refuses', () => {
  it('KB4010: without a hash nothing is downloaded', async () => {
    const place = await placeWith(specOf({ etcd: sha256(etcd) }));
    const result = await place.fetch(['--artifacts', 'art']);
    expect(result.code).toBe(1);
    expect(words(result)).toContain(`no hash is known of ${server.url(flannelPath)}, so it was not fetched`);
    expect(server.asked(flannelPath)).toHaveLength(0);
    expect(lockThere(place)).toBe(false);
  });

  it('KB4207: a pinned hash that the download has not; the other file is kept, and no lock is written', async () => {
    const place = await placeWith(specOf({ etcd: sha256(etcd), flannel: sha256('other') }));
    const result = await place.fetch(given);
    expect(result.code).toBe(1);
    expect(words(result)).toContain('KB4207');
    expect(lockThere(place)).toBe(false);
    expect(hashOf(place.kept(sha256(etcd)))).toBe(sha256(etcd));
    expect(existsSync(place.kept(sha256(flannel)))).toBe(false);
    // Only what failed is asked for again.
    place.specify(specOf());
    server.reset();
    expect((await place.fetch(given)).code).toBe(0);
    expect([server.asked(etcdPath).length, server.asked(flannelPath).length]).toEqual([0, 1]);
  });

  it('KB4201: one of two is not there; the old lock stays as it was', async () => {
    const place = await placeWith();
    expect((await place.fetch(given)).code).toBe(0);
    const text = place.lockText();
    const gone = { component: 'flannel', url: server.url('/gone/flanneld'), sha256: sha256('gone') };
    place.specify(minimal({ artifacts: [gone] }));
    rmSync(join(place.art, 'flanneld'));
    for (const name of ['etcd', 'etcdctl']) writeFileSync(join(place.art, name), program(name));
    const result = await place.fetch(given);
    expect(result.code).toBe(1);
    expect(words(result)).toContain('KB4201');
    expect(place.lockText()).toBe(text);
  });

  it('KB4009: a wrong file in the folder is not passed over for the right one of the server', async () => {
    const place = await placeWith();
    writeFileSync(join(place.art, 'flanneld'), program('another'));
    const result = await place.fetch(given);
    expect(words(result)).toMatch(/KB4009: \S+art\/flanneld has the SHA-256/);
    expect(server.asked(flannelPath)).toHaveLength(0);
  });

  it('KB4017: a damaged copy in the cache is named, and not downloaded over in silence', async () => {
    const place = await placeWith();
    await place.fetch(given);
    rmSync(join(place.art, 'flanneld'));
    writeFileSync(place.kept(sha256(flannel)), program('flannelx'));
    const result = await place.fetch(given);
    expect(result.code).toBe(1);
    expect(words(result)).toContain(`KB4017: ${place.kept(sha256(flannel))} is damaged`);
  });

  it('Ctrl-C in a download leaves no lock, and what has arrived stays', async () => {
    const place = await placeWith();
    server.route(flannelPath, { body: flannel, stallAfter: 10 });
    const abort = new AbortController();
    const running = place.fetch(given, { signal: abort.signal });
    while (server.sent(flannelPath) === 0) await new Promise((done) => setTimeout(done, 5));
    abort.abort(new Interruption('SIGINT'));
    const { code, err } = await running;
    expect(code).toBe(130);
    expect(err).toContain('interrupted by SIGINT');
    expect(lockThere(place)).toBe(false);
    server.route(flannelPath, { body: flannel });
    expect((await place.fetch(given)).code).toBe(0);
  });

  it('a proxy that is none, and a mirror that is none, are wrong usage', async () => {
    const place = await placeWith();
    const proxy = await place.fetch(given, { env: { HTTP_PROXY: 'ftp://proxy' } });
    expect({ code: proxy.code, bug: proxy.err.includes('KB9001') }).toEqual({ code: 2, bug: false });
    expect(words(proxy)).toContain('HTTP_PROXY');
    const mirror = await place.fetch([...given, '--mirror', 'mirror.example.com']);
    expect(mirror.code).toBe(2);
  });
});
