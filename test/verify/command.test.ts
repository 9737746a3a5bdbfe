import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ran } from '../cli/fake-terminal.ts';
import { scratch } from '../support/unpack.ts';
import { bundleOf, written } from './bundles.ts';

/** The cluster's folder, with tarballs of h1 and h2. */
let folder = '';
beforeEach(async () => {
  folder = await written(bundleOf('h1'), bundleOf('h2'));
});

function verify(...args: readonly string[]) {
  return ran(['verify', ...args], { cwd: folder });
}

function flip(name: string, at: number): void {
  const bytes = readFileSync(join(folder, name));
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(join(folder, name), bytes);
}

describe('kubebale verify', () => {
  it('says in a line each that tarballs are right, and writes nothing else', async () => {
    expect(await verify('h1.tar.gz', 'h2.tar.gz')).toEqual({
      code: 0,
      out: expect.stringMatching(
        /^h1\.tar\.gz: 8 files, 1\.[0-9] KB, right\nh2\.tar\.gz: 8 files, 1\.[0-9] KB, right\n$/,
      ),
      err: '',
    });
    expect(await verify('h1.tar.gz', './h1.tar.gz', '--quiet')).toEqual({ code: 0, out: '', err: '' });
  });

  it('takes a folder for all tarballs in it', async () => {
    const { code, out } = await verify('.');
    expect([code, out.split('\n').length]).toEqual([0, 3]);
  });

  it('names a tarball outside of the working folder by its whole path', async () => {
    const { out } = await ran(['verify', join(folder, 'h1.tar.gz')], { cwd: scratch('elsewhere') });
    expect(out).toMatch(new RegExp(`^${join(folder, 'h1.tar.gz')}: `));
  });

  it('KB4401: has a line for each defect, goes on with the others, and fails', async () => {
    flip('h1.tar.gz', 9);
    const { code, out, err } = await verify('.');
    expect(code).toBe(1);
    expect(out).toMatch(/^h2\.tar\.gz: .*right\n$/);
    const lines = err.trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^h1\.tar\.gz: KB4404: /),
      expect.stringMatching(/^h1\.tar\.gz: KB4401: its SHA-256 is /),
    ]);
  });

  it('KB4402: SHA256SUMS has no line for a tarball, or a line that is none', async () => {
    renameSync(join(folder, 'h2.tar.gz'), join(folder, 'h3.tar.gz'));
    expect(await verify('h3.tar.gz')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^h3\.tar\.gz: KB4402: SHA256SUMS beside it has no line for it\n/),
    });
    writeFileSync(join(folder, 'SHA256SUMS'), readFileSync(join(folder, 'SHA256SUMS'), 'utf8').slice(1));
    expect((await verify('.')).err).toContain('SHA256SUMS: KB4402: line 1 is no hash and name\n');
  });

  it('KB4403: a tarball that SHA256SUMS of a folder names is missing', async () => {
    rmSync(join(folder, 'h2.tar.gz'));
    expect(await verify('.')).toMatchObject({ code: 1, err: 'SHA256SUMS: KB4403: h2.tar.gz is missing\n' });
    expect(await verify('h1.tar.gz')).toMatchObject({ code: 0, err: '' });
  });

  it('remarks that there is no SHA256SUMS, which is no defect', async () => {
    rmSync(join(folder, 'SHA256SUMS'));
    const { code, out, err } = await verify('h1.tar.gz');
    expect([code, err]).toEqual([0, 'h1.tar.gz: there is no SHA256SUMS beside it\n']);
    expect(out).toContain('right');
  });

  it('writes JSON for machines', async () => {
    flip('h1.tar.gz', 9);
    const { code, out, err } = await verify('.', '--format', 'json');
    expect([code, err]).toEqual([1, '']);
    const { tarballs } = JSON.parse(out);
    expect(tarballs).toMatchObject([
      { path: 'h1.tar.gz', host: 'h1', right: false, defects: [{ code: 'KB4404' }, { code: 'KB4401' }] },
      { path: 'h2.tar.gz', host: 'h2', files: 8, right: true, defects: [], remarks: [] },
    ]);
  });

  it('shows on a terminal how far it is', async () => {
    const { err } = await ran(['verify', 'h1.tar.gz'], { cwd: folder, isTerminal: true });
    expect(err).toContain('checking h1.tar.gz: 100 %');
  });

  it('is a matter of usage when there is nothing to check', async () => {
    expect(await verify()).toMatchObject({ code: 2, err: expect.stringContaining('verify needs a TARBALL') });
    expect(await verify('none.tar.gz')).toMatchObject({ code: 2, err: expect.stringContaining('does not exist') });
    expect(await verify('/dev/null')).toMatchObject({ code: 2, err: expect.stringContaining('no regular file') });
    expect(await verify(scratch('empty'))).toMatchObject({ code: 2, err: expect.stringContaining('no tarball') });
    expect(await verify('h1.tar.gz', '--fast')).toMatchObject({ code: 2, err: expect.stringContaining('--fast') });
  });

  it('has a help that fits 80 columns', async () => {
    const { out } = await verify('--help');
    expect(out).toMatch(/^Usage: kubebale verify TARBALL… \[OPTION\]…$/m);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('ends with the exit code of the signal that interrupts it', async () => {
    const { Interruption } = await import('../../src/cli/terminal.ts');
    const signal = AbortSignal.abort(new Interruption('SIGINT'));
    expect(await ran(['verify', 'h1.tar.gz'], { cwd: folder, signal })).toMatchObject({ code: 130, out: '' });
  });
});
