import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Entry, EntrySet, HostBundle } from '../../src/bundle/types.ts';
import { OutputError, writeBundles } from '../../src/bundle/write-bundles.ts';
import { scratch } from '../support/unpack.ts';

const text = (path: string, content: string, mode = 0o644): Entry => ({
  path,
  mode,
  content: { bytes: Buffer.from(content) },
});

function bundle(host: string, own: readonly Entry[] = [], more: Partial<HostBundle> = {}): HostBundle {
  return {
    cluster: 'c1',
    host,
    payload: { key: 'none', entries: [] },
    common: { key: 'k', entries: [text('lib/a.sh', 'shared\n')] },
    own: [text('README.md', `this is ${host}\n`), { path: 'log', mode: 0o755 }, ...own],
    secret: false,
    ...more,
  };
}

const cache = scratch('cache');
const sumsBeside = (file: string) => join(dirname(file), 'SHA256SUMS');

function write(out: string, bundles: Iterable<HostBundle>, signal = new AbortController().signal) {
  return writeBundles(bundles, {
    ...{ out, cache, signal, sourceDateEpoch: 0 },
    onHost: () => undefined,
    onPayload: () => undefined,
  });
}

/** A payload of one program, which lies in a file. */
function payload(content: Buffer): EntrySet {
  const file = join(scratch('program'), 'etcd');
  writeFileSync(file, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { key: sha256, entries: [{ path: 'bin/etcd', mode: 0o755, content: { file, size: content.length, sha256 } }] };
}

/** Everything in a folder: path → content, mode and inode. */
function snapshot(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => {
        const info = statSync(path);
        const content = info.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'folder';
        return [path, `${info.mode.toString(8)} ${content}`];
      }),
  );
}

describe('tarballs', () => {
  it('are read by GNU tar and busybox, with the same listing', async () => {
    const out = scratch('tar');
    await write(out, [bundle('h1', [text('start.sh', '#!/bin/bash\n', 0o755)])]);
    const file = join(out, 'c1/h1.tar.gz');
    const gnu = execFileSync('tar', ['tzvf', file], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });
    expect(
      gnu
        .trim()
        .split('\n')
        .map((line) => line.replace(/ +/g, ' ')),
    ).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 c1/',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 c1/lib/',
      '-rw-r--r-- 0/0 7 1970-01-01 00:00 c1/lib/a.sh',
      '-rw-r--r-- 0/0 11 1970-01-01 00:00 c1/README.md',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 c1/log/',
      '-rwxr-xr-x 0/0 12 1970-01-01 00:00 c1/start.sh',
    ]);
    const busybox = execFileSync('busybox', ['tar', 'tzf', file], { encoding: 'utf8' });
    expect(busybox).toBe(execFileSync('tar', ['tzf', file], { encoding: 'utf8' }));
  });

  it('are gzip members with fixed headers, and sums that sha256sum accepts', async () => {
    const out = scratch('members');
    const [written] = await write(out, [bundle('h1'), bundle('h2')]);
    const bytes = readFileSync(join(out, 'c1/h1.tar.gz'));
    const header = Buffer.from('1f8b0800000000000003', 'hex');
    expect(bytes.subarray(0, 10)).toEqual(header);
    expect(bytes.indexOf(header, 10)).toBeGreaterThan(0);
    expect(gunzipSync(bytes).length % 512).toBe(0);
    expect(written?.size).toBe(bytes.length);
    expect(written?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    execFileSync('sha256sum', ['-c', '--quiet', '--strict', 'SHA256SUMS'], { cwd: join(out, 'c1') });
  });

  it('with a secret are 0600 from their first byte, and close the folder that holds it', async () => {
    const out = scratch('secret');
    await write(out, [bundle('h1', [text('node/home/.docker/config.json', '{}', 0o600)], { secret: true })]);
    const file = join(out, 'c1/h1.tar.gz');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const listing = execFileSync('tar', ['tzvf', file], { encoding: 'utf8' });
    expect(listing).toMatch(/^-rw-------.*config\.json$/m);
    expect(listing).toMatch(/^drwx------.*\.docker\/$/m);
    expect(listing).toMatch(/^drwxr-xr-x.*c1\/node\/$/m);
  });

  it('are the same whatever the umask', async () => {
    const [a, b] = [scratch('umask-a'), scratch('umask-b')];
    await write(a, [bundle('h1')]);
    const before = process.umask(0o077);
    try {
      await write(b, [bundle('h1')]);
    } finally {
      process.umask(before);
    }
    const strip = (folder: string) => Object.values(snapshot(join(folder, 'c1')));
    expect(strip(b)).toEqual(strip(a));
  });
});

