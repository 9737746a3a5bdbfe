import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32, deflateRawSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { gzipHeader } from '../../src/bundle/gzip-header.ts';
import { describe } from '../../src/bundle/manifest.ts';
import { sumsText } from '../../src/bundle/sha256-sums.ts';
import type { Entry, EntrySet, HostBundle } from '../../src/bundle/types.ts';
import { writeBundles } from '../../src/bundle/write-bundles.ts';
import { verifyTarball } from '../../src/verify/verify-tarball.ts';
import { scratch } from '../support/unpack.ts';

const text = (path: string, content: string, mode = 0o644): Entry => ({
  path,
  mode,
  content: { bytes: Buffer.from(content) },
});

/** A name that needs a PAX header, and zeros, of which deflate can speak in many ways. */
const longName = `lib/${'ü'.repeat(60)}.sh`;
const program = Buffer.concat([Buffer.from('\x7fELF program\n'), Buffer.alloc(3000)]);

/** A host's bundle as kubebale makes it, with its lists; `spoil` may change their texts. */
export function bundleOf(
  host: string,
  spoil: (list: string, content: string) => string = (_, same) => same,
): HostBundle {
  const file = join(scratch('program'), 'etcd');
  writeFileSync(file, program);
  const sha256 = createHash('sha256').update(program).digest('hex');
  const payload: Entry[] = [{ path: 'bin/etcd', mode: 0o755, content: { file, size: program.length, sha256 } }];
  const common = [text('lib/a.sh', 'shared\n'), text(longName, 'long\n')];
  const own = [
    text('README.md', `this is ${host}\n`),
    text('secret.json', '{}', 0o600),
    text('start.sh', '#!/bin/bash\n', 0o755),
  ];
  const described = (entries: readonly Entry[]) => entries.flatMap((entry) => describe(entry) ?? []);
  const files = described([...payload, ...common, ...own]);
  const list = JSON.stringify({ kubebale: '0', cluster: 'c1', host: { name: host }, files });
  const manifest = text('MANIFEST.json', spoil('MANIFEST.json', list));
  const sums = sumsText([...files, ...described([manifest])]);
  return {
    cluster: 'c1',
    host,
    payload: set(payload),
    common: set(common),
    own: [...own, manifest, text('SHA256SUMS', spoil('SHA256SUMS', sums)), { path: 'log', mode: 0o755 }],
    secret: false,
  };
}

function set(entries: readonly Entry[]): EntrySet {
  const key = JSON.stringify(entries.map((entry) => describe(entry)));
  return { key: createHash('sha256').update(key).digest('hex'), entries };
}

/** Write bundles; returns the folder of the cluster. */
export async function written(...bundles: readonly HostBundle[]): Promise<string> {
  const out = scratch('verify');
  await writeBundles(bundles, {
    ...{ out, cache: scratch('cache'), sourceDateEpoch: 0, signal: new AbortController().signal },
    ...{ onHost: () => undefined, onPayload: () => undefined },
  });
  return join(out, 'c1');
}

/** What is wrong with bytes that are taken for a tarball, a line each. */
export async function defectsOf(bytes: Uint8Array, expectedSha256?: string): Promise<readonly string[]> {
  const file = join(scratch('tarball'), 'h1.tar.gz');
  writeFileSync(file, bytes);
  const signal = new AbortController().signal;
  const { defects } = await verifyTarball(file, { ...(expectedSha256 !== undefined && { expectedSha256 }), signal });
  return defects.map(({ code, message }) => `${code}: ${message}`);
}

/** One gzip member with kubebale's header. */
export function member(content: Buffer): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content), 0);
  trailer.writeUInt32LE(content.length, 4);
  return Buffer.concat([gzipHeader, deflateRawSync(content), trailer]);
}

/** An entry for `tarOf`: headers as tar-stream takes them. */
export interface TestEntry {
  readonly name: string;
  readonly type?: 'file' | 'directory' | 'symlink' | 'link' | 'fifo' | 'character-device';
  readonly mode?: number;
  readonly uid?: number;
  readonly uname?: string;
  readonly mtime?: Date;
  readonly linkname?: string;
  readonly pax?: Record<string, string>;
  readonly content?: string;
}

/** A tar archive of any entries. */
export async function tarOf(entries: readonly TestEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content, ...header } of entries) archive.entry({ mtime: new Date(0), ...header }, content ?? '');
  archive.finalize();
  return buffer(archive);
}
