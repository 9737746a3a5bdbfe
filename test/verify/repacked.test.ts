import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyTarball } from '../../src/verify/verify-tarball.ts';
import { scratch } from '../support/unpack.ts';
import { bundleOf, defectsOf, member, type TestEntry, tarOf, written } from './bundles.ts';

let tarball = '';
beforeAll(async () => {
  tarball = join(await written(bundleOf('h1')), 'h1.tar.gz');
});

/** Unpack the tarball, change something, and pack it again with GNU tar and gzip; returns its path. */
function repacked(change: (root: string) => void, ...options: readonly string[]): string {
  const folder = scratch('repacked');
  const [tar, out] = [join(folder, 'h1.tar'), join(folder, 'h1.tar.gz')];
  execFileSync('tar', ['xzpf', tarball, '-C', folder]);
  change(join(folder, 'c1'));
  const plain = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '-b1', '--format=pax'];
  const pax = '--pax-option=delete=mtime,delete=atime,delete=ctime';
  execFileSync('tar', ['-cf', tar, ...plain, pax, ...options, '-C', folder, 'c1']);
  execFileSync('sh', ['-c', 'gzip -n <"$1" >"$2"', '-', tar, out]);
  return out;
}

async function linesOf(file: string): Promise<readonly string[]> {
  const { defects } = await verifyTarball(file, { signal: new AbortController().signal });
  return defects.map(({ code, message }) => `${code}: ${message}`);
}

describe('a bundle that GNU tar packed again', () => {
  it('is right with nothing changed; that another program compressed it is remarked', async () => {
    const { defects, remarks } = await verifyTarball(
      repacked(() => undefined),
      { signal: new AbortController().signal },
    );
    expect(defects).toEqual([]);
    expect(remarks).toEqual([expect.stringContaining('another way')]);
  });

  it('KB4405: holds a file with other content, or of another size', async () => {
    expect(await linesOf(repacked((root) => writeFileSync(join(root, 'lib/a.sh'), 'shareD\n')))).toEqual([
      expect.stringMatching(/^KB4405: lib\/a\.sh: SHA-256 is [0-9a-f]{64}, MANIFEST\.json says [0-9a-f]{64}$/),
    ]);
    expect(await linesOf(repacked((root) => writeFileSync(join(root, 'lib/a.sh'), 'shared\n\n')))).toEqual([
      'KB4405: lib/a.sh: it has 8 bytes, MANIFEST.json says 7',
    ]);
  });

  it('KB4411: has a file with another mode or owner', async () => {
    expect(await linesOf(repacked((root) => chmodSync(join(root, 'start.sh'), 0o644)))).toEqual([
      'KB4411: start.sh: mode is 0644, MANIFEST.json says 0755',
    ]);
    const [mode] = await linesOf(repacked((root) => chmodSync(join(root, 'bin/etcd'), 0o4755)));
    expect(mode).toBe('KB4411: c1/bin/etcd: has mode 4755, and kubebale writes 0755, 0644, 0600');
    expect(await linesOf(repacked(() => undefined, '--owner=1000'))).toContainEqual(
      'KB4411: c1/start.sh: belongs to 1000 0 instead of 0 0',
    );
  });

  it('KB4413: has a file more or less', async () => {
    expect(await linesOf(repacked((root) => writeFileSync(join(root, 'more'), '', { mode: 0o644 })))).toEqual([
      'KB4413: more: MANIFEST.json does not list it',
      'KB4413: more: SHA256SUMS does not list it',
    ]);
    expect(await linesOf(repacked((root) => rmSync(join(root, 'lib/a.sh'))))).toEqual([
      'KB4413: lib/a.sh: is missing, and MANIFEST.json lists it',
    ]);
  });

  it('KB4410: has a link in place of a file', async () => {
    const lines = await linesOf(
      repacked((root) => {
        rmSync(join(root, 'bin/etcd'));
        symlinkSync('/bin/sh', join(root, 'bin/etcd'));
      }),
    );
    expect(lines[0]).toBe('KB4410: c1/bin/etcd: is no file and no folder (a symbolic link)');
  });

  it('KB4412: has lost its lists', async () => {
    expect(await linesOf(repacked((root) => rmSync(join(root, 'MANIFEST.json'))))).toContainEqual(
      expect.stringContaining('KB4412: MANIFEST.json: is missing'),
    );
    expect(await linesOf(repacked((root) => rmSync(join(root, 'SHA256SUMS'))))).toEqual([
      expect.stringContaining('KB4412: SHA256SUMS: is missing'),
    ]);
  });

  it('KB4408: is padded, as GNU tar does it without being told otherwise', async () => {
    expect(await linesOf(repacked(() => undefined, '-b20'))).toEqual([expect.stringContaining('KB4408')]);
  });
});

