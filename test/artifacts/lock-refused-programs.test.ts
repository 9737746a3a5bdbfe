import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { program } from '../archive/programs.ts';
import { allArtifacts } from '../support/artifacts.ts';
import { archiveOf, type Member, tarOf } from '../support/images.ts';
import { minimal } from '../support/specs.ts';
import { Workplace, words } from './workplace.ts';

const trust = '--trust-first-use';
const withoutEtcd = allArtifacts.filter((name) => !name.startsWith('etcd'));
/** Members of an etcd archive below a folder. */
function etcdMembers(folder: string, text = 'archive', machine = 62): Member[] {
  return ['etcd', 'etcdctl'].map((name) => ({
    name: `${folder}/${name}`,
    bytes: program(`${name} ${text}`, { machine }),
  }));
}

describe('kubebale lock: programs that are refused', () => {
  it('KB4109: an archive that does not have the program', async () => {
    const place = new Workplace(minimal({ releases: { etcd: '3.4.23' } }));
    await place.lay(withoutEtcd);
    const [etcd] = etcdMembers('bin');
    await archiveOf(join(place.art, 'etcd-v3.4.23-linux-amd64.tar.gz'), etcd ? [etcd] : [], true);
    const result = await place.lock([trust]);
    expect(result.code).toBe(1);
    expect(words(result)).toMatch(/KB4109.*etcd-v3\.4\.23-linux-amd64\.tar\.gz does not hold etcdctl/);
  });

  it('KB4016: a text file, and a program for arm64 on an amd64 host; nothing is written', async () => {
    const place = new Workplace();
    await place.lay();
    writeFileSync(join(place.art, 'etcd'), '<html>not found</html>');
    writeFileSync(join(place.art, 'kubelet'), program('kubelet', { machine: 183 }));
    const result = await place.lock([trust]);
    expect(result.code).toBe(1);
    expect(words(result)).toMatch(/KB4016.*art\/etcd is a text file/);
    expect(words(result)).toMatch(
      /art\/kubelet is a program for arm64, and kubelet has to be a Linux program for amd64/,
    );
    expect(existsSync(place.path('cluster.lock.json'))).toBe(false);
  });

  it('KB4016: one in an archive is named with the archive', async () => {
    const place = new Workplace(minimal({ releases: { etcd: '3.4.23' } }));
    await place.lay(withoutEtcd);
    const folder = 'etcd-v3.4.23-linux-amd64';
    writeFileSync(join(place.art, `${folder}.tar.gz`), await tarOf(etcdMembers(folder, '', 183)));
    const text = words(await place.lock([trust]));
    expect(text).toMatch(
      /KB4016.*etcd-v3\.4\.23-linux-amd64\/etcd in .*art\/etcd-v3\.4\.23-linux-amd64\.tar\.gz is a program for arm64/,
    );
  });
});
