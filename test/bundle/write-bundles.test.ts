import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Entry, HostBundle } from '../../src/bundle/types.ts';
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
    sharedKey: 'k',
    shared: [text('lib/a.sh', 'shared\n')],
    own: [text('README.md', `this is ${host}\n`), { path: 'log', mode: 0o755 }, ...own],
    secret: false,
    ...more,
  };
}

function write(out: string, bundles: Iterable<HostBundle>, signal = new AbortController().signal) {
  return writeBundles(bundles, 0, { out, sourceDateEpoch: 0, signal, onProgress: () => undefined });
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

  it('are two gzip members with fixed headers, and sums that sha256sum accepts', async () => {
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