describe('lists that do not fit', () => {
  const cases: readonly (readonly [string, string, (text: string) => string, string])[] = [
    ['KB4412', 'MANIFEST.json', (text) => text.slice(1), 'is not JSON'],
    ['KB4412', 'MANIFEST.json', () => '{}', 'has no list of files'],
    [
      'KB4412',
      'MANIFEST.json',
      (text) => text.replace('"mode"', '"node"'),
      'files[0] lacks path, mode, size or sha256',
    ],
    ['KB4412', 'MANIFEST.json', (text) => text.replace('"c1"', '"c2"'), 'the cluster is c2, and the root folder c1'],
    ['KB4412', 'SHA256SUMS', (text) => text.trimEnd(), 'line 7 is no hash and name'],
    ['KB4413', 'SHA256SUMS', (text) => text.replace(/.*start\.sh\n/, ''), 'SHA256SUMS does not list it'],
    ['KB4413', 'SHA256SUMS', (text) => `${text}${'0'.repeat(64)}  none\n`, 'is missing, and SHA256SUMS lists it'],
  ];
  it.each(cases)('%s: %s', async (code, list, spoil, what) => {
    const bundle = bundleOf('h1', (name, text) => (name === list ? spoil(text) : text));
    const lines = await linesOf(join(await written(bundle), 'h1.tar.gz'));
    expect(lines.filter((line) => line.startsWith(code)).join('\n')).toContain(what);
  });

  it('KB4414: SHA256SUMS has another hash than the file and MANIFEST.json', async () => {
    const bundle = bundleOf('h1', (name, text) =>
      name === 'SHA256SUMS' ? text.replace(/^.{64}/, '0'.repeat(64)) : text,
    );
    expect(await linesOf(join(await written(bundle), 'h1.tar.gz'))).toEqual([
      expect.stringMatching(/^KB4414: bin\/etcd: SHA-256 is [0-9a-f]{64}, SHA256SUMS says 0{64}$/),
    ]);
  });
});

describe('entries that kubebale does not write', () => {
  const root: TestEntry = { name: 'c1/', type: 'directory', mode: 0o755 };
  const cases: readonly (readonly [string, readonly TestEntry[], string])[] = [
    ['KB4410', [{ name: '/etc/passwd' }], 'absolute'],
    ['KB4410', [{ name: 'c1/../x' }], 'leads elsewhere'],
    ['KB4410', [{ name: 'c1/./x' }], 'leads elsewhere'],
    ['KB4410', [{ name: 'x' }], 'lies outside of the root folder c1/'],
    ['KB4410', [{ name: 'c1/a' }, { name: 'c1/a' }], 'is there twice'],
    ['KB4410', [{ name: 'c1/a', type: 'link', linkname: 'c1/b' }], 'a hard link'],
    ['KB4410', [{ name: 'c1/a', type: 'fifo' }], 'a pipe'],
    ['KB4410', [{ name: 'c1/a', type: 'character-device' }], 'a device'],
    ['KB4410', [{ name: 'c1/a/b' }], 'comes before the folder that it lies in'],
    ['KB4411', [{ name: 'c1/a', uname: 'mallory' }], 'belongs to 0 mallory 0'],
    ['KB4411', [{ name: 'c1/a', mtime: new Date(5000) }], 'another time'],
    ['KB4411', [{ name: 'c1/d/', type: 'directory', mode: 0o777 }], 'has mode 0777'],
    ['KB4411', [{ name: 'c1/a', pax: { uid: '1000' } }], 'a PAX header says more than a name'],
  ];
  it.each(cases)('%s: %j', async (code, entries, what) => {
    const lines = await defectsOf(member(await tarOf([root, ...entries])));
    expect(lines.filter((line) => line.startsWith(code)).join('\n')).toContain(what);
  });

  it('KB4409: a damaged header, padding that is not zero, a block of zeros in between', async () => {
    const tar = gunzipSync(member(await tarOf([root, { name: 'c1/a', content: 'a' }, { name: 'c1/b' }])));
    const damaged = (at: number) => {
      const copy = Buffer.from(tar);
      copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
      return defectsOf(member(copy));
    };
    expect(await damaged(513)).toContainEqual(expect.stringMatching(/^KB4409: the header of a tar entry is damaged/));
    expect(await damaged(1500)).toContainEqual(expect.stringMatching(/^KB4409: c1\/a: what fills its last block/));
    const gap = Buffer.concat([tar.subarray(0, 512), Buffer.alloc(512), tar.subarray(512)]);
    expect(await defectsOf(member(gap))).toContainEqual(expect.stringMatching(/^KB4409: a block of zeros/));
  });

  it('shows what would move the cursor as an escape, so that a defect stays one line', async () => {
    const lines = await defectsOf(member(await tarOf([root, { name: 'c1/\x1b[2Ja\nb' }])));
    expect(lines.join('|')).toContain('\\u001b[2Ja\\u000ab');
    expect(lines.join('|')).not.toMatch(/[\x00-\x1f]/);
  });

  it('keeps no more than a thousand defects in memory', async () => {
    const lines = await defectsOf(member(await tarOf(Array.from({ length: 1500 }, (_, at) => ({ name: `/${at}` })))));
    expect(lines).toHaveLength(1001);
    expect(lines.at(-1)).toMatch(/there are 50[0-9] more defects/);
  });
});
