import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { ArtifactError } from '../../src/artifacts/artifact-error.ts';
import { Store } from '../../src/artifacts/store.ts';
import { normaliseDockerArchive, readDockerArchive } from '../../src/images/docker-archive.ts';
import { archiveOf, imageOf, type Member, savedNew, savedOld, sha256, tarOf } from '../support/images.ts';
import { scratch } from '../support/unpack.ts';

const name = 'registry.Xcloud.com/public/pause:1.0.2';
const { signal } = new AbortController();

let folder = '';
let store = new Store('');
let file = '';
beforeEach(() => {
  folder = scratch('images');
  store = new Store(join(folder, 'store'));
  file = join(folder, 'pause.tar');
});

const normalise = (path = file) => normaliseDockerArchive(path, name, 'amd64', store, { signal });

/** The names in the store that have bytes, and the temporary ones, which there have to be none of. */
function storeNames(): string[] {
  return existsSync(store.folder)
    ? readdirSync(store.folder, { recursive: true, encoding: 'utf8' }).filter((path) => /[/][^/]{3,}/.test(path))
    : [];
}

async function failure(promise: Promise<unknown>): Promise<ArtifactError> {
  const error: unknown = await promise.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ArtifactError)) throw error;
  expect(error.hint).toMatch(/\S/);
  return error;
}

/** That the members are refused with that code and words, and nothing is left. */
async function refuses(members: readonly Member[], code: string, words: string): Promise<void> {
  await archiveOf(file, members);
  const error = await failure(normalise());
  expect(error.message).toContain(words);
  expect(error.message).toContain(file);
  expect(error.code).toBe(code);
  expect(readdirSync(folder).toSorted()).toEqual(existsSync(store.folder) ? ['pause.tar', 'store'] : ['pause.tar']);
  expect(storeNames().filter((path) => path.startsWith('tmp'))).toEqual([]);
}

/** An old archive with its members changed. */
async function spoiled(change: (members: Member[]) => Member[]): Promise<Member[]> {
  return change(savedOld(await imageOf(['one', 'two']), [name]));
}

const replace = (members: Member[], wanted: RegExp, bytes: string | Uint8Array): Member[] =>
  members.map((member) => (wanted.test(member.name) ? { name: member.name, bytes } : member));

