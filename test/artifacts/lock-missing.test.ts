import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allArtifacts } from '../support/artifacts.ts';
import { minimal } from '../support/specs.ts';
import { Workplace, words } from './workplace.ts';

const trust = '--trust-first-use';

async function laid(spec?: object): Promise<Workplace> {
  const place = new Workplace(spec);
  await place.lay();
  return place;
}

const lockThere = (place: Workplace): boolean => existsSync(place.path('cluster.lock.json'));

describe('kubebale lock: what is missing or cannot be read', () => {
  it('KB4001: everything that is missing in one finding, with what to bring', async () => {
    const place = new Workplace();
    const result = await place.lock();
    expect(result.code).toBe(1);
    expect(result.err.split('KB4001:').length - 1).toBe(1);
    const text = words(result);
    expect(text).toContain(`${allArtifacts.length} artifacts are missing`);
    expect(text).toContain('etcd, etcdctl (etcd 2.3.7, amd64)');
    expect(text).toMatch(/pause\.tar \(\S+pause\S+, amd64\)/);
    for (const file of ['etcd-v2.3.7-linux-amd64.tar.gz', 'kubernetes.tar.gz', 'docker-1.11.2.tgz'])
      expect(text).toContain(file);
    expect(text).toContain('let kubebale fetch download them');
    expect(lockThere(place)).toBe(false);
  });

  it('KB4001: a URL of the specification is not exchanged for the official program that is here', async () => {
    const url = 'https://mirror.example.com/etcd-acme.tar.gz';
    const place = await laid(minimal({ artifacts: [{ component: 'etcd', url, sha256: 'ab'.repeat(32) }] }));
    const result = await place.lock([trust]);
    expect(result.code).toBe(1);
    expect(words(result)).toMatch(
      /KB4001.*etcd, etcdctl \(etcd 2\.3\.7, amd64\).*put etcd-acme\.tar\.gz into the folder/,
    );
  });

  it('--allow-missing: the lock has what is here, and says what it has not', async () => {
    const place = await laid();
    rmSync(join(place.art, 'kubelet'));
    rmSync(join(place.art, 'pause.tar'));
    const result = await place.lock([trust, '--allow-missing']);
    expect(result.code).toBe(0);
    expect(words(result)).toContain('Missing, and left out of the lock: kubelet (kubernetes 1.3.3, amd64); pause.tar');
    expect(result.out).toContain('compile cluster.json --allow-missing');
    expect(place.locked().images).toEqual([]);
    expect((await place.lock()).code).toBe(1);
  });

  it('KB4002: an empty file and a folder in place of a program', async () => {
    const place = await laid();
    writeFileSync(join(place.art, 'etcd'), '');
    rmSync(join(place.art, 'kubelet'));
    mkdirSync(join(place.art, 'kubelet'));
    const text = words(await place.lock([trust]));
    expect(text).toMatch(/KB4002: \S+art\/etcd cannot be used: it is empty.*put etcd of etcd 2\.3\.7 there/);
    expect(text).toMatch(/art\/kubelet cannot be used: it is no regular file/);
  });

  it('KB4011: a file of the specification that is not there, at its place in the specification', async () => {
    const place = await laid(minimal({ artifacts: [{ component: 'etcd', file: 'own/etcd.tar.gz' }] }));
    const result = await place.lock([trust]);
    expect(result.code).toBe(1);
    expect(words(result)).toMatch(/KB4011: \S+own\/etcd\.tar\.gz cannot be used: it does not exist/);
    expect(words(result)).toContain('relative to the folder of the specification');
    expect(result.err).toMatch(/cluster\.json:\d+:\d+/);
  });
});
