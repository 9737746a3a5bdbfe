import { gzipSync } from 'node:zlib';
import { describe } from 'vitest';
import { want } from './opening.ts';
import { program } from './programs.ts';
import { pax, rawTar } from './raw-tar.ts';
import { etcd, nested, noise, testRefusals, withEntries } from './refusals.ts';

const good = withEntries();
const noisy = withEntries({ name: 'noise', content: noise });

describe('archives that ask too much, or whose members are unclear', () => {
  testRefusals([
    {
      code: 'KB4108',
      title: 'two programs of one name, neither at a usual place',
      bytes: gzipSync(
        rawTar([
          { name: 'a/etcd', content: program('1') },
          { name: 'b/etcd', content: program('2') },
        ]),
      ),
      says: 'a/etcd and b/etcd',
    },
    {
      code: 'KB4109',
      title: 'no such member',
      bytes: gzipSync(rawTar([{ name: 'docker/docker', content: program('docker') }])),
      all: true,
      says: /does not hold etcd; it holds docker\/docker$/,
    },
    {
      code: 'KB4109',
      title: 'no member at all',
      bytes: gzipSync(Buffer.alloc(10240)),
      all: true,
      says: 'no file at all',
    },
    {
      code: 'KB4109',
      title: 'a single program where an archive is wanted',
      bytes: program('etcd'),
      all: true,
      says: 'single program',
    },
    {
      code: 'KB4114',
      title: 'zeros that gzip made small',
      bytes: gzipSync(rawTar([etcd, { name: 'a', content: Buffer.alloc(80 * 2 ** 20) }])),
      says: '200 times',
    },
    { code: 'KB4114', title: 'more bytes than allowed', bytes: noisy, limits: { maxBytes: 4096 }, says: '4096' },
    {
      code: 'KB4114',
      title: 'more bytes than allowed in a nested archive',
      bytes: withEntries({
        name: 'inner.tar.gz',
        content: gzipSync(rawTar([{ name: 'z', content: Buffer.alloc(100_000) }])),
      }),
      wanted: nested,
      limits: { maxBytes: 100_000 },
      says: '!inner.tar.gz',
    },
    {
      code: 'KB4114',
      title: 'a member larger than programs are',
      bytes: good,
      limits: { maxMember: 50 },
      says: 'etcd-v2/etcd',
    },
    {
      code: 'KB4114',
      title: 'a single program larger than programs are',
      bytes: program('etcd'),
      wanted: want('etcd', ''),
      limits: { maxMember: 50 },
      says: '50',
    },
    {
      code: 'KB4115',
      title: 'too many entries',
      bytes: withEntries({ name: 'a' }, { name: 'b' }),
      limits: { maxEntries: 2 },
      says: 'more than 2 entries',
    },
    {
      code: 'KB4115',
      title: 'too many entries, nested ones counted',
      bytes: withEntries({ name: 'inner.tar.gz', content: gzipSync(rawTar([{ name: 'a' }])) }),
      wanted: nested,
      limits: { maxEntries: 2 },
      says: '!inner.tar.gz',
    },
    {
      code: 'KB4116',
      title: 'an archive in an archive in an archive',
      bytes: withEntries({
        name: 'inner.tar.gz',
        content: gzipSync(rawTar([{ name: 'b.tar', content: rawTar([etcd]) }])),
      }),
      wanted: want('etcd', 'inner.tar.gz!b.tar!etcd-v2/etcd'),
      says: '!inner.tar.gz!b.tar',
    },
    { code: 'KB4116', title: 'gzip in gzip in gzip', bytes: gzipSync(gzipSync(good)), says: 'deep' },
    {
      code: 'KB4117',
      title: 'the member is a symbolic link',
      bytes: gzipSync(
        rawTar([
          { name: 'etcd-v2/etcd', type: '2', linkname: 'etcd-real' },
          { name: 'etcd-v2/etcd-real', content: program('e') },
        ]),
      ),
      says: 'a symbolic link',
    },
    {
      code: 'KB4117',
      title: 'the member is a link, and another file has its name',
      bytes: gzipSync(
        rawTar([
          { name: 'other/etcd', content: program('e') },
          { name: 'etcd-v2/etcd', type: '1', linkname: 'other/etcd' },
        ]),
      ),
      says: 'a hard link',
    },
    {
      code: 'KB4117',
      title: 'the member is a folder',
      bytes: gzipSync(rawTar([{ name: 'etcd-v2/etcd/', type: '5' }])),
      says: 'a folder',
    },
    {
      code: 'KB4117',
      title: 'the member is sparse, in the old form',
      bytes: gzipSync(rawTar([{ ...etcd, type: 'S' }])),
      says: 'sparse',
    },
    {
      code: 'KB4117',
      title: 'the member is sparse, in the PAX form',
      bytes: gzipSync(
        rawTar([
          pax({ 'GNU.sparse.major': '1', 'GNU.sparse.name': etcd.name }),
          { name: 'GNUSparseFile.0/etcd', content: 'map' },
        ]),
      ),
      says: 'sparse',
    },
    {
      code: 'KB4117',
      title: 'the nested archive is a link',
      bytes: withEntries({ name: 'inner.tar.gz', type: '2', linkname: 'x.tar.gz' }),
      wanted: nested,
      says: 'inner.tar.gz is a symbolic link',
    },
    {
      code: 'KB4118',
      title: 'the member twice and different',
      bytes: withEntries({ ...etcd, content: program('another') }),
      says: 'twice',
    },
    {
      code: 'KB4118',
      title: 'the member twice, once as ./',
      bytes: withEntries({ name: './etcd-v2//etcd', content: program('another') }),
      says: 'twice',
    },
  ]);
});
