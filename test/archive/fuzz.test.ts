import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArtifactError } from '../../src/artifacts/artifact-error.ts';
import { archiveOf, filesBelow, open, want } from './opening.ts';
import { program } from './programs.ts';
import { pax, type RawEntry, rawTar } from './raw-tar.ts';
import { noise } from './refusals.ts';

const inner = gzipSync(
  rawTar([
    { name: 'bin/kubelet', content: program('kubelet') },
    { name: 'z', content: noise },
  ]),
);
const entries: readonly RawEntry[] = [
  { name: './', type: '5' },
  { name: './a/etcd', content: Buffer.concat([program('etcd'), noise]) },
  { name: 'inner.tar.gz', content: inner },
  pax({ path: `${'long/'.repeat(60)}name`, mtime: '1.5' }),
  { name: 'short', content: 'x' },
  { name: '././@LongLink', type: 'L', content: `${'gnu/'.repeat(60)}name\0` },
  { name: 'short', content: noise.subarray(0, 700) },
  { name: 'a/link', type: '2', linkname: 'etcd' },
];
const wanted = [want('etcd', 'a/etcd'), want('kubelet', 'inner.tar.gz!bin/kubelet')];
const parameters = { seed: 20160901, numRuns: 400 };

/** What opening ends with: the digests of the members, or the code of the refusal. Anything else is thrown. */
async function outcome(bytes: Uint8Array): Promise<readonly string[] | string> {
  const place = archiveOf(bytes);
  const before = filesBelow(place.folder);
  try {
    return (await open(place, wanted)).map(({ name, sha256 }) => `${name} ${sha256}`);
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    expect(filesBelow(place.folder)).toEqual(before);
    return error.code;
  }
}

function changed(bytes: Buffer, at: number, mask: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at % copy.length) ^ mask, at % copy.length);
  return copy;
}

describe('an archive with a changed byte', () => {
  const place = fc.nat({ max: 2 ** 20 });
  const mask = fc.integer({ min: 1, max: 255 });

  it('tar.gz: gives the same members, or is refused', async () => {
    const good = gzipSync(rawTar(entries));
    const expected = await outcome(good);
    expect(expected).toHaveLength(2);
    await fc.assert(
      fc.asyncProperty(place, mask, async (at, bits) => {
        const result = await outcome(changed(good, at, bits));
        if (typeof result === 'string') expect(result).toMatch(/^KB41/);
        else expect(result).toEqual(expected);
      }),
      parameters,
    );
  });

  it('tar: ends with members or a refusal, and nothing else', async () => {
    const good = rawTar(entries);
    await fc.assert(
      fc.asyncProperty(place, mask, async (at, bits) => {
        const result = await outcome(changed(good, at, bits));
        if (typeof result === 'string') expect(result).toMatch(/^KB41/);
      }),
      parameters,
    );
  });

  it('tar: cut anywhere, ends with a refusal', async () => {
    const good = gzipSync(rawTar(entries));
    await fc.assert(
      fc.asyncProperty(place, async (at) => {
        expect(await outcome(good.subarray(0, at % good.length))).toMatch(/^KB410[13]$/);
      }),
      { ...parameters, numRuns: 150 },
    );
  });

  it('tar: pieces put together anyhow end with members or a refusal', async () => {
    const good = rawTar(entries);
    const blocks = Array.from({ length: good.length / 512 }, (_, at) => good.subarray(at * 512, at * 512 + 512));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(blocks), async (some) => {
        const result = await outcome(Buffer.concat(some));
        if (typeof result === 'string') expect(result).toMatch(/^KB41/);
      }),
      { ...parameters, numRuns: 150 },
    );
  });
});