describe('a payload', () => {
  const content = Buffer.concat([randomBytes(300_000), Buffer.alloc(5_000_000, 'etcd '), randomBytes(1_500_000)]);
  const payloads = join(cache, 'payloads');

  it('is compressed once, and stands at the beginning of every tarball', async () => {
    const out = scratch('payload');
    const same = payload(content);
    const written = await write(
      out,
      [1, 2, 3].map((number) => bundle(`h${number}`, [], { payload: same })),
    );
    expect(written.map((one) => one.host)).toEqual(['h1', 'h2', 'h3']);
    const segments = readdirSync(payloads).filter((name) => name.endsWith('.gz'));
    expect(segments).toHaveLength(1);
    const segment = readFileSync(join(payloads, segments[0] ?? ''));
    for (const { host, size, sha256 } of written) {
      const bytes = readFileSync(join(out, 'c1', `${host}.tar.gz`));
      expect(bytes.subarray(0, segment.length).equals(segment)).toBe(true);
      expect(bytes.length).toBe(size);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
      const unpacked = execFileSync('tar', ['xzOf', join(out, 'c1', `${host}.tar.gz`), 'c1/bin/etcd'], {
        maxBuffer: 2 ** 30,
      });
      expect(unpacked.equals(content)).toBe(true);
    }
    execFileSync('gzip', ['-t', join(out, 'c1/h1.tar.gz')]);
  });

  it('is nearly as small as gzip makes it', async () => {
    const [written] = await write(scratch('small'), [bundle('h1', [], { payload: payload(content) })]);
    expect(written?.size).toBeLessThan(gzipSync(content, { level: 6 }).length * 1.01 + 2000);
  });

  it('KB4017: whose program was changed since it was hashed is not packed', async () => {
    const out = scratch('changed');
    const set = payload(Buffer.from('a program'));
    const [entry] = set.entries;
    if (entry?.content && 'file' in entry.content) writeFileSync(entry.content.file, 'another!!');
    const error = await write(out, [bundle('h1', [], { payload: set })]).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'KB4017', message: expect.stringContaining('/etcd is damaged') });
    expect(readdirSync(out)).toEqual([]);
  });

  it('KB4017: that was kept and has a flipped byte is not used, and its name is said', async () => {
    const set = payload(Buffer.alloc(100_000, 'kept'));
    const before = new Set(readdirSync(payloads));
    await write(scratch('kept'), [bundle('h1', [], { payload: set })]);
    const name = readdirSync(payloads).find((one) => one.endsWith('.gz') && !before.has(one)) ?? '';
    const file = join(payloads, name);
    const bytes = readFileSync(file);
    for (const place of [0, 12, bytes.length - 1, Math.floor(Math.random() * bytes.length)]) {
      const spoiled = Buffer.from(bytes);
      spoiled[place] = (spoiled[place] ?? 0) ^ 0x10;
      writeFileSync(file, spoiled);
      const error = await write(scratch('flipped'), [bundle('h2', [], { payload: set })]).catch((e: unknown) => e);
      expect(error, `byte ${place}`).toMatchObject({ code: 'KB4017', message: expect.stringContaining(file) });
    }
  });

  it('that nobody used for the longest time goes when there are many', async () => {
    for (let number = 0; number < 10; number++)
      await write(scratch('many'), [bundle('h1', [], { payload: payload(Buffer.from(`program ${number}`)) })]);
    expect(readdirSync(payloads).filter((name) => name.endsWith('.gz'))).toHaveLength(8);
    expect(readdirSync(payloads).filter((name) => name.endsWith('.sum'))).toHaveLength(8);
  });
});

