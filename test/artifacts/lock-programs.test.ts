import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { program } from '../archive/programs.ts';
import { allArtifacts } from '../support/artifacts.ts';
import { archiveOf, type Member } from '../support/images.ts';
import { host, minimal } from '../support/specs.ts';
import { hashOf, Workplace } from './workplace.ts';

const trust = '--trust-first-use';
const withoutEtcd = allArtifacts.filter((name) => !name.startsWith('etcd'));
const kubernetesPrograms = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'kubelet',
  'kube-proxy',
];

/** Members of an etcd archive below a folder. */
function etcdMembers(folder: string, text = 'archive', machine = 62): Member[] {
  return ['etcd', 'etcdctl'].map((name) => ({
    name: `${folder}/${name}`,
    bytes: program(`${name} ${text}`, { machine }),
  }));
}

/** Where each program was taken from: name → kind, file and path. */
function origins(place: Workplace, component: string): Record<string, string> {
  return Object.fromEntries(
    place
      .locked()
      .files.filter((file) => file.component === component)
      .flatMap((file) =>
        file.programs.map(({ name, architecture, path }) => [
          `${name} ${architecture}`,
          [file.kind, file.file, path].filter((part) => part !== '').join(' '),
        ]),
      ),
  );
}

describe('kubebale lock: where programs come from', () => {
  it('an official archive of an unlisted release, by its usual name', async () => {
    const place = new Workplace(minimal({ releases: { etcd: '3.4.23' } }));
    await place.lay(withoutEtcd);
    await archiveOf(join(place.art, 'etcd-v3.4.23-linux-amd64.tar.gz'), etcdMembers('etcd-v3.4.23-linux-amd64'), true);
    expect((await place.lock([trust])).code).toBe(0);
    const file = 'official etcd-v3.4.23-linux-amd64.tar.gz etcd-v3.4.23-linux-amd64';
    expect(origins(place, 'etcd')).toEqual({ 'etcd amd64': `${file}/etcd`, 'etcdctl amd64': `${file}/etcdctl` });
    const [etcd] = place.locked().files.filter((one) => one.component === 'etcd');
    expect(etcd).toMatchObject({ release: '3.4.23', trust: 'first-use' });
    expect(etcd?.sha256).toBe(hashOf(join(place.art, 'etcd-v3.4.23-linux-amd64.tar.gz')));
  });

  it('an official archive goes before a loose program, a listed file of the specification before both', async () => {
    const place = new Workplace(minimal({ releases: { etcd: '3.4.23' } }));
    await place.lay();
    const archive = join(place.art, 'etcd-v3.4.23-linux-amd64.tar.gz');
    await archiveOf(archive, etcdMembers('etcd-v3.4.23-linux-amd64'), true);
    await place.lock([trust]);
    expect(origins(place, 'etcd')['etcd amd64']).toMatch(/^official /);
    mkdirSync(place.path('own'));
    writeFileSync(place.path('own', 'etcd'), program('my etcd'));
    const pinned = { component: 'etcd', file: 'own/etcd', sha256: hashOf(place.path('own', 'etcd')) };
    place.specify(minimal({ releases: { etcd: '3.4.23' }, artifacts: [pinned] }));
    expect((await place.lock([trust])).code).toBe(0);
    expect(origins(place, 'etcd')).toEqual({
      'etcd amd64': 'file own/etcd',
      'etcdctl amd64': 'official etcd-v3.4.23-linux-amd64.tar.gz etcd-v3.4.23-linux-amd64/etcdctl',
    });
    expect(place.locked().files.find((one) => one.file === 'own/etcd')?.trust).toBe('specification');
  });

  it('the first artifacts folder goes before the second', async () => {
    const place = new Workplace();
    await place.lay();
    mkdirSync(place.path('first'));
    writeFileSync(place.path('first', 'etcd'), program('first etcd'));
    const args = ['lock', 'cluster.json', '--artifacts', 'first', '--artifacts', 'art', trust];
    expect((await place.run(args)).code).toBe(0);
    const etcd = place.locked().files.find((one) => one.file === 'etcd');
    expect(etcd?.sha256).toBe(hashOf(place.path('first', 'etcd')));
  });

  it('one kubernetes.tar.gz with an archive for each of two architectures', async () => {
    const hosts = [host(1), host(2), host(3, ['node'], { architecture: 'arm64' })];
    const place = new Workplace(minimal({ hosts, releases: { kubernetes: '1.3.20' } }));
    await place.lay(allArtifacts.filter((name) => !name.startsWith('kube') && name !== 'pause.tar'));
    const members: Member[] = [];
    for (const [architecture, machine] of [
      ['amd64', 62],
      ['arm64', 183],
    ] as const) {
      mkdirSync(join(place.art, architecture));
      for (const name of allArtifacts.filter((one) => /^(docker|flanneld)/.test(one)))
        writeFileSync(join(place.art, architecture, name), program(name, { machine }));
      const programs = kubernetesPrograms.map((name) => ({
        ...{ name: `kubernetes/server/bin/${name}`, bytes: program(`${name} ${architecture}`, { machine }) },
      }));
      const name = `kubernetes/server/kubernetes-server-linux-${architecture}.tar.gz`;
      const inner = join(place.folder, architecture);
      await archiveOf(inner, programs, true);
      members.push({ name, bytes: readFileSync(inner) });
    }
    await archiveOf(join(place.art, 'kubernetes.tar.gz'), members, true);
    const { code, err } = await place.lock([trust, '--allow-missing']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const kubernetes = place.locked().files.filter((one) => one.component === 'kubernetes');
    expect(kubernetes).toHaveLength(1);
    const inner = (architecture: string) =>
      `official kubernetes.tar.gz kubernetes/server/kubernetes-server-linux-${architecture}.tar.gz!kubernetes/server/bin`;
    expect(origins(place, 'kubernetes')).toMatchObject({
      'kubelet amd64': `${inner('amd64')}/kubelet`,
      'kubelet arm64': `${inner('arm64')}/kubelet`,
      'kube-apiserver amd64': `${inner('amd64')}/kube-apiserver`,
    });
    expect(origins(place, 'docker')).toMatchObject({
      'docker arm64': 'loose arm64/docker',
      'docker amd64': 'loose amd64/docker',
    });
  });

  it('a folder, an archive and paths that the specification gives', async () => {
    const place = new Workplace();
    await place.lay(withoutEtcd.filter((name) => name !== 'flanneld'));
    mkdirSync(place.path('build'));
    writeFileSync(place.path('build', 'fl'), program('flanneld'));
    await archiveOf(place.path('build', 'e.tar'), etcdMembers('out'));
    place.specify(
      minimal({
        artifacts: [
          {
            component: 'flannel',
            folder: 'build',
            programs: { flanneld: 'fl' },
            sha256: { flanneld: hashOf(place.path('build', 'fl')) },
          },
          { component: 'etcd', file: 'build/e.tar', programs: { etcd: 'out/etcd' } },
          { component: 'etcd', file: 'build/e.tar', programs: { etcdctl: './out/etcdctl' } },
        ],
      }),
    );
    const { code, err } = await place.lock([trust]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(origins(place, 'flannel')).toEqual({ 'flanneld amd64': 'file build/fl' });
    expect(origins(place, 'etcd')).toEqual({
      'etcd amd64': 'file build/e.tar out/etcd',
      'etcdctl amd64': 'file build/e.tar out/etcdctl',
    });
  });

  it('another path in the same archive is looked at, although the archive is known', async () => {
    const place = new Workplace();
    await place.lay(withoutEtcd);
    await archiveOf(place.path('e.tar'), [...etcdMembers('out', 'release'), ...etcdMembers('debug', 'debug')]);
    const spec = (folder: string) =>
      minimal({
        artifacts: [
          { component: 'etcd', file: 'e.tar', programs: { etcd: `${folder}/etcd`, etcdctl: `${folder}/etcdctl` } },
        ],
      });
    place.specify(spec('out'));
    expect((await place.lock([trust])).code).toBe(0);
    place.specify(spec('debug'));
    expect((await place.lock()).code).toBe(0);
    expect(origins(place, 'etcd')['etcd amd64']).toBe('file e.tar debug/etcd');
  });

  it('a program that lies elsewhere in an archive is found by its name', async () => {
    const place = new Workplace(minimal({ releases: { etcd: '3.4.23' } }));
    await place.lay(withoutEtcd);
    await archiveOf(join(place.art, 'etcd-v3.4.23-linux-amd64.tar.gz'), etcdMembers('usr/local/bin'), true);
    expect((await place.lock([trust])).code).toBe(0);
    expect(origins(place, 'etcd')['etcd amd64']).toContain('usr/local/bin/etcd');
    const text = place.lockText();
    expect((await place.lock()).code).toBe(0);
    expect(place.lockText()).toBe(text);
  });
});
