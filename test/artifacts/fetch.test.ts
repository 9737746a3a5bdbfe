import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { program } from '../archive/programs.ts';
import { allArtifacts } from '../support/artifacts.ts';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { archiveOf, sha256 } from '../support/images.ts';
import { host, minimal } from '../support/specs.ts';
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
const requests = (): number => server.asked(etcdPath).length + server.asked(flannelPath).length;
const lockThere = (place: Workplace): boolean => existsSync(place.path('cluster.lock.json'));

describe('kubebale fetch', () => {
  it('downloads, writes the lock, and lays the files into the folder; compile goes on from there', async () => {
    const place = await placeWith();
    const { code, err } = await place.fetch([...given, '--quiet']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const files = place.locked().files.filter((file) => file.kind === 'url');
    expect(files).toMatchObject([
      {
        component: 'etcd',
        file: 'acme-etcd.tar.gz',
        url: server.url(etcdPath),
        sha256: sha256(etcd),
        trust: 'specification',
      },
      { component: 'flannel', file: 'flanneld', url: server.url(flannelPath), sha256: sha256(flannel) },
    ]);
    expect(readFileSync(join(place.art, 'acme-etcd.tar.gz')).equals(etcd)).toBe(true);
    expect(readdirSync(place.art).sort()).toEqual([...loose, 'acme-etcd.tar.gz', 'flanneld'].sort());
    rmSync(place.cache, { recursive: true });
    expect((await place.compile()).code).toBe(0);
    // What fetch laid there, lock takes: the same lock.
    const text = place.lockText();
    expect((await place.lock()).code).toBe(0);
    expect(place.lockText()).toBe(text);
  });

  it('a second time nothing is asked for; nor for what is in the folder', async () => {
    const place = await placeWith();
    expect((await place.fetch(given)).code).toBe(0);
    const text = place.lockText();
    expect(requests()).toBe(2);
    for (const name of ['acme-etcd.tar.gz', 'flanneld']) rmSync(join(place.art, name));
    expect((await place.fetch(given)).code).toBe(0);
    rmSync(place.cache, { recursive: true });
    expect((await place.fetch(given)).code).toBe(0);
    expect(requests()).toBe(2);
    expect(place.lockText()).toBe(text);
  });

  it('an accepted download without a published hash is kept and known, for fetch, lock and --dry-run', async () => {
    const place = await placeWith(specOf({}));
    expect((await place.fetch(given)).code).toBe(0);
    for (const name of ['acme-etcd.tar.gz', 'flanneld']) rmSync(join(place.art, name));
    const dry = await place.fetch(['--artifacts', 'art', '--dry-run']);
    expect(dry.out).toContain('Nothing is missing');
    const text = place.lockText();
    expect(await place.lock()).toMatchObject({ code: 0, err: '' });
    expect(await place.fetch(['--artifacts', 'art', '--quiet'])).toMatchObject({ code: 0, err: '' });
    expect(place.lockText()).toBe(text);
    expect(requests()).toBe(2);
  });

  it('KB4017: the kept copy of a download became empty', async () => {
    const place = await placeWith();
    expect((await place.fetch(given)).code).toBe(0);
    rmSync(join(place.art, 'acme-etcd.tar.gz'));
    const kept = place.kept(sha256(etcd));
    writeFileSync(kept, '');
    const result = await place.lock();
    expect(result.code).toBe(1);
    expect(words(result)).toContain(`KB4017: ${kept} is damaged: its SHA-256 is ${sha256('')}`);
    expect(words(result)).not.toContain('KB4002');
  });

  it('two URLs that end with the same name are two files, in the folder too', async () => {
    const other = '/other/acme-etcd.tar.gz';
    const bytes = readFileSync(
      await archiveOf(join(scratch('other'), 'e.tar.gz'), [{ name: 'flanneld', bytes: flannel }], true),
    );
    server.route(other, { body: bytes });
    const artifacts = [
      { component: 'etcd', url: server.url(etcdPath), sha256: sha256(etcd) },
      {
        ...{ component: 'flannel', url: server.url(other), sha256: sha256(bytes) },
        programs: { flanneld: 'flanneld' },
      },
    ];
    const place = await placeWith(minimal({ artifacts }));
    expect((await place.fetch(given)).code).toBe(0);
    const laid = readdirSync(place.art).filter((name) => name.endsWith('acme-etcd.tar.gz'));
    expect(laid.map((name) => hashOf(join(place.art, name))).sort()).toEqual([sha256(etcd), sha256(bytes)].sort());
    expect(place.locked().files.map(({ file }) => file)).toEqual(expect.arrayContaining(laid));
    const text = place.lockText();
    rmSync(place.cache, { recursive: true });
    expect((await place.lock()).code).toBe(0);
    expect(place.lockText()).toBe(text);
    expect((await place.compile()).code).toBe(0);
  });

  it('--mirror is asked instead', async () => {
    const spec = minimal({
      artifacts: [{ component: 'flannel', url: 'https://nowhere.invalid/files/flanneld', sha256: sha256(flannel) }],
    });
    const place = await placeWith(spec);
    for (const name of ['etcd', 'etcdctl']) writeFileSync(join(place.art, name), program(name));
    const { code } = await place.fetch([...given, '--mirror', server.url('')]);
    expect(code).toBe(0);
    expect(server.asked('/nowhere.invalid/files/flanneld')).toHaveLength(1);
    expect(server.asked(flannelPath)).toHaveLength(1);
    expect(place.locked().files.find((file) => file.component === 'flannel')?.url).toBe(
      'https://nowhere.invalid/files/flanneld',
    );
  });

  it('--dry-run lists URL, name, size and hash, and writes nothing', async () => {
    const place = await placeWith(specOf({ etcd: sha256(etcd) }));
    const before = readdirSync(place.art);
    const text = await place.fetch(['--artifacts', 'art', '--dry-run']);
    expect(text.code).toBe(0);
    for (const part of [
      server.url(etcdPath),
      'acme-etcd.tar.gz',
      sha256(etcd),
      server.url(flannelPath),
      'not published',
    ])
      expect(text.out).toContain(part);
    const { out } = await place.fetch(['--artifacts', 'art', '--dry-run', '--format', 'json']);
    expect(JSON.parse(out)).toMatchObject({
      missing: [],
      downloads: [
        {
          kind: 'file',
          from: server.url(etcdPath),
          file: 'acme-etcd.tar.gz',
          what: 'etcd 2.3.7',
          sha256: sha256(etcd),
        },
        { kind: 'file', from: server.url(flannelPath), file: 'flanneld' },
      ],
    });
    expect(requests()).toBe(0);
    expect(lockThere(place)).toBe(false);
    expect(readdirSync(place.art)).toEqual(before);
    expect(existsSync(place.path('other'))).toBe(false);
    await place.fetch(['--artifacts', 'other', '--dry-run']);
    expect(existsSync(place.path('other'))).toBe(false);
  });

  it('--dry-run says what has no URL', async () => {
    const place = new Workplace(minimal({ releases: { etcd: '3.4.23' } }));
    await place.lay(allArtifacts.filter((name) => !name.startsWith('etcd')));
    const { code, out } = await place.fetch(['--artifacts', 'art', '--dry-run']);
    expect(code).toBe(0);
    expect(out).toBe('Not here, and without a known URL: etcd, etcdctl (etcd 3.4.23, amd64)\n');
  });

  it('programs of two architectures that have one name in their URLs get a folder each', async () => {
    const artifacts = (['amd64', 'arm64'] as const).map((architecture) => {
      const body = program(`flanneld ${architecture}`, { machine: { amd64: 62, arm64: 183 }[architecture] });
      server.route(`/${architecture}/flanneld`, { body });
      const url = server.url(`/${architecture}/flanneld`);
      return { component: 'flannel', architecture, url, sha256: sha256(body) };
    });
    const hosts = [host(1), host(3, ['node'], { architecture: 'arm64' })];
    const place = new Workplace(minimal({ hosts, artifacts }));
    await place.layFor('amd64');
    await place.layFor('arm64');
    for (const architecture of ['amd64', 'arm64']) rmSync(join(place.art, architecture, 'flanneld'));
    expect((await place.fetch(given)).code).toBe(0);
    expect(existsSync(join(place.art, 'flanneld'))).toBe(false);
    for (const { architecture, sha256: expected } of artifacts)
      expect(hashOf(join(place.art, architecture, 'flanneld'))).toBe(expected);
    rmSync(place.cache, { recursive: true });
    expect(await place.compile()).toMatchObject({ code: 0, err: '' });
    expect(await place.lock()).toMatchObject({ code: 0, err: '' });
  });

  it('a pause image that lies in the second folder is not laid into the first under its name', async () => {
    const place = await placeWith();
    mkdirSync(place.path('first'));
    const folders = ['--artifacts', 'first', '--artifacts', 'art'];
    expect((await place.fetch([...folders, trust])).code).toBe(0);
    expect(existsSync(place.path('first', 'flanneld'))).toBe(true);
    expect((await place.compile(folders)).code).toBe(0);
  });
});
