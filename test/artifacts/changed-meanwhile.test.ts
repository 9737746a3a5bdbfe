import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openArchive } from '../../src/archive/open-archive.ts';
import { DigestCache } from '../../src/artifacts/digest-cache.ts';
import { resolveArtifacts, type Settings } from '../../src/artifacts/resolve-artifacts.ts';
import { Store } from '../../src/artifacts/store.ts';
import { check } from '../../src/compile.ts';
import { Diagnostics } from '../../src/diagnostics/collector.ts';
import { program } from '../archive/programs.ts';
import { allArtifacts } from '../support/artifacts.ts';
import { archiveOf, imageOf, savedOld, sha256, tarOf } from '../support/images.ts';
import { minimal } from '../support/specs.ts';
import { scratch } from '../support/unpack.ts';
import { hashOf, Workplace } from './workplace.ts';

const folder = 'etcd-v3.4.23-linux-amd64';
const archiveName = `${folder}.tar.gz`;
const signal = new AbortController().signal;

const etcdMembers = (text: string) =>
  ['etcd', 'etcdctl'].map((name) => ({ name: `${folder}/${name}`, bytes: program(`${name} ${text}`) }));

/** A place with everything; resolving it says when a file is opened, after its hash was taken. */
async function laid(): Promise<{ place: Workplace; resolve: (onOpen: (path: string) => void) => Promise<Resolved> }> {
  const place = new Workplace(minimal({ releases: { etcd: '3.4.23' } }));
  await place.lay(allArtifacts.filter((name) => !name.startsWith('etcd')));
  await archiveOf(join(place.art, archiveName), etcdMembers('first'), true);
  const file = place.path('cluster.json');
  const { plan } = check({ path: file, bytes: readFileSync(file) });
  if (!plan) throw new Error('no plan');
  const resolve = async (onOpen: (path: string) => void) => {
    const diagnostics = new Diagnostics();
    const settings: Settings = {
      ...{ plan, specFolder: place.folder, folders: [place.art], previous: undefined, ask: undefined },
      ...{ store: new Store(place.cache), digests: new DigestCache(join(place.cache, 'digests')), signal },
      ...{ trustFirstUse: true, allowMissing: false, online: undefined, onOpen },
    };
    const resolution = await resolveArtifacts(settings, diagnostics);
    return { resolution, found: diagnostics.list().map(({ code, message }) => `${code} ${message}`) };
  };
  return { place, resolve };
}

interface Resolved {
  readonly resolution: object | undefined;
  readonly found: readonly string[];
}

describe('a file that changes between its hash and its opening', () => {
  it('KB4009: another archive is put in its place; no program of it is locked or kept', async () => {
    const { place, resolve } = await laid();
    const other = await archiveOf(place.path('other'), etcdMembers('second'), true);
    const before = hashOf(join(place.art, archiveName));
    const after = hashOf(other);
    const { resolution, found } = await resolve((path) => {
      if (path.endsWith(archiveName)) renameSync(other, path);
    });
    expect(resolution).toBeUndefined();
    expect(found).toEqual([
      `KB4009 ${join(place.art, archiveName)} changed while it was read: its SHA-256 was ${before}, and is ${after}`,
    ]);
    expect(existsSync(place.kept(sha256(program('etcd second'))))).toBe(false);
  });

  it('KB4009: another image is put in its place', async () => {
    const { place, resolve } = await laid();
    const other = await archiveOf(place.path('other'), savedOld(await imageOf(['another']), null));
    const { resolution, found } = await resolve((path) => {
      if (path.endsWith('pause.tar')) renameSync(other, path);
    });
    expect(resolution).toBeUndefined();
    expect(found).toEqual([expect.stringMatching(/^KB4009 \S+pause\.tar changed while it was read/)]);
  });

  it('the same bytes written again are no change', async () => {
    const { resolve } = await laid();
    const { resolution, found } = await resolve((path) => writeFileSync(path, readFileSync(path)));
    expect(found).toEqual([]);
    expect(resolution).toBeDefined();
  });

  it('KB4009: bytes that the reader of the archive has no use for count as well', async () => {
    const tar = await tarOf(etcdMembers('first'));
    const longer = Buffer.concat([tar, Buffer.alloc(2 * 1024 * 1024)]);
    const file = join(scratch('longer'), 'etcd.tar');
    writeFileSync(file, longer);
    const wanted = [{ name: 'etcd', architecture: 'amd64', paths: [`${folder}/etcd`] }] as const;
    const store = new Store(scratch('store'));
    const open = (hash: string) => openArchive(file, wanted, store, { signal, sha256: hash });
    await expect(open(sha256(tar))).rejects.toMatchObject({ code: 'KB4009' });
    expect(existsSync(store.path(sha256(program('etcd first'))))).toBe(false);
    expect(await open(sha256(longer))).toMatchObject([{ name: 'etcd', sha256: sha256(program('etcd first')) }]);
  });
});
