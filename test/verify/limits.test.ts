import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FileBytes } from '../../src/verify/file-bytes.ts';
import { inflateMember } from '../../src/verify/inflate-member.ts';
import { SameCompression } from '../../src/verify/same-compression.ts';
import { scratch } from '../support/unpack.ts';
import { defectsOf, member, type TestEntry, tarOf } from './bundles.ts';

const root: TestEntry = { name: 'c1/', type: 'directory', mode: 0o755 };

describe('a tarball made to fill the memory', () => {
  it('KB4410: with a name that is longer than any path', async () => {
    const lines = await defectsOf(member(await tarOf([root, { name: `c1/${'n'.repeat(5000)}` }])));
    expect(lines).toEqual([expect.stringMatching(/^KB4410: a name is longer than 4 KB, near byte 512 /)]);
  });

  it('KB4410: with more entries than any bundle has', async () => {
    const entries = Array.from({ length: 10_001 }, (_, at) => ({ name: `c1/${at}` }));
    const lines = await defectsOf(member(await tarOf([root, ...entries])));
    expect(lines).toContainEqual(expect.stringMatching(/^KB4410: there are more than 10000 entries, /));
  });

  it('with compressed data that holds nothing is not kept while that goes on', () => {
    const same = new SameCompression(0);
    for (let mega = 0; mega < 20 && !same.other; mega++) same.inFile(Buffer.alloc(1024 * 1024));
    expect(same.other).toBe(true);
    expect(same.differences(0)).toBeUndefined();
  });
});

describe('a size as a binary number', () => {
  /** The archive with that size in the header of its last entry. */
  const sized = async (...bytes: readonly number[]): Promise<readonly string[]> => {
    const tar = await tarOf([root, { name: 'c1/a', content: 'a' }]);
    const header = tar.subarray(512, 1024);
    Buffer.from([0x80, ...bytes]).copy(header, 124);
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return (await defectsOf(member(tar))).filter((line) => !line.startsWith('KB4412'));
  };

  it('KB4409: is one for all readers, or the header is damaged', async () => {
    expect(await sized(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)).toEqual([]);
    expect(await sized(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)).toEqual([
      expect.stringMatching(/^KB4409: the header of a tar entry is damaged/),
    ]);
  });
});

describe('an interruption', () => {
  it('while the content is not asked for is an error of who asks next, and of nobody else', async () => {
    const pipe = join(scratch('pipe'), 'h1.tar.gz');
    execFileSync('mkfifo', [pipe]);
    const writer = openSync(pipe, 'r+');
    writeSync(writer, deflateRawSync(randomBytes(1000), { finishFlush: constants.Z_SYNC_FLUSH }));
    const abort = new AbortController();
    const content = inflateMember(new FileBytes(pipe, abort.signal), () => undefined);
    expect((await content.next()).value).toHaveLength(1000);
    // The pipe has nothing more: the next bytes of the file are being waited for.
    await sleep(50);
    abort.abort();
    closeSync(writer);
    // Vitest fails on a rejection that nobody handles.
    await sleep(50);
    await expect(content.next()).rejects.toMatchObject({ name: 'AbortError' });
  });
});
