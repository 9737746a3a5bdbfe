import { gzipSync } from 'node:zlib';
import { describe } from 'vitest';
import { rawEntry, rawTar } from './raw-tar.ts';
import { etcd, nested, noise, testRefusals, withEntries } from './refusals.ts';

const good = withEntries();
const noisy = withEntries({ name: 'noise', content: noise });
const web = '<!DOCTYPE html>\n<html><body>Please log in</body></html>';

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

describe('files that are no whole archive', () => {
  testRefusals([
    { code: 'KB4101', title: 'an empty file', bytes: Buffer.alloc(0), says: 'is empty' },
    { code: 'KB4101', title: 'nothing within gzip', bytes: gzipSync(''), says: 'is empty' },
    { code: 'KB4101', title: 'a web page', bytes: Buffer.from(web), says: 'web page' },
    { code: 'KB4101', title: 'a web page within gzip', bytes: gzipSync(web), says: 'web page' },
    { code: 'KB4101', title: 'a text', bytes: Buffer.from('Not Found\n'), says: 'a text file' },
    { code: 'KB4101', title: 'a script', bytes: Buffer.from('#!/bin/sh\n'), says: 'a script' },
    { code: 'KB4101', title: 'noise', bytes: noise, says: 'unknown kind' },
    {
      code: 'KB4101',
      title: 'a text where the nested archive is',
      bytes: withEntries({ name: 'inner.tar.gz', content: 'hello' }),
      wanted: nested,
      says: '!inner.tar.gz is a text file',
    },
    { code: 'KB4102', title: 'xz', bytes: Buffer.from('fd377a585a000004e6d6b446', 'hex'), says: 'xz' },
    { code: 'KB4102', title: 'bzip2', bytes: Buffer.from('BZh91AY&SY'), says: 'bzip2' },
    { code: 'KB4102', title: 'zstd', bytes: Buffer.from('28b52ffd0458', 'hex'), says: 'zstd' },
    { code: 'KB4102', title: 'zip', bytes: Buffer.from('PK\x03\x04\x14\0'), says: 'zip' },
    { code: 'KB4102', title: 'a .deb', bytes: Buffer.from('!<arch>\ndebian-binary   '), says: '.deb' },
    { code: 'KB4103', title: 'gzip cut off in its data', bytes: noisy.subarray(0, -500), says: 'cut off' },
    { code: 'KB4103', title: 'gzip cut off in its CRC', bytes: noisy.subarray(0, -3), says: 'cut off' },
    { code: 'KB4103', title: 'gzip cut off in its header', bytes: noisy.subarray(0, 5), says: 'cut off' },
    {
      code: 'KB4103',
      title: 'a second gzip member cut off',
      bytes: Buffer.concat([good, good.subarray(0, 9)]),
      says: 'cut off',
    },
    {
      code: 'KB4104',
      title: 'a tar cut off in a member',
      bytes: rawTar([etcd, { name: 'a', content: noise }]).subarray(0, 2048),
      says: 'no end',
    },
    {
      code: 'KB4104',
      title: 'a tar cut off in a header',
      bytes: gzipSync(rawTar([etcd], rawEntry(etcd).subarray(0, 200))),
      says: 'no end',
    },
    {
      code: 'KB4104',
      title: 'a tar cut off between two entries',
      bytes: gzipSync(rawTar([etcd], Buffer.alloc(0))),
      says: 'no end',
    },
    {
      code: 'KB4104',
      title: 'a member that claims terabytes',
      bytes: withEntries({ name: 'a', size: 2 ** 42 }),
      says: 'no end',
    },
    { code: 'KB4105', title: 'gzip with another CRC', bytes: flipped(noisy, noisy.length - 8), says: 'CRC' },
    { code: 'KB4105', title: 'gzip with another length', bytes: flipped(noisy, noisy.length - 4), says: 'length' },
    { code: 'KB4105', title: 'gzip with an unknown method', bytes: flipped(noisy, 2), says: 'method' },
    {
      code: 'KB4106',
      title: 'text after the gzip',
      bytes: Buffer.concat([good, Buffer.from('junk')]),
      says: 'goes on',
    },
    {
      code: 'KB4106',
      title: 'text after zero bytes after the gzip',
      bytes: Buffer.concat([good, Buffer.alloc(300_000), Buffer.from('junk')]),
      says: 'goes on',
    },
  ]);
});
