import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { archiveOf, refusal, want } from './opening.ts';
import { program } from './programs.ts';
import { pax, rawTar, tarEnd } from './raw-tar.ts';
import { etcd, nested, noise, testRefusals, withEntries } from './refusals.ts';

const nestedEvil = gzipSync(rawTar([{ name: '../../evil', content: 'x' }]));
const manyAttributes = Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`k${at}`, 'v']));

describe('archives with entries that no honest one has', () => {
  testRefusals([
    {
      code: 'KB4107',
      title: 'a wrong checksum',
      bytes: withEntries({ name: 'a', checksum: '000001\0 ' }),
      says: 'header is broken',
    },
    {
      code: 'KB4107',
      title: 'text after the end of the tar',
      bytes: gzipSync(rawTar([etcd], Buffer.concat([tarEnd, Buffer.alloc(512, 'junk')]))),
      says: 'header is broken',
    },
    {
      code: 'KB4107',
      title: 'a negative size',
      bytes: withEntries({ name: 'a', size: -512 }),
      says: 'header is broken',
    },
    {
      code: 'KB4107',
      title: 'a PAX header that claims gigabytes',
      bytes: withEntries({ ...pax({ path: 'a' }), size: 5 * 2 ** 30 }),
      says: '4 MiB',
    },
    {
      code: 'KB4107',
      title: 'a GNU long name that claims gigabytes',
      bytes: withEntries({ name: '././@LongLink', type: 'L', size: 3 * 2 ** 30 }),
      says: '4 MiB',
    },
    {
      code: 'KB4107',
      title: 'more PAX attributes than anything has',
      bytes: withEntries(pax(manyAttributes), { name: 'a' }),
      says: 'attributes',
    },
    {
      code: 'KB4107',
      title: 'a sparse file of GNU tar with more headers',
      bytes: withEntries({ name: 'a', type: 'S', content: noise.subarray(0, 512) }, { name: 'b', checksum: '1' }),
      says: 'sparse',
    },
    {
      code: 'KB4110',
      title: 'an absolute path',
      bytes: withEntries({ name: '/etc/cron.d/evil', content: 'x' }),
      says: '/etc/cron.d/evil',
    },
    {
      code: 'KB4110',
      title: 'an absolute path in a PAX header',
      bytes: withEntries(pax({ path: '/etc/evil' }), { name: 'a' }),
      says: '/etc/evil',
    },
    { code: 'KB4110', title: 'a path of a Windows drive', bytes: withEntries({ name: 'C:\\evil' }), says: 'C:' },
    {
      code: 'KB4111',
      title: '".." at the start',
      bytes: withEntries({ name: '../evil', content: 'x' }),
      says: '../evil',
    },
    {
      code: 'KB4111',
      title: '".." within',
      bytes: withEntries({ name: 'a/b/../../../evil', content: 'x' }),
      says: 'leads out',
    },
    {
      code: 'KB4111',
      title: 'the wanted member behind ".."',
      bytes: gzipSync(rawTar([{ name: 'x/../etcd-v2/etcd', content: program('e') }])),
      says: 'leads out',
    },
    {
      code: 'KB4111',
      title: '".." in a long GNU name',
      bytes: withEntries({ name: 'L', type: 'L', content: `${'a/'.repeat(80)}../b\0` }, { name: 'b' }),
      says: 'leads out',
    },
    {
      code: 'KB4111',
      title: '".." between backslashes',
      bytes: withEntries({ name: '..\\..\\evil' }),
      says: 'leads out',
    },
    {
      code: 'KB4111',
      title: '".." in the real name of a sparse file',
      bytes: withEntries(pax({ 'GNU.sparse.name': '../evil' }), { name: 'a' }),
      says: '../evil',
    },
    {
      code: 'KB4111',
      title: '".." in a nested archive',
      bytes: withEntries({ name: 'inner.tar.gz', content: nestedEvil }),
      wanted: nested,
      says: '!inner.tar.gz: the entry ../../evil',
    },
    {
      code: 'KB4112',
      title: 'a symbolic link to an absolute path',
      bytes: withEntries({ name: 'a', type: '2', linkname: '/etc/passwd' }),
      says: '/etc/passwd',
    },
    {
      code: 'KB4112',
      title: 'a symbolic link over the root',
      bytes: withEntries({ name: 'a/b', type: '2', linkname: '../../x' }),
      says: '../../x',
    },
    {
      code: 'KB4112',
      title: 'a symbolic link that comes back in',
      bytes: withEntries({ name: 'a', type: '2', linkname: '../here/x' }),
      says: '../here/x',
    },
    {
      code: 'KB4112',
      title: 'a hard link over the root',
      bytes: withEntries({ name: 'a/b', type: '1', linkname: '../x' }),
      says: 'hard link a/b',
    },
    { code: 'KB4112', title: 'a link to nothing', bytes: withEntries({ name: 'a', type: '2' }), says: 'nothing' },
    {
      code: 'KB4112',
      title: 'a long link to outside in a PAX header',
      bytes: withEntries(pax({ linkpath: `${'a/'.repeat(70)}${'../'.repeat(72)}x` }), {
        name: 'a',
        type: '2',
        linkname: 'b',
      }),
      says: 'symbolic link a',
    },
    {
      code: 'KB4113',
      title: 'a character device',
      bytes: withEntries({ name: 'dev/mem', type: '3' }),
      says: 'a device',
    },
    { code: 'KB4113', title: 'a block device', bytes: withEntries({ name: 'dev/sda', type: '4' }), says: 'a device' },
    {
      code: 'KB4113',
      title: 'a FIFO in place of the member',
      bytes: gzipSync(rawTar([{ name: 'etcd-v2/etcd', type: '6' }])),
      says: 'a FIFO',
    },
    {
      code: 'KB4119',
      title: 'a name that talks to the terminal',
      bytes: withEntries({ name: 'a\x1b[2Jb' }),
      says: 'a\\u001b[2Jb',
    },
    {
      code: 'KB4119',
      title: 'a zero byte in a PAX name',
      bytes: withEntries(pax({ path: 'etcd\0.txt' }), { name: 'a' }),
      says: 'etcd\\u0000.txt',
    },
    {
      code: 'KB4119',
      title: 'a PAX name of 4097 bytes',
      bytes: withEntries(pax({ path: `${'a/'.repeat(2047)}éa` }), { name: 'a' }),
      says: 'more than 4096 bytes',
    },
    {
      code: 'KB4119',
      title: 'a file without a name',
      bytes: withEntries({ name: './', type: '0', content: 'x' }, { name: '.', content: 'x' }),
      says: 'no name',
    },
  ]);

  it('leaves no file open', async () => {
    const open = (): number => readdirSync('/proc/self/fd').length;
    const place = archiveOf(withEntries({ name: '../evil' }, { name: 'a', content: Buffer.alloc(2 ** 20, noise) }));
    const before = open();
    for (let turn = 0; turn < 20; turn += 1) await refusal(place, [want('etcd', 'etcd-v2/etcd')]);
    for (let turn = 0; turn < 20; turn += 1) await refusal(archiveOf(Buffer.alloc(2 ** 20, 'text')), []);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(open() - before).toBeLessThan(3);
  });
});
