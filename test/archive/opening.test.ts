import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Store } from '../../src/artifacts/store.ts';
import { scratch } from '../support/unpack.ts';
import { archiveOf, filesBelow, open, refusal, want } from './opening.ts';
import { program } from './programs.ts';
import { rawEntry, rawTar } from './raw-tar.ts';

const etcd = { name: 'a/etcd', content: program('etcd') };
const docker = { name: 'a/docker', content: program('docker') };

describe('opening an archive', () => {
  it('reads several gzip members as one stream, wherever they are cut, and zero bytes after them', async () => {
    const tar = rawTar([etcd, docker]);
    for (const at of [1, 511, 512, 700, tar.length - 1]) {
      const parts = [tar.subarray(0, at), tar.subarray(at)].map((part) => gzipSync(part));
      const place = archiveOf(Buffer.concat([...parts, Buffer.alloc(4000)]));
      const found = await open(place, [want('etcd', 'a/etcd'), want('docker', 'a/docker')]);
      expect(found.map(({ path }) => path)).toEqual(['a/etcd', 'a/docker']);
    }
  });

  it('takes zero bytes of any number at the end of a tar', async () => {
    for (const zeros of [512, 1024, 1300, 10_240]) {
      const place = archiveOf(rawTar([etcd], Buffer.alloc(zeros)), 'a.tar');
      expect(await open(place, [want('etcd', 'a/etcd')])).toHaveLength(1);
    }
  });

  it('takes the best of several paths, in whatever order they come', async () => {
    for (const entries of [
      [etcd, { ...etcd, name: 'b/etcd', content: program('b') }],
      [{ ...etcd, name: 'b/etcd', content: program('b') }, etcd],
    ]) {
      const place = archiveOf(gzipSync(rawTar(entries)));
      const [found] = await open(place, [want('etcd', 'a/etcd', 'b/etcd')]);
      expect(found?.path).toBe('a/etcd');
      expect(filesBelow(place.store.folder)).toEqual([place.store.path(found?.sha256 ?? '')]);
    }
  });

  it('falls back to the base name; a program goes before a text of that name, an equal copy is no rival', async () => {
    const entries = [
      { name: 'completion/docker', content: 'complete -F _docker docker' },
      { name: 'build/docker', content: program('docker') },
      { name: 'arm/docker', content: program('docker', { machine: 183 }) },
      { name: 'copy/docker', content: program('docker') },
    ];
    const place = archiveOf(gzipSync(rawTar(entries)));
    const [found] = await open(place, [want('docker', 'docker/docker')]);
    expect(found?.path).toBe('build/docker');
  });

  it('takes the same member twice for one when nothing differs', async () => {
    const place = archiveOf(gzipSync(rawTar([etcd, etcd])));
    expect(await open(place, [want('etcd', 'a/etcd')])).toHaveLength(1);
  });

  it('leaves out what is not there, unless all is asked for', async () => {
    const place = archiveOf(gzipSync(rawTar([etcd, { name: 'a/etcdctl-v2', content: 'x' }])));
    const wanted = [want('etcd', 'a/etcd'), want('etcdctl', 'a/etcdctl')];
    expect((await open(place, wanted)).map(({ name }) => name)).toEqual(['etcd']);
    const error = await refusal(place, wanted, { all: true });
    expect(error.code).toBe('KB4109');
    expect(error.message).toBe(`${place.file} does not hold etcdctl; it holds a/etcdctl-v2`);
  });

  it('KB4002: a folder, a FIFO and a file that is not there cannot be read', async () => {
    const folder = scratch('unreadable');
    mkdirSync(join(folder, 'folder'));
    execFileSync('bash', ['-c', 'mkfifo "$1"', '-', join(folder, 'fifo')]);
    for (const name of ['folder', 'fifo', 'nothing']) {
      const file = join(folder, name);
      const error = await refusal({ folder, file, store: new Store(join(folder, 'store')) }, []);
      expect(error.code).toBe('KB4002');
      expect(error.message).toContain(`${file} cannot be read`);
    }
  });

  it('stops when it is told to, with the reason, and leaves nothing', async () => {
    const big = gzipSync(rawTar([etcd, { name: 'a/docker', content: randomBytes(8 * 2 ** 20) }]), { level: 0 });
    const wanted = [want('etcd', 'a/etcd'), want('docker', 'a/docker')];
    for (const at of [0, 1, 5, 30]) {
      const place = archiveOf(big);
      const controller = new AbortController();
      // A reason may be anything, also what looks like an error of a stream.
      const reason = at === 5 ? 'Invalid' : new Error('enough');
      const { signal } = controller;
      // It is looked at for every chunk of 256 KiB.
      let looks = 0;
      const look = signal.throwIfAborted.bind(signal);
      signal.throwIfAborted = () => {
        if (looks++ >= at) controller.abort(reason);
        look();
      };
      await expect(open(place, wanted, { signal })).rejects.toBe(reason);
      expect(filesBelow(place.folder)).toEqual([place.file]);
    }
  });

  it('keeps nothing of an archive whose end is bad', async () => {
    const bad = gzipSync(Buffer.concat([rawEntry(etcd), rawTar([{ name: '/evil' }])]));
    const place = archiveOf(bad);
    expect((await refusal(place, [want('etcd', 'a/etcd')])).code).toBe('KB4110');
    expect(filesBelow(place.folder)).toEqual([place.file]);
    expect(readFileSync(place.file)).toEqual(bad);
  });
});