describe('a second run', () => {
  it('writes only the hosts that changed', async () => {
    const out = scratch('changed-hosts');
    await write(out, [bundle('h1'), bundle('h2'), bundle('h3')]);
    const inode = (host: string) => statSync(join(out, 'c1', `${host}.tar.gz`)).ino;
    const before = { h1: inode('h1'), h2: inode('h2'), h3: inode('h3') };
    const again = await write(out, [bundle('h1'), bundle('h2', [text('new.txt', 'new')]), bundle('h3')]);
    expect(again.map((one) => one.unchanged)).toEqual([true, false, true]);
    expect([inode('h1') === before.h1, inode('h2') === before.h2, inode('h3') === before.h3]).toEqual([
      true,
      false,
      true,
    ]);
    execFileSync('sha256sum', ['-c', '--quiet', '--strict', 'SHA256SUMS'], { cwd: join(out, 'c1') });
  });

  it('touches nothing when nothing has changed, and brings back sums that are gone', async () => {
    const out = scratch('nothing-changed');
    await write(out, [bundle('h1'), bundle('h2')]);
    const folder = statSync(join(out, 'c1')).ino;
    const again = await write(out, [bundle('h1'), bundle('h2')]);
    expect(again.every((one) => one.unchanged)).toBe(true);
    expect(statSync(join(out, 'c1')).ino).toBe(folder);
    expect(readdirSync(out)).toEqual(['c1']);
    writeFileSync(join(out, 'c1/SHA256SUMS'), '');
    await write(out, [bundle('h1'), bundle('h2')]);
    execFileSync('sha256sum', ['-c', '--quiet', '--strict', 'SHA256SUMS'], { cwd: join(out, 'c1') });
    expect(readFileSync(join(out, 'c1/SHA256SUMS'), 'utf8').trim().split('\n')).toHaveLength(2);
  });

  it.each([
    ['was changed', (file: string) => writeFileSync(file, 'x')],
    ['was touched', (file: string) => utimesSync(file, 1, 1)],
    ['is gone', (file: string) => rmSync(file)],
    ['was opened to others', (file: string) => chmodSync(file, 0o666)],
    [
      'SHA256SUMS speaks of as another',
      (file: string) => writeFileSync(sumsBeside(file), `${'0'.repeat(64)}  h1.tar.gz\n`),
    ],
  ])('writes a tarball again that %s', async (_what, spoil) => {
    const out = scratch('spoilt');
    const [first] = await write(out, [bundle('h1')]);
    spoil(join(out, 'c1/h1.tar.gz'));
    const [second] = await write(out, [bundle('h1')]);
    expect(second).toEqual({ ...first, unchanged: false });
    execFileSync('sha256sum', ['-c', '--quiet', '--strict', 'SHA256SUMS'], { cwd: join(out, 'c1') });
  });

  it('KB4017: finds a flipped byte in what it has noted of the first', async () => {
    const out = scratch('noted');
    const before = new Set(readdirSync(join(cache, 'written')));
    await write(out, [bundle('h1')]);
    const file = join(cache, 'written', readdirSync(join(cache, 'written')).find((name) => !before.has(name)) ?? '');
    const bytes = readFileSync(file);
    for (let place = 0; place < bytes.length; place += 7) {
      const spoiled = Buffer.from(bytes);
      spoiled[place] = (spoiled[place] ?? 0) ^ 1;
      writeFileSync(file, spoiled);
      const error = await write(out, [bundle('h1')]).catch((e: unknown) => e);
      expect(error, `byte ${place}`).toMatchObject({ code: 'KB4017', message: expect.stringContaining(file) });
    }
    writeFileSync(file, bytes);
    expect((await write(out, [bundle('h1')]))[0]?.unchanged).toBe(true);
    expect(readdirSync(out)).toEqual(['c1']);
  });

  it('is fine when its notes cannot be kept', async () => {
    const out = scratch('no-notes');
    const own = scratch('no-notes-cache');
    writeFileSync(join(own, 'written'), 'a file is in the way');
    const options = { out, cache: own, sourceDateEpoch: 0, signal: new AbortController().signal };
    for (const _run of [1, 2]) {
      const [one] = await writeBundles([bundle('h1')], { ...options, onHost: () => {}, onPayload: () => {} });
      expect(one?.unchanged).toBe(false);
    }
    expect(readdirSync(out)).toEqual(['c1']);
  });

  it('with another time for the files writes all again', async () => {
    const out = scratch('epoch');
    await write(out, [bundle('h1')]);
    const [again] = await writeBundles([bundle('h1')], {
      ...{ out, cache, sourceDateEpoch: 86_400, signal: new AbortController().signal },
      onHost: () => undefined,
      onPayload: () => undefined,
    });
    expect(again?.unchanged).toBe(false);
  });
});