describe('a docker-archive', () => {
  it.each([
    ['of docker 1.11', savedOld, false],
    ['of docker 25', savedNew, false],
    ['packed with gzip', savedOld, true],
  ] as const)('%s becomes the same normal one', async (_what, save, packed) => {
    const image = await imageOf(['one', 'two', 'one']);
    await archiveOf(file, save(image, ['gcr.io/google_containers/pause-amd64:3.0']), packed);
    const normal = await normalise();
    expect(normal.id).toBe(image.id);
    expect(normal.layers).toEqual(image.diffIds);
    const archive = store.path(normal.digest.sha256);
    const listed = execFileSync('tar', ['tvf', archive, '--full-time'], { encoding: 'utf8', env: { TZ: 'UTC' } });
    expect(listed.trimEnd().split('\n')).toHaveLength(5);
    for (const line of listed.trimEnd().split('\n')) expect(line).toMatch(/^-rw-r--r-- 0\/0 .* 1970-01-01 00:00:00 /);
    const manifest: unknown = JSON.parse(execFileSync('tar', ['xOf', archive, 'manifest.json'], { encoding: 'utf8' }));
    const layers = image.diffIds.map((diffId) => `${diffId.slice(7)}/layer.tar`);
    expect(manifest).toEqual([{ Config: `${image.id.slice(7)}.json`, RepoTags: [name], Layers: layers }]);
    expect(execFileSync('tar', ['xOf', archive, layers[1] ?? ''])).toEqual(image.layers[1]);
    const [repositories] = [execFileSync('tar', ['xOf', archive, 'repositories'], { encoding: 'utf8' })];
    expect(JSON.parse(repositories)).toEqual({
      'registry.Xcloud.com/public/pause': { '1.0.2': image.diffIds[2]?.slice(7) },
    });
    // Its own output comes back the same, and so does the other form of the same image.
    expect(await normalise(archive)).toEqual(normal);
    await archiveOf(file, savedNew(image, [], true));
    expect((await normalise()).digest).toEqual(normal.digest);
    expect(storeNames().filter((path) => path.startsWith('tmp'))).toEqual([]);
  });

  it('gives the same bytes in another store', async () => {
    await archiveOf(file, savedOld(await imageOf(['one']), null));
    const other = new Store(join(folder, 'other'));
    const there = await normaliseDockerArchive(file, name, 'amd64', other, { signal });
    expect(await normalise()).toEqual(there);
    expect(sha256(readFileSync(other.path(there.digest.sha256)))).toBe(there.digest.sha256);
  });

  it('of several images gives the one with the wanted name, however that is written', async () => {
    const [one, two] = [await imageOf(['one']), await imageOf(['two'])];
    const parts = [savedOld(one, []), savedOld(two, [])].flat().filter(({ name }) => !/^(manif|repos)/.test(name));
    const item = (image: typeof one, tag: string) => {
      const [manifest] = savedOld(image, [tag]).filter((member) => member.name === 'manifest.json');
      const list: unknown[] = manifest && 'bytes' in manifest ? JSON.parse(String(manifest.bytes)) : [];
      return list[0];
    };
    const list = [item(one, 'docker.io/library/app:1'), item(two, name.toLowerCase())];
    await archiveOf(file, [...parts, { name: './manifest.json', bytes: JSON.stringify(list) }]);
    expect((await normalise()).id).toBe(two.id);
    expect((await readDockerArchive(file, store, { signal, name: 'app:1' })).config.sha256).toBe(one.id.slice(7));
  });

  it('without an architecture is taken, as old tools wrote them', async () => {
    const image = await imageOf(['one'], {});
    await archiveOf(file, savedOld(image, null));
    expect((await normalise()).id).toBe(image.id);
  });

  it('may have hard links, and none of its files is kept but what belongs to the image', async () => {
    const image = await imageOf(['one', 'one']);
    const members = savedOld(image, null).map((member) =>
      'symlink' in member ? { name: member.name, link: member.symlink.slice(3) } : member,
    );
    await archiveOf(file, [...members, { name: 'more', bytes: 'more' }]);
    const normal = await normalise();
    const kept = [normal.digest.sha256, image.id.slice(7), image.diffIds[0]?.slice(7)];
    expect(
      storeNames()
        .map((path) => path.replace(/.*\//, ''))
        .toSorted(),
    ).toEqual(kept.toSorted());
  });

  it('stops at once when it is told to, and leaves nothing', async () => {
    await archiveOf(file, savedOld(await imageOf(['one']), null), true);
    const reason = new Error('Ctrl-C');
    await expect(
      normaliseDockerArchive(file, name, 'amd64', store, { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    expect(storeNames()).toEqual([]);
  });
});

describe('what is no docker-archive', () => {
  it('KB4301: another file, a short one, an empty one, a tar of something else', async () => {
    for (const bytes of ['PK\x03\x04 zip', '', 'x'.repeat(2000), gzipSync('x'.repeat(2000))]) {
      writeFileSync(file, bytes);
      expect((await failure(normalise())).code).toBe('KB4301');
    }
    await archiveOf(file, savedOld(await imageOf(['one']), [name]));
    truncateSync(file, 2000);
    expect((await failure(normalise())).message).toContain('is not whole');
    await refuses([{ name: 'notes.txt', bytes: 'x' }], 'KB4301', 'no manifest.json');
  });

  it('KB4302: docker export', async () => {
    const members: Member[] = ['bin/', 'dev/', 'etc/'].map((path) => ({ name: path, type: 'directory' }));
    members.push({ name: 'bin/sh', symlink: '/bin/busybox' }, { name: 'dev/null', type: 'character-device' });
    await refuses(members, 'KB4302', 'docker export');
  });

  it('KB4303: docker save before 1.10', async () => {
    const old = await spoiled((members) => members.filter(({ name }) => !/json$/.test(name)));
    await refuses(old, 'KB4303', 'before 1.10');
    const unnamed = await spoiled((members) => members.filter(({ name }) => name.endsWith('/json')));
    await refuses(unnamed, 'KB4303', 'before 1.10');
  });

  it('KB4304: an OCI layout', async () => {
    const members = savedNew(await imageOf(['one']), []).filter(({ name }) => name !== 'manifest.json');
    await refuses(members, 'KB4304', 'OCI layout');
  });
});

describe('a malicious archive', () => {
  it.each<[string, Member]>([
    ['an absolute path', { name: '/etc/cron.d/job', bytes: 'x' }],
    ['a path that leads outside', { name: 'a/../../job', bytes: 'x' }],
    ['a symbolic link to outside', { name: 'a/link', symlink: '../../job' }],
    ['an absolute link', { name: 'link', symlink: '/etc/passwd' }],
    ['a hard link to outside', { name: 'a/link', link: '../job' }],
    ['a device', { name: 'null', type: 'character-device' }],
    ['a pipe', { name: 'pipe', type: 'fifo' }],
  ])('KB4305: %s', async (_what, member) => {
    await refuses(await spoiled((members) => [member, ...members]), 'KB4305', member.name);
    expect(storeNames()).toEqual([]);
  });

  it('KB4305: a second manifest, configuration or layer of the same name', async () => {
    for (const wanted of [/^manifest/, /^[^/]*\.json$/, /layer\.tar$/]) {
      await refuses(
        await spoiled((members) => [...members, ...members.filter(({ name }) => wanted.test(name)).slice(0, 1)]),
        'KB4305',
        'two members',
      );
    }
  });

  it('KB4305: a manifest and a configuration of absurd size', async () => {
    const spaces = Buffer.alloc(8 * 1024 * 1024 + 1, ' ');
    await refuses(await spoiled((members) => replace(members, /^manifest/, spaces)), 'KB4305', 'manifest.json has');
    await refuses(await spoiled((members) => replace(members, /^[0-9a-f]*\.json/, spaces)), 'KB4305', '8388609 bytes');
  });

  it('KB4305: members without end', async () => {
    const many = Array.from({ length: 20_001 }, (_, index): Member => ({ name: `${index}`, bytes: '' }));
    await refuses(await spoiled((members) => [...many, ...members]), 'KB4305', '20000 members');
  });

  it('KB4317: a bomb, as the whole archive or as a layer', async () => {
    const bomb = gzipSync(Buffer.alloc(257 * 1024 * 1024));
    writeFileSync(file, bomb);
    expect((await failure(normalise())).code).toBe('KB4317');
    await refuses(await spoiled((members) => replace(members, /layer\.tar$/, bomb)), 'KB4317', 'layer.tar');
    expect(storeNames()).toEqual([]);
  });
});

describe('an archive that is not right', () => {
  it('KB4306: several images, and none of them, or two, with the name', async () => {
    const image = await imageOf(['one']);
    for (const tags of [
      ['app:1', 'not a name'],
      [name, name],
    ]) {
      const members = savedOld(image, null);
      const items = tags.map((tag) => ({ Config: 'x.json', RepoTags: [tag], Layers: [] }));
      const manifest = JSON.stringify([...items, { Config: 'x.json', RepoTags: null, Layers: [] }]);
      await refuses(replace(members, /^manifest/, manifest), 'KB4306', `${tags.join(', ')}, (no name)`);
    }
  });

  it('KB4307: a layer with other bytes, that is missing, or one too many', async () => {
    const spoil = (members: Member[]) => replace(members, /layer\.tar$/, 'other bytes');
    await refuses(await spoiled(spoil), 'KB4307', `its SHA-256 is ${sha256('other bytes')}`);
    expect(storeNames()).toEqual([]);
    const drop = (members: Member[]) => members.filter(({ name }) => !/layer\.tar$/.test(name));
    await refuses(await spoiled(drop), 'KB4307', 'lacks');
    const image = await imageOf(['one', 'two']);
    const swapped = { ...image, layers: image.layers.toReversed() };
    await refuses(savedOld(swapped, null), 'KB4307', 'damaged');
    await refuses(savedOld({ ...image, layers: image.layers.slice(1) }, null), 'KB4307', 'has 1 layers');
  });

  it('KB4307: a layer that is a link to itself, or to a folder', async () => {
    for (const symlink of ['layer.tar', '.']) {
      const loop = (members: Member[]) =>
        members.map((member) => (/layer\.tar$/.test(member.name) ? { name: member.name, symlink } : member));
      await refuses(await spoiled(loop), 'KB4307', 'lacks');
    }
  });

  it('KB4307: a configuration that is not JSON, not of its name, without layers; a manifest that is none', async () => {
    const image = await imageOf(['one']);
    for (const [bytes, words] of [
      ['{', 'is not JSON'],
      ['[]', 'is not JSON'],
      ['{"rootfs":{}}', 'does not list its layers'],
      ['{"rootfs":{"diff_ids":["md5:1"]}}', 'does not list its layers'],
    ] as const) {
      await refuses(savedOld({ ...image, config: Buffer.from(bytes) }, null), 'KB4307', words);
    }
    await refuses(replace(savedOld(image, null), /^[0-9a-f]*\.json/, '{"rootfs":{}}'), 'KB4307', 'not its name');
    for (const bytes of ['', '[]', '{}', '[{}]', '[{"Config":"c","Layers":[1]}]', '[{"Config":"c","RepoTags":"x"}]']) {
      await refuses(replace(savedOld(image, null), /^manifest/, bytes), 'KB4307', 'not the list of images');
    }
  });

  it('KB4307: a layer whose gzip is cut', async () => {
    const image = await imageOf(['one']);
    const cut = gzipSync(image.layers[0] ?? '').subarray(0, -9);
    await refuses(replace(savedOld(image, null), /layer\.tar$/, cut), 'KB4307', 'cannot be unpacked');
  });

  it('KB4308: another architecture or operating system', async () => {
    await refuses(
      savedOld(await imageOf(['x'], { architecture: 'arm64', os: 'linux' }), null),
      'KB4308',
      'linux/arm64',
    );
    await refuses(savedOld(await imageOf(['x'], { architecture: 'amd64', os: 'windows' }), null), 'KB4308', 'windows');
  });

  it('KB4309: a layer packed with zstd', async () => {
    const zstd = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0]);
    await refuses(await spoiled((members) => replace(members, /layer\.tar$/, zstd)), 'KB4309', 'zstd');
  });

  it('with one byte changed anywhere is refused, or gives the very same image', async () => {
    const good = await tarOf(savedOld(await imageOf(['one', 'two']), [name]));
    writeFileSync(file, good);
    const normal = await normalise();
    let refused = 0;
    // A fixed sequence of places, so that a failure can be repeated.
    for (let turn = 0, place = 1; turn < 150; turn++, place = (place * 48271) % 2147483647) {
      const bytes = Buffer.from(good);
      bytes.writeUInt8(bytes.readUInt8(place % bytes.length) ^ (1 << (turn % 8)), place % bytes.length);
      writeFileSync(file, bytes);
      const result = await normalise().catch((error: unknown) => error);
      if (result instanceof ArtifactError) refused += 1;
      else expect(result).toEqual(normal);
    }
    expect(refused).toBeGreaterThan(30);
  });
});
