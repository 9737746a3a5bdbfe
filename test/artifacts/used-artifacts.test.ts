import { describe, expect, it } from 'vitest';
import { compileValue, host, minimal } from '../support/specs.ts';

const etcd = (more: object) => ({ artifacts: [{ component: 'etcd', file: 'etcd.tar.gz', ...more }] });

function findings(spec: object): readonly (readonly [string, string | undefined])[] {
  return compileValue(spec)
    .diagnostics.list()
    .filter(({ code }) => code === 'KB3515')
    .map(({ message, hint }) => [message, hint] as const);
}

describe('KB3515: an artifact that no host uses', () => {
  const arm = ['etcd', 'master', 'node'];
  const arm64 = { architecture: 'arm64' };
  const armHosts = [1, 2, 3].map((number) => host(number, arm, arm64));

  it('of another architecture: the cure names the right one', () => {
    expect(findings(minimal({ hosts: armHosts, ...etcd({}) }))).toEqual([
      [
        'no host of the architecture amd64 needs a program of etcd',
        'give it "architecture": "arm64", or remove the entry',
      ],
    ]);
    expect(findings(minimal({ hosts: armHosts, ...etcd(arm64) }))).toEqual([]);
    expect(findings(minimal(etcd({})))).toEqual([]);
  });

  it('only hosts that run the component count', () => {
    const hosts = [host(1, ['etcd', 'master']), host(2, ['node'], arm64)];
    const docker = (more: object) => ({ hosts, artifacts: [{ component: 'docker', file: 'docker.tgz', ...more }] });
    expect(findings(minimal(docker({})))).toHaveLength(1);
    expect(findings(minimal(docker(arm64)))).toEqual([]);
    // A master has etcdctl.
    const split = [host(1, ['etcd']), host(2, ['master', 'node'], arm64)];
    expect(findings(minimal({ hosts: split, ...etcd(arm64) }))).toEqual([]);
  });
});