describe('the output folder', () => {
  it('keeps other hosts, their sums, and whatever else lies there', async () => {
    const out = scratch('keep');
    await write(out, [bundle('h1'), bundle('h2')]);
    writeFileSync(join(out, 'c1/notes.txt'), 'mine');
    mkdirSync(join(out, 'c1/folder'));
    writeFileSync(join(out, 'c1/folder/more.txt'), 'mine too');
    await write(out, [bundle('h1', [text('new.txt', 'new')])]);
    expect(readdirSync(join(out, 'c1'), { recursive: true }).toSorted()).toEqual([
      'SHA256SUMS',
      'folder',
      'folder/more.txt',
      'h1.tar.gz',
      'h2.tar.gz',
      'notes.txt',
    ]);
    execFileSync('sha256sum', ['-c', '--quiet', '--strict', 'SHA256SUMS'], { cwd: join(out, 'c1') });
    expect(readdirSync(out)).toEqual(['c1']);
  });

  it('is replaced through a link to it', async () => {
    const out = scratch('link');
    mkdirSync(join(out, 'real'));
    symlinkSync('real', join(out, 'c1'));
    await write(out, [bundle('h1')]);
    expect(readdirSync(join(out, 'real'))).toContain('h1.tar.gz');
  });

  it.each(['an error', 'an interruption'])('is as it was after %s in the middle', async (what) => {
    const out = scratch('fail');
    await write(out, [bundle('h1')]);
    const before = snapshot(out);
    const controller = new AbortController();
    function* failing(): Generator<HostBundle> {
      yield bundle('h1', [text('other.txt', 'other')]);
      if (what === 'an error') throw new Error('made by the test');
      controller.abort(new Error('made by the test'));
      yield bundle('h2');
    }
    await expect(write(out, failing(), controller.signal)).rejects.toThrow('made by the test');
    expect(snapshot(out)).toEqual(before);
  });

  it('is not there when it was not there before the failure', async () => {
    const out = scratch('none');
    const inner = join(out, 'a/b');
    const controller = new AbortController();
    controller.abort(new Error('stop'));
    await expect(write(inner, [bundle('h1')], controller.signal)).rejects.toThrow('stop');
    expect(readdirSync(out)).toEqual([]);
  });

  it('is put right after a run that was killed between its two renames', async () => {
    const out = scratch('killed');
    // A pid that is not alive: the largest of 32-bit Linux, which pid_max never reaches on it.
    mkdirSync(join(out, '.kubebale-c1-2147483646-old'));
    writeFileSync(join(out, '.kubebale-c1-2147483646-old/notes.txt'), 'mine');
    mkdirSync(join(out, '.kubebale-c1-2147483646-new'));
    await write(out, [bundle('h1')]);
    expect(readdirSync(out)).toEqual(['c1']);
    expect(readFileSync(join(out, 'c1/notes.txt'), 'utf8')).toBe('mine');
  });

  it('in a place where nothing can be made is an error, at once', async () => {
    await expect(write('/proc/kubebale/x', [bundle('h1')])).rejects.toBeInstanceOf(OutputError);
  });

  it('is left to another run that is writing there', async () => {
    const out = scratch('busy');
    // The pid of a process that surely lives.
    writeFileSync(join(out, '.kubebale-c1.lock'), `${process.ppid}\n`);
    await expect(write(out, [bundle('h1')])).rejects.toThrow(`another kubebale (pid ${process.ppid}) is writing there`);
    expect(readdirSync(out)).toEqual(['.kubebale-c1.lock']);
  });

  it('is taken over from a run that was killed, with what it had not moved yet', async () => {
    const out = scratch('takeover');
    await write(out, [bundle('h1')]);
    writeFileSync(join(out, '.kubebale-c1.lock'), '2147483646\n');
    mkdirSync(join(out, '.kubebale-c1-2147483646-old/mine'), { recursive: true });
    writeFileSync(join(out, '.kubebale-c1-2147483646-old/mine/notes.txt'), 'mine');
    await write(out, [bundle('h2')]);
    expect(readdirSync(out)).toEqual(['c1']);
    expect(readFileSync(join(out, 'c1/mine/notes.txt'), 'utf8')).toBe('mine');
    execFileSync('sha256sum', ['-c', '--quiet', '--strict', 'SHA256SUMS'], { cwd: join(out, 'c1') });
  });

  it('that cannot be written is an error with a hint', async () => {
    const out = scratch('blocked');
    writeFileSync(join(out, 'file'), '');
    const error = await write(join(out, 'file'), [bundle('h1')]).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OutputError);
    expect(String(error)).toContain('file');
    chmodSync(join(out, 'file'), 0o600);
  });
});
