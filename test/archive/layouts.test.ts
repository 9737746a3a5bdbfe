import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { FoundMember } from '../../src/archive/open-archive.ts';
import { scratch } from '../support/unpack.ts';
import { archiveOf, filesBelow, open, type Place, want } from './opening.ts';
import { program } from './programs.ts';

/** Lay files out, and pack them as GNU tar does. */
function packed(files: Readonly<Record<string, Uint8Array>>, ...options: readonly string[]): Buffer {
  const folder = scratch('layout');
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
    chmodSync(join(folder, path), 0o755);
  }
  const file = join(scratch('layout'), 'made');
  const tops = new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''));
  const what = options.some((option) => option === '.') ? [] : [...tops];
  execFileSync('tar', ['-cf', file, '-C', folder, ...options, ...what]);
  return readFileSync(file);
}

/** Where the members were, and what the store has of them. */
function contents(place: Place, found: readonly FoundMember[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    found.map(({ name, architecture, path, sha256, size }) => {
      const bytes = readFileSync(place.store.path(sha256));
      expect(bytes.length).toBe(size);
      return [`${name} ${architecture} at ${path}`, bytes.toString('latin1', 64)];
    }),
  );
}

describe('the layouts of official archives', () => {
  it('etcd: a folder with the release', async () => {
    const root = 'etcd-v2.3.7-linux-amd64';
    const bytes = packed(
      {
        [`${root}/etcd`]: program('etcd'),
        [`${root}/etcdctl`]: program('etcdctl'),
        [`${root}/README.md`]: Buffer.from('# etcd'),
        [`${root}/Documentation/etcd`]: Buffer.from('a file that has the name too'),
      },
      '-z',
    );
    const place = archiveOf(bytes);
    const found = await open(place, [want('etcd', `${root}/etcd`), want('etcdctl', `${root}/etcdctl`)]);
    expect(contents(place, found)).toEqual({
      [`etcd amd64 at ${root}/etcd`]: 'etcd',
      [`etcdctl amd64 at ${root}/etcdctl`]: 'etcdctl',
    });
    expect(filesBelow(place.store.folder)).toHaveLength(2);
  });

  it.each([
    ['0.5', 'flannel-0.5.5/flanneld'],
    ['0.6', 'flanneld'],
  ])('flannel %s', async (_, path) => {
    const place = archiveOf(packed({ [path]: program('flanneld'), 'README.md': Buffer.from('#') }, '-z'));
    const found = await open(place, [want('flanneld', 'flannel-0.5.5/flanneld', 'flanneld')]);
    expect(contents(place, found)).toEqual({ [`flanneld amd64 at ${path}`]: 'flanneld' });
  });

  it.each([[['.']], [['--format=v7', '.']], [['--format=pax', '.']], [['--format=oldgnu', '.']]])(
    'docker 1.11 with ./ before its names, tar %s',
    async (options) => {
      const names = ['docker', 'docker-containerd', 'docker-runc'];
      const files = Object.fromEntries(names.map((name) => [`docker/${name}`, program(name)]));
      const place = archiveOf(gzipSync(packed(files, ...options)));
      const found = await open(
        place,
        names.map((name) => want(name, `docker/${name}`)),
      );
      expect(Object.values(contents(place, found))).toEqual(names);
    },
  );

  it('docker 1.10: one program and no archive, also within gzip', async () => {
    for (const bytes of [program('docker'), gzipSync(program('docker'))]) {
      const place = archiveOf(bytes, 'docker-1.10.3');
      const found = await open(place, [want('docker', '')]);
      expect(contents(place, found)).toEqual({ 'docker amd64 at ': 'docker' });
    }
  });

  it('kubernetes: archives in an archive, for two architectures, image tars left out', async () => {
    const server = (architecture: string, machine: number): Buffer =>
      packed(
        {
          'kubernetes/server/bin/kubelet': program(`kubelet ${architecture}`, { machine }),
          'kubernetes/server/bin/kube-proxy': program(`kube-proxy ${architecture}`, { machine }),
          'kubernetes/server/bin/kube-proxy.tar': Buffer.alloc(100_000),
        },
        '-z',
      );
    const outer = (architecture: string): string => `kubernetes/server/kubernetes-server-linux-${architecture}.tar.gz`;
    const bytes = packed(
      {
        [outer('amd64')]: server('amd64', 62),
        [outer('arm64')]: server('arm64', 183),
        // Not asked for, so not looked into.
        'kubernetes/server/kubernetes-salt.tar.gz': Buffer.from('damaged'),
        'kubernetes/version': Buffer.from('v1.3.10'),
      },
      '-z',
    );
    const place = archiveOf(bytes, 'kubernetes.tar.gz');
    const wanted = (['amd64', 'arm64'] as const).flatMap((architecture) =>
      ['kubelet', 'kube-proxy'].map((name) => ({
        name,
        architecture,
        paths: [`${outer(architecture)}!kubernetes/server/bin/${name}`, `kubernetes/server/bin/${name}`],
      })),
    );
    const found = await open(place, wanted);
    expect(found.map(({ name, architecture }) => `${name} ${architecture}`)).toEqual(
      wanted.map(({ name, architecture }) => `${name} ${architecture}`),
    );
    expect(Object.values(contents(place, found)).toSorted()).toEqual([
      'kube-proxy amd64',
      'kube-proxy arm64',
      'kubelet amd64',
      'kubelet arm64',
    ]);
    expect(found[0]?.path).toBe(`${outer('amd64')}!kubernetes/server/bin/kubelet`);
    expect(filesBelow(place.store.folder)).toHaveLength(4);
  });

  it.each(['--format=gnu', '--format=pax'])('names of 300 letters, and links that stay inside, %s', async (format) => {
    const folder = scratch('long');
    const long = `${'folder/'.repeat(43)}etcd`;
    mkdirSync(dirname(join(folder, long)), { recursive: true });
    writeFileSync(join(folder, long), program('long'));
    symlinkSync('folder/../folder', join(folder, 'link'));
    symlinkSync(`../${long.slice('folder/'.length)}`, join(folder, 'folder', 'etcd-link'));
    const bytes = execFileSync('tar', ['-cz', format, '-C', folder, 'folder', 'link']);
    const place = archiveOf(bytes);
    expect(contents(place, await open(place, [want('etcd', long)]))).toEqual({ [`etcd amd64 at ${long}`]: 'long' });
  });
});
