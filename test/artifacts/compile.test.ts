import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { program } from '../archive/programs.ts';
import { allArtifacts } from '../support/artifacts.ts';
import { archiveOf, imageOf, savedOld } from '../support/images.ts';
import { host, minimal } from '../support/specs.ts';
import { flip, hashOf, Workplace, words } from './workplace.ts';

const trust = '--trust-first-use';
const archiveName = 'etcd-v3.4.23-linux-amd64.tar.gz';
const spec = minimal({ releases: { etcd: '3.4.23' } });

/** A place with everything, etcd in an archive, and a lock. */
async function locked(): Promise<Workplace> {
  const place = new Workplace(spec);
  await place.lay(allArtifacts.filter((name) => !name.startsWith('etcd')));
  const members = ['etcd', 'etcdctl'].map((name) => ({
    name: `etcd-v3.4.23-linux-amd64/${name}`,
    bytes: program(name),
  }));
  await archiveOf(join(place.art, archiveName), members, true);
  const { code, err } = await place.lock([trust]);
  if (code !== 0) throw new Error(err);
  return place;
}

interface ManifestFile {
  readonly path: string;
  readonly sha256: string;
  readonly from?: string;
}

/** A file out of a host's tarball. */
function packed(place: Workplace, name: string, path: string): Buffer {
  return execFileSync('tar', ['-xzOf', place.path('out/guide', `${name}.tar.gz`), `guide/${path}`]);
}

function manifest(place: Workplace, name: string): readonly ManifestFile[] {
  return JSON.parse(packed(place, name, 'MANIFEST.json').toString('utf8')).files;
}

const tarballs = (place: Workplace): readonly string[] =>
  existsSync(place.path('out/guide'))
    ? readdirSync(place.path('out/guide')).filter((name) => name.endsWith('.tar.gz'))
    : [];

describe('kubebale compile: takes what the lock names', () => {
  it('from the folder, and MANIFEST.json says which archive each program is from', async () => {
    const place = await locked();
    const { code, err } = await place.compile();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(tarballs(place)).toHaveLength(3);
    const files = manifest(place, 'sandbox-1');
    expect(Object.fromEntries(files.map((file) => [file.path, file.from]))).toMatchObject({
      'bin/etcd': archiveName,
      'bin/kubelet': 'kubelet',
      'images/pause.tar': 'pause.tar',
      'start.sh': undefined,
    });
    expect(files.find((file) => file.path === 'bin/kubelet')?.sha256).toBe(hashOf(join(place.art, 'kubelet')));
    expect(packed(place, 'sandbox-1', 'bin/etcd')).toEqual(program('etcd'));
  });

  it('from the cache alone, and from the folder with an empty cache: the same tarballs', async () => {
    const place = await locked();
    expect((await place.compile([])).code).toBe(0);
    const sums = readFileSync(place.path('out/guide/SHA256SUMS'), 'utf8');
    rmSync(place.cache, { recursive: true });
    const { code, err } = await place.compile(['--artifacts', 'art', '--out', 'again']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(readFileSync(place.path('again/guide/SHA256SUMS'), 'utf8')).toBe(sums);
  });

  it('KB4001: neither a folder nor a cache', async () => {
    const place = await locked();
    rmSync(place.cache, { recursive: true });
    const result = await place.compile([]);
    expect(result.code).toBe(1);
    expect(words(result)).toContain(`${archiveName} (etcd 3.4.23) is not here, nor what was taken out of it`);
    expect(words(result)).toContain('pause.tar');
    expect(words(result)).toContain('give its folder with --artifacts');
    expect(tarballs(place)).toEqual([]);
  });

  it('hosts of two architectures get their own programs and images', async () => {
    const place = new Workplace(minimal({ hosts: [host(1), host(3, ['node'], { architecture: 'arm64' })] }));
    await place.layFor('amd64');
    await place.layFor('arm64');
    expect((await place.lock([trust])).code).toBe(0);
    for (const more of [['--artifacts', 'art'], []]) {
      const { code, err } = await place.compile(more);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(packed(place, 'sandbox-1', 'bin/kubelet')).toEqual(program('kubelet for amd64'));
      expect(packed(place, 'sandbox-3', 'bin/kubelet')).toEqual(program('kubelet for arm64', { machine: 183 }));
      const images = ['sandbox-1', 'sandbox-3'].map((name) => packed(place, name, 'images/pause.tar'));
      expect(images[0]?.equals(images[1] ?? Buffer.alloc(0))).toBe(false);
      rmSync(place.path('out'), { recursive: true });
    }
  });

  it('--host: what other hosts need is not looked at', async () => {
    const place = new Workplace(minimal({ hosts: [host(1), host(3, ['etcd'])] }));
    await place.lay(['etcd', 'etcdctl']);
    expect((await place.lock([trust, '--allow-missing'])).code).toBe(0);
    expect((await place.compile()).code).toBe(1);
    const { code, err } = await place.compile(['--artifacts', 'art', '--host', 'sandbox-3']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(tarballs(place)).toEqual(['sandbox-3.tar.gz']);
    expect((await place.compile(['--artifacts', 'art', '--allow-missing'])).code).toBe(0);
    expect(tarballs(place)).toHaveLength(2);
  });

  it('--strict refuses on a warning, before anything is written', async () => {
    const place = await locked();
    place.specify({ ...spec, acceptWarnings: [] });
    const lax = await place.compile(['--artifacts', 'art', '--out', 'lax']);
    const strict = await place.compile(['--artifacts', 'art', '--strict']);
    expect([lax.code, strict.code]).toEqual([0, 1]);
    expect(lax.err).toContain('warning');
    expect(tarballs(place)).toEqual([]);
  });

  it('JSON lists the tarballs, or the findings', async () => {
    const place = await locked();
    const fine = await place.compile(['--artifacts', 'art', '--format', 'json']);
    expect(JSON.parse(fine.out).tarballs).toHaveLength(3);
    flip(join(place.art, 'kubelet'), 64);
    const bad = await place.compile(['--artifacts', 'art', '--format', 'json']);
    expect(bad.code).toBe(1);
    const said = JSON.parse(bad.out);
    expect(said.diagnostics.map((one: { code: string }) => one.code)).toEqual(['KB4009']);
    expect(said.tarballs).toBeUndefined();
  });

  it('--scripts-only needs no lock', async () => {
    const place = new Workplace();
    expect((await place.compile(['--scripts-only'])).code).toBe(0);
    expect(tarballs(place)).toHaveLength(3);
  });

  it('a folder in place of a locked file is not read: KB4002', async () => {
    const place = await locked();
    rmSync(join(place.art, 'kubelet'));
    mkdirSync(join(place.art, 'kubelet'));
    const result = await place.compile();
    expect(result.code).toBe(1);
    expect(words(result)).toMatch(/KB4002: \S+art\/kubelet cannot be used: it is no regular file/);
  });

  it('another pause image in the folder is not passed over, although the right one is kept: KB4009', async () => {
    const place = await locked();
    await archiveOf(join(place.art, 'pause.tar'), savedOld(await imageOf(['another']), null));
    const result = await place.compile();
    expect(words(result)).toMatch(/KB4009: \S+art\/pause\.tar has the SHA-256/);
    writeFileSync(join(place.art, 'pause.tar'), '');
    expect(words(await place.compile())).toMatch(/art\/pause\.tar cannot be used: it is empty/);
  });
});
