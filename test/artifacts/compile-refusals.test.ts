import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatLock } from '../../src/artifacts/lock-file.ts';
import { program } from '../archive/programs.ts';
import { allArtifacts } from '../support/artifacts.ts';
import { archiveOf, imageOf, savedOld } from '../support/images.ts';
import { minimal } from '../support/specs.ts';
import { flip, hashOf, Workplace, words } from './workplace.ts';

const trust = '--trust-first-use';
const archiveName = 'etcd-v3.4.23-linux-amd64.tar.gz';
const releases = { etcd: '3.4.23' };
const spec = minimal({ releases });
const hash = 'ab'.repeat(32);
const app = 'registry.Xcloud.com/public/app:1.4';

async function locked(more: object = {}): Promise<Workplace> {
  const place = new Workplace({ ...spec, ...more });
  await place.lay(allArtifacts.filter((name) => !name.startsWith('etcd')));
  const members = ['etcd', 'etcdctl'].map((name) => ({
    name: `etcd-v3.4.23-linux-amd64/${name}`,
    bytes: program(name),
  }));
  await archiveOf(join(place.art, archiveName), members, true);
  await archiveOf(place.path('a.tar'), savedOld(await imageOf(['app']), null));
  const { code, err } = await place.lock([trust]);
  if (code !== 0) throw new Error(err);
  return place;
}

