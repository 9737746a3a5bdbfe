import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findArtifacts } from '../../src/bundle/find-artifacts.ts';
import { writeBundles } from '../../src/bundle/write-bundles.ts';
import { allArtifacts, guideArtifacts } from '../support/artifacts.ts';
import { bundlesOf, compileValue, host, minimal } from '../support/specs.ts';
import { scratch } from '../support/unpack.ts';

const names = guideArtifacts;

function folderWith(files: readonly string[]): string {
  const folder = scratch('artifacts');
  for (const name of files) writeFileSync(join(folder, name), `program ${name}`);
  return folder;
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
  it('KB4001: an artifact is missing, all of them in one finding', async () => {
    const artifacts = await findArtifacts([folderWith(['etcd', 'kubelet'])]);
    const result = compileValue(minimal(), { scriptsOnly: false, artifacts });
    expect(codes(result)).toEqual(['KB4001']);
    const message = result.diagnostics.list().find((one) => one.code === 'KB4001')?.message ?? '';
    for (const name of allArtifacts.filter((one) => one !== 'etcd' && one !== 'kubelet'))
      expect(message).toContain(name);
    expect(message).toContain('kubernetes 1.3.3');
    expect([...result.bundles]).toEqual([]);
  });

  it('KB4002: an artifact is a folder', async () => {
    const folder = folderWith(allArtifacts.filter((name) => name !== 'kubelet'));
    mkdirSync(join(folder, 'kubelet'));
    const result = compileValue(minimal(), { scriptsOnly: false, artifacts: await findArtifacts([folder]) });
    expect(codes(result)).toEqual(['KB4002']);
  });

  it('KB4002: an artifact is empty', async () => {
    const folder = folderWith(allArtifacts.filter((name) => name !== 'kubelet'));
    writeFileSync(join(folder, 'kubelet'), '');
    const result = compileValue(minimal(), { scriptsOnly: false, artifacts: await findArtifacts([folder]) });
    expect(codes(result)).toEqual(['KB4002']);
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

  it('go to the hosts whose roles need them, and to no others', async () => {
    const spec = { name: 'c', hosts: [host(1, ['etcd']), host(2, ['master']), host(3, ['node'])] };
    const artifacts = await findArtifacts([folderWith(allArtifacts)]);
    const bins = bundlesOf(spec, { scriptsOnly: false, artifacts }).map((bundle) =>
      bundle.shared.map((entry) => entry.path).filter((path) => /^(bin|images)\//.test(path)),
    );
    const inBin = (list: readonly string[]) => list.toSorted().map((name) => `bin/${name}`);
    expect(bins[0]).toEqual(inBin(names.etcd));
    expect(bins[1]).toEqual(inBin([...names.master, 'etcdctl']));
    expect(bins[2]).toEqual([...inBin([...names.node, 'flanneld']), 'images/pause.tar']);
  });

  it('are the first of their name among several folders, and nothing else is looked at', async () => {
    const [first, second] = [folderWith(['etcd', 'notes.txt']), folderWith(['etcd', 'etcdctl'])];
    const found = await findArtifacts([first, second]);
    expect(found.map((one) => one.file)).toEqual([join(first, 'etcd'), join(second, 'etcdctl')]);
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
    await writeBundles(bundles, 2, {
      out,
      sourceDateEpoch: 0,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    const listing = execFileSync('tar', ['tzvf', join(out, 'c/sandbox-1.tar.gz')], { encoding: 'utf8' });
    expect(listing).not.toContain('config.json');
  });
});
