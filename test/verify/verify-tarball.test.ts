import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { gzipHeader } from '../../src/bundle/gzip-header.ts';
import { verifyTarball } from '../../src/verify/verify-tarball.ts';
import { bundleOf, defectsOf, member, written } from './bundles.ts';

let file = '';
let bytes: Buffer = Buffer.alloc(0);
/** Where each gzip member begins: payload, common files, the host's own part. */
let starts: readonly number[] = [];
const signal = new AbortController().signal;

beforeAll(async () => {
  file = join(await written(bundleOf('h1')), 'h1.tar.gz');
  bytes = readFileSync(file);
  const found: number[] = [];
  for (let at = 0; at >= 0; at = bytes.indexOf(gzipHeader, at + 1)) found.push(at);
  starts = found;
});

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function flipped(at: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << bit), at);
  return copy;
}

function parts(): readonly Buffer[] {
  return starts.map((start, index) => bytes.subarray(start, starts[index + 1] ?? bytes.length));
}

describe('a tarball as kubebale writes it', () => {
  it('is right, with and without its SHA-256', async () => {
    expect(starts).toHaveLength(3);
    const same = { size: bytes.length, sha256: sha256(bytes), files: 8, host: 'h1', defects: [], remarks: [] };
    expect(await verifyTarball(file, { signal })).toEqual(same);
    expect(await verifyTarball(file, { signal, expectedSha256: sha256(bytes) })).toEqual(same);
  });

  it('tells how far it is, up to its last byte', async () => {
    let last = 0;
    await verifyTarball(file, { signal, onProgress: (read) => (last = read) });
    expect(last).toBe(bytes.length);
  });

  it('is left alone when the signal is aborted, for its reason', async () => {
    const reason = new Error('enough');
    const abort = new AbortController();
    const running = verifyTarball(file, { signal: abort.signal, onProgress: () => abort.abort(reason) });
    await expect(running).rejects.toBe(reason);
  });

  it('that cannot be read is an error of the operating system', async () => {
    await expect(verifyTarball(`${file}.none`, { signal })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('remarks whose bundle it is when its name says another host', async () => {
    const other = join(
      await written(bundleOf('h2', (_, text) => text.replace('"name":"h2"', '"name":"h3"'))),
      'h2.tar.gz',
    );
    expect((await verifyTarball(other, { signal })).remarks).toEqual(['it is the bundle of h3']);
  });
});

describe('a flipped bit is found', () => {
  it('in each byte of the beginning, the end and the headers, without SHA256SUMS', async () => {
    const places = new Set([
      ...Array.from({ length: 100 }, (_, at) => at),
      ...Array.from({ length: 100 }, (_, at) => bytes.length - 1 - at),
      ...starts.flatMap((start) => Array.from({ length: 10 }, (_, at) => start + at)),
    ]);
    for (const at of places) expect(await defectsOf(flipped(at, at % 8)), `byte ${at}`).not.toEqual([]);
  });

  it('at random places, with and without SHA256SUMS', async () => {
    for (let round = 0; round < 150; round++) {
      const at = Math.floor(Math.random() * bytes.length);
      const bit = Math.floor(Math.random() * 8);
      expect(await defectsOf(flipped(at, bit)), `byte ${at}, bit ${bit}`).not.toEqual([]);
      expect((await defectsOf(flipped(at, bit), sha256(bytes))).join('\n')).toContain('KB4401');
    }
  });

  it('KB4404: in the header of each member, with its place', async () => {
    for (const [index, start] of starts.entries()) {
      const [first] = await defectsOf(flipped(start + 9, 0));
      expect(first).toBe(
        `KB4404: the header of gzip member ${index + 1} at byte ${start} is 1f8b0800000000000002, and kubebale writes 1f8b0800000000000003`,
      );
    }
  });

  it('KB4406: in bits that no reader of gzip looks at', async () => {
    // The last block is 03 00 before the trailer: two bits that mean something in the second byte, six that do not.
    const at = bytes.length - 9;
    expect(await defectsOf(flipped(at, 7))).toEqual([
      `KB4406: gzip member 3 is damaged at byte ${at}, in a way that changes nothing of what it holds`,
    ]);
  });

  it('KB4406: in CRC-32 and size of a member, and the rest is read on', async () => {
    const end = starts[1] ?? 0;
    expect(await defectsOf(flipped(end - 8, 0))).toEqual([expect.stringMatching(/^KB4406: gzip member 1 .*CRC-32/)]);
    expect(await defectsOf(flipped(end - 4, 0))).toEqual([expect.stringMatching(/^KB4406: gzip member 1 .*bytes/)]);
  });

  it('KB4401: by the SHA-256 of SHA256SUMS', async () => {
    const [first] = await defectsOf(flipped(bytes.length - 9, 7), sha256(bytes));
    expect(first).toBe(
      `KB4401: its SHA-256 is ${sha256(flipped(bytes.length - 9, 7))}, SHA256SUMS says ${sha256(bytes)}`,
    );
  });
});

describe('a tarball that ends elsewhere', () => {
  it('KB4407: is cut off, wherever that is, and then nothing is called missing', async () => {
    for (let length = 0; length < bytes.length; length += 37) {
      const defects = await defectsOf(bytes.subarray(0, length));
      expect(defects.join('\n'), `${length} bytes`).toMatch(/KB440[47]/);
      expect(defects.join('\n')).not.toContain('is missing, and');
    }
    const [payload = bytes, common = bytes] = parts();
    expect(await defectsOf(Buffer.concat([payload, common]))).toContainEqual(expect.stringContaining('KB4407'));
    expect(await defectsOf(bytes.subarray(0, bytes.length - 3))).toEqual([
      `KB4407: the file ends at byte ${bytes.length - 3}, in the trailer of gzip member 3`,
    ]);
  });

  it('KB4408: has something behind its end', async () => {
    const place = `at byte ${bytes.length}`;
    for (const more of ['x', '\0', '\0'.repeat(512), 'something longer']) {
      const [first, ...others] = await defectsOf(Buffer.concat([bytes, Buffer.from(more)]));
      expect(first).toContain(`KB4408: something that is no gzip member follows ${place}`);
      expect(others).toEqual([]);
    }
    expect(await defectsOf(Buffer.concat([bytes, member(Buffer.alloc(0))]))).toContainEqual(
      expect.stringMatching(/^KB4408: gzip member 4, .* holds nothing$/),
    );
    expect(await defectsOf(Buffer.concat([bytes, member(Buffer.alloc(512))]))).toContainEqual(
      expect.stringMatching(/^KB4408: something follows the end of the tar archive/),
    );
    expect(await defectsOf(Buffer.concat([bytes, bytes]))).toContainEqual(expect.stringContaining('KB4408'));
  });

  it('KB4410: has its members in another order', async () => {
    const [payload = bytes, common = bytes, own = bytes] = parts();
    expect(await defectsOf(Buffer.concat([common, payload, own]))).toContainEqual(
      expect.stringMatching(/^KB4410: c1\/lib: comes before the root folder/),
    );
    for (const order of [
      [payload, own, common],
      [own, payload, common],
      [payload, payload, common, own],
      [common, own],
    ]) {
      expect(await defectsOf(Buffer.concat(order))).not.toEqual([]);
    }
  });

  it('KB4404: is no tarball at all', async () => {
    expect(await defectsOf(Buffer.from('this is a text'))).toEqual([expect.stringContaining('KB4404: it is not')]);
    expect(await defectsOf(gzipSync('this is a text'))).not.toEqual([]);
  });
});