describe('kubebale compile: refuses what differs', () => {
  it('KB4006: there is no lock', async () => {
    const place = await locked();
    rmSync(place.path('cluster.lock.json'));
    const result = await place.compile();
    expect(result.code).toBe(1);
    expect(words(result)).toContain('there is no cluster.lock.json');
    expect(words(result)).toContain('kubebale lock cluster.json --artifacts DIR');
    expect(existsSync(place.path('out'))).toBe(false);
  });

  it('KB4007: a byte of the lock is flipped, and compile, lock and fetch say so', async () => {
    const place = await locked();
    const text = place.lockText();
    flip(place.path('cluster.lock.json'));
    const spoilt = readFileSync(place.path('cluster.lock.json'));
    for (const result of [
      await place.compile(),
      await place.lock([trust]),
      await place.fetch(),
      await place.fetch(['--dry-run']),
    ]) {
      expect(result.code).toBe(1);
      expect(words(result)).toMatch(/KB4007: cluster\.lock\.json/);
    }
    expect(readFileSync(place.path('cluster.lock.json'))).toEqual(spoilt);
    writeFileSync(place.path('cluster.lock.json'), text);
    expect((await place.compile()).code).toBe(0);
  });

  const changes: readonly (readonly [name: string, before: object, after: object, what: string])[] = [
    ['another release', {}, { releases: { etcd: '3.4.22' } }, 'etcd (etcd 3.4.22, amd64)'],
    [
      'an artifact where there was none',
      {},
      { artifacts: [{ component: 'etcd', file: 'mine.tar' }] },
      'etcd (etcd 3.4.23, amd64)',
    ],
    [
      'another hash for a file',
      { artifacts: [{ component: 'docker', folder: 'art' }] },
      { artifacts: [{ component: 'docker', folder: 'art', sha256: { docker: hash } }] },
      'docker (docker',
    ],
    ['no artifact any more', { artifacts: [{ component: 'docker', folder: 'art' }] }, {}, 'docker (docker'],
    [
      'another hash for an image',
      { images: [{ name: app, file: 'a.tar' }] },
      { images: [{ name: app, file: 'a.tar', sha256: hash }] },
      `public-app-1.4.tar (${app}, amd64)`,
    ],
    ['an image more', {}, { images: [{ name: app, file: 'a.tar' }] }, `public-app-1.4.tar (${app}, amd64)`],
    [
      'an image from elsewhere',
      { images: [{ name: app, file: 'a.tar' }] },
      { images: [{ name: app, from: 'example.com/app:2' }] },
      app,
    ],
  ];
  it.each(changes)('KB4008: the specification has %s', async (_name, before, after, what) => {
    const place = await locked(before);
    expect((await place.compile()).code).toBe(0);
    rmSync(place.path('out'), { recursive: true });
    place.specify({ ...spec, ...after });
    const result = await place.compile();
    expect(result.code).toBe(1);
    expect(words(result)).toMatch(/KB4008: cluster\.lock\.json does not have/);
    expect(words(result)).toContain(what);
    expect(words(result)).toContain('the specification has changed since: run kubebale fetch, or kubebale lock');
    expect(existsSync(place.path('out'))).toBe(false);
  });

  it('KB4008: --allow-missing is about what the lock lacks, not about what is another thing now', async () => {
    const place = await locked({ images: [{ name: app, file: 'a.tar' }] });
    const lock = place.locked();
    const files = lock.files.filter(({ file }) => file !== 'kubelet');
    writeFileSync(place.path('cluster.lock.json'), formatLock({ ...lock, files }));
    const more = ['--artifacts', 'art', '--allow-missing'];
    expect((await place.compile(more)).code).toBe(0);
    const images = [{ name: app, file: 'a.tar', sha256: hash }];
    place.specify(minimal({ releases: { etcd: '3.4.22' }, images }));
    const result = await place.compile(more);
    expect(result.code).toBe(1);
    expect(words(result)).toContain(
      `does not have etcd (etcd 3.4.22, amd64), etcdctl (etcd 3.4.22, amd64), public-app-1.4.tar (${app}, amd64)`,
    );
    expect(words(result)).not.toContain('kubelet');
  });

  it('KB4008: an image is no longer in the lock; an image was pulled by another reference', async () => {
    const place = await locked();
    const lock = place.locked();
    writeFileSync(place.path('cluster.lock.json'), formatLock({ ...lock, images: [] }));
    expect(words(await place.compile())).toContain('does not have pause.tar');
    const images = lock.images.map((image) => ({ ...image, from: `example.com/other@sha256:${hash}` }));
    writeFileSync(place.path('cluster.lock.json'), formatLock({ ...lock, images }));
    expect(words(await place.compile())).toContain('does not have pause.tar');
  });

  it('KB4008: the lock of another cluster', async () => {
    const place = await locked();
    place.specify({ ...spec, name: 'other' });
    const result = await place.compile();
    expect(result.code).toBe(1);
    expect(words(result)).toContain('cluster.lock.json is of the cluster guide, not of other');
    const lock = readFileSync(place.path('cluster.lock.json'), 'utf8');
    expect(words(await place.lock())).toContain('KB4008: the lock is of the cluster guide, not of other');
    expect(readFileSync(place.path('cluster.lock.json'), 'utf8')).toBe(lock);
  });

  it.each(['kubelet', archiveName, 'pause.tar'])('KB4009: a byte of %s in the folder is flipped', async (name) => {
    const place = await locked();
    const file = join(place.art, name);
    const expected = hashOf(file);
    copyFileSync(file, place.path('good'));
    for (let time = 0; time < 3; time += 1) {
      flip(file);
      const result = await place.compile();
      expect(result.code).toBe(1);
      expect(words(result)).toContain(
        `${file} has the SHA-256 ${hashOf(file)}, but cluster.lock.json says ${expected}`,
      );
      copyFileSync(place.path('good'), file);
    }
    expect((await place.compile()).code).toBe(0);
  });

  it('KB4009: an archive whose members are not those of the lock', async () => {
    const place = await locked();
    const lock = place.locked();
    const files = lock.files.map((file) => ({
      ...file,
      programs: file.programs.map((one) => (one.name === 'etcd' ? { ...one, sha256: hash } : one)),
    }));
    writeFileSync(place.path('cluster.lock.json'), formatLock({ ...lock, files }));
    const result = await place.compile();
    expect(words(result)).toMatch(
      /KB4009: etcd-v3\.4\.23-linux-amd64\/etcd in \S+ has the SHA-256 \w+, but cluster\.lock\.json says abab/,
    );
  });

  it.each(['a member of an archive', 'a program', 'an image'])(
    'KB4017: a byte of %s in the cache is flipped',
    async (what) => {
      const place = await locked();
      const lock = place.locked();
      const programs = lock.files.flatMap((file) => file.programs);
      const name = { 'a member of an archive': 'etcd', 'a program': 'kubelet' }[what];
      const sha256 = (name ? programs.find((one) => one.name === name) : lock.images[0])?.sha256 ?? '';
      const kept = place.kept(sha256);
      copyFileSync(kept, place.path('good'));
      for (let time = 0; time < 4; time += 1) {
        flip(kept);
        const result = await place.compile([]);
        expect(result.code).toBe(1);
        expect(words(result)).toMatch(new RegExp(`KB4017: ${kept} is damaged`));
        expect(existsSync(place.path('out'))).toBe(false);
        copyFileSync(place.path('good'), kept);
      }
      // A flip in the head of a program is no other program, but a damaged copy.
      if (name) {
        const bytes = readFileSync(kept);
        bytes[1] = 0;
        writeFileSync(kept, bytes);
        expect(words(await place.compile([]))).toMatch(new RegExp(`KB4017: ${kept} is damaged`));
        copyFileSync(place.path('good'), kept);
      }
      expect((await place.compile([])).code).toBe(0);
    },
  );
});
