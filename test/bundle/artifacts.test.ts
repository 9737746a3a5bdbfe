import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ArtifactFile } from '../../src/bundle/types.ts';
import { writeBundles } from '../../src/bundle/write-bundles.ts';
import { allArtifacts, guideArtifacts } from '../support/artifacts.ts';
import { bundlesOf, compileValue, host, minimal, textsOf } from '../support/specs.ts';
import { scratch } from '../support/unpack.ts';

const names = guideArtifacts;

/** Artifacts as the lock gives them; their files are not read in these tests. */
function artifacts(list: readonly string[] = allArtifacts, architecture: 'amd64' | 'arm64' = 'amd64'): ArtifactFile[] {
  const sha256 = 'ab'.repeat(32);
  return list.map((name) => ({
    name,
    architecture,
    file: `/kept/${name}`,
    size: 1,
    sha256,
    from: { file: name, sha256 },
  }));
}

function codes(result: ReturnType<typeof compileValue>): string[] {
  return result.diagnostics
    .list()
    .filter((one) => one.severity === 'error')
    .map((one) => one.code);
}

const certificate = (): Buffer => {
  const folder = scratch('ca');
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=test',
      '-keyout',
      join(folder, 'k'),
      '-out',
      join(folder, 'c'),
    ],
    { stdio: 'ignore' },
  );
  return readFileSync(join(folder, 'c'));
};

