import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { OpenLimits } from '../../src/archive/limits.ts';
import type { WantedMember } from '../../src/archive/open-archive.ts';
import { archiveOf, filesBelow, refusal, want } from './opening.ts';
import { program } from './programs.ts';
import { type RawEntry, rawTar } from './raw-tar.ts';

/** A file that has to be refused. */
interface Row {
  readonly code: string;
  readonly title: string;
  readonly bytes: Uint8Array;
  /** What the message has to say, beside the file. */
  readonly says: string | RegExp;
  /** etcd-v2/etcd, unless it is another. */
  readonly wanted?: WantedMember;
  readonly limits?: Partial<OpenLimits>;
  readonly all?: boolean;
}

/** The member that is wanted. */
export const etcd: RawEntry = { name: 'etcd-v2/etcd', content: program('etcd') };

/** A wanted member in a nested archive. */
export const nested = want('etcd', 'inner.tar.gz!etcd');

/** 4 KiB that gzip cannot make smaller, the same ones each time. */
export const noise = Buffer.concat(
  Array.from({ length: 128 }, (_, at) => createHash('sha256').update(String(at)).digest()),
);

/** A tar.gz that holds the wanted etcd, and after it what is wrong. */
export function withEntries(...entries: readonly RawEntry[]): Buffer {
  return gzipSync(rawTar([etcd, ...entries]));
}

/** A test for each row: its code and message, and that the folder around archive and store is as it was. */
export function testRefusals(rows: readonly Row[]): void {
  it.each(rows.map((row) => [`${row.code}: ${row.title}`, row] as const))('%s', async (_, row) => {
    const { code, bytes, wanted, limits, all, says } = row;
    const place = archiveOf(bytes);
    const before = filesBelow(place.folder);
    const options = { ...(limits && { limits }), ...(all !== undefined && { all }) };
    const error = await refusal(place, [wanted ?? want('etcd', 'etcd-v2/etcd')], options);
    expect(`${error.code}: ${error.message}`).toContain(`${code}: ${place.file}`);
    expect(error.message).toMatch(says);
    expect(error.message).not.toMatch(/[\0-\x1f]/);
    expect(error.hint).toMatch(/\S/);
    expect(filesBelow(place.folder)).toEqual(before);
  });
}