describe('artifacts', () => {
  it('KB4001: an artifact is missing, all of them in one finding', () => {
    const result = compileValue(minimal(), { scriptsOnly: false, artifacts: artifacts(['etcd', 'kubelet']) });
    expect(codes(result)).toEqual(['KB4001']);
    const message = result.diagnostics.list().find((one) => one.code === 'KB4001')?.message ?? '';
    for (const name of allArtifacts.filter((one) => one !== 'etcd' && one !== 'kubelet'))
      expect(message).toContain(name);
    expect(message).toContain('kubernetes 1.3.3');
    expect([...result.bundles]).toEqual([]);
  });

  it('KB4001: an artifact is there for another architecture only', () => {
    const hosts = [host(1), host(2, undefined, { architecture: 'arm64' }), host(3)];
    const result = compileValue({ name: 'c', hosts }, { scriptsOnly: false, artifacts: artifacts() });
    expect(codes(result)).toEqual(['KB4001']);
    expect(result.diagnostics.list().find((one) => one.code === 'KB4001')?.message).toContain('arm64');
  });

  it('may be missing when that is said', () => {
    const spec = minimal();
    const [first] = bundlesOf(spec, { scriptsOnly: false, allowMissing: true, artifacts: artifacts(['etcd']) });
    expect(first?.payload.entries.map((entry) => entry.path)).toEqual(['bin/etcd']);
  });

  it('KB4003: the CA file is missing, and so are the credentials', () => {
    const spec = minimal({ registry: { caFile: 'ca.pem', credentialsFile: 'auth.json' } });
    expect(codes(compileValue(spec))).toEqual(['KB4003', 'KB4003']);
  });

  it.each([
    ['caFile', 'hello'],
    ['caFile', '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n'],
    ['caFile', '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nSECRET\n'],
    ['credentialsFile', '{"auths": []}'],
    ['credentialsFile', '{"auths": {"r": {}}, "credsStore": "desktop"}'],
    ['credentialsFile', 'not json: SECRET'],
    ['credentialsFile', '{"SECRET": 1}'],
  ])('KB4004: the %s holds %j', (key, content) => {
    const spec = minimal({ registry: { [key]: 'file' } });
    const result = compileValue(spec, { readInput: () => Buffer.from(content) });
    expect(codes(result)).toEqual(['KB4004']);
    expect(JSON.stringify(result.diagnostics.list())).not.toContain('SECRET');
  });

  it('KB4004: credentials that are named as the CA as well do not get out as a certificate', () => {
    const secret = '{"auths": {"registry": {"auth": "c2VjcmV0"}}}';
    const spec = minimal({ registry: { caFile: 'auth.json', credentialsFile: 'auth.json' } });
    const result = compileValue(spec, { readInput: () => Buffer.from(secret) });
    expect(codes(result)).toEqual(['KB4004']);
  });

  it('go to the hosts whose roles need them, and to no others', () => {
    const spec = { name: 'c', hosts: [host(1, ['etcd']), host(2, ['master']), host(3, ['node'])] };
    const bins = bundlesOf(spec, { scriptsOnly: false, artifacts: artifacts() }).map((bundle) =>
      bundle.payload.entries.map((entry) => entry.path),
    );
    const inBin = (list: readonly string[]) => list.toSorted().map((name) => `bin/${name}`);
    expect(bins[0]).toEqual(inBin(names.etcd));
    expect(bins[1]).toEqual(inBin([...names.master, 'etcdctl']));
    expect(bins[2]).toEqual([...inBin([...names.node, 'flanneld']), 'images/pause.tar']);
  });

  it('stand in MANIFEST.json with the archive that they came from', () => {
    const list = artifacts().map((file) => ({ ...file, from: { ...file.from, file: `of-${file.name}.tar.gz` } }));
    const [first] = bundlesOf(minimal(), { scriptsOnly: false, artifacts: list });
    const manifest = first?.own.find((entry) => entry.path === 'MANIFEST.json')?.content;
    const { files } = JSON.parse(manifest && 'bytes' in manifest ? Buffer.from(manifest.bytes).toString() : '{}');
    const etcd = files.find((file: { path: string }) => file.path === 'bin/etcd');
    expect(etcd).toEqual({ path: 'bin/etcd', mode: '0755', size: 1, sha256: 'ab'.repeat(32), from: 'of-etcd.tar.gz' });
    expect(files.find((file: { path: string }) => file.path === 'start.sh')).not.toHaveProperty('from');
  });

  it('images stand in lib/images.tsv with their ID, on nodes only; without one there is no list', () => {
    const id = `sha256:${'cd'.repeat(32)}`;
    const list = artifacts().map((file) => (file.name === 'pause.tar' ? { ...file, image: { id, layers: [] } } : file));
    const spec = { name: 'c', hosts: [host(1, ['etcd', 'master']), host(2, ['node'])] };
    const rows = (environment: Parameters<typeof bundlesOf>[1]) =>
      bundlesOf(spec, environment).map((bundle) => textsOf(bundle).get('lib/images.tsv'));
    const row = `pause.tar\tregistry.Xcloud.com/public/pause:1.0.2\t${id}\n`;
    expect(rows({ scriptsOnly: false, artifacts: list })).toEqual([undefined, row]);
    const without = list.filter((file) => file.name !== 'pause.tar');
    expect(rows({ scriptsOnly: false, artifacts: without, allowMissing: true })).toEqual([undefined, undefined]);
    expect(rows({})).toEqual([undefined, undefined]);
  });

  it('stand in the bill of materials without the folder they lay in and without what follows a URL', () => {
    const from = {
      file: '/home/me/etcd.tar.gz',
      url: 'https://m.example.com/etcd.tar.gz?token=SECRET',
      sha256: 'cd'.repeat(32),
    };
    const [first] = bundlesOf(minimal(), {
      scriptsOnly: false,
      artifacts: artifacts().map((file) => ({ ...file, from })),
    });
    if (!first) throw new Error('there is no bundle');
    const texts = JSON.stringify([...textsOf(first).values()]);
    expect(texts).toContain('https://m.example.com/etcd.tar.gz');
    expect(texts).not.toMatch(/SECRET|home.me/);
  });

  it('the credentials go to nodes only, with mode 0600, and their tarball is closed', async () => {
    const spec = {
      name: 'c',
      hosts: [host(1, ['etcd', 'master']), host(2, ['node'])],
      registry: { caFile: 'ca', credentialsFile: 'auth' },
    };
    const secret = '{"auths": {"registry": {"auth": "c2VjcmV0"}}}';
    const ca = certificate();
    const bundles = bundlesOf(spec, { readInput: (path) => (path === 'ca' ? ca : Buffer.from(secret)) });
    expect(bundles.map((bundle) => bundle.secret)).toEqual([false, true]);
    const own = bundles[1]?.own ?? [];
    expect(own.find((entry) => entry.path === 'node/kubelet-home/.docker/config.json')?.mode).toBe(0o600);
    expect(own.find((entry) => entry.path === 'node/registry-ca.crt')?.mode).toBe(0o644);
    const out = scratch('secret-out');
    await writeBundles(bundles, {
      ...{ out, cache: scratch('secret-cache'), sourceDateEpoch: 0, signal: new AbortController().signal },
      onHost: () => undefined,
      onPayload: () => undefined,
    });
    const listing = execFileSync('tar', ['tzvf', join(out, 'c/sandbox-1.tar.gz')], { encoding: 'utf8' });
    expect(listing).not.toContain('config.json');
  });
});
