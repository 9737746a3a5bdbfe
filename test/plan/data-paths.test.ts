import { describe, expect, it } from 'vitest';
import { compileValue, host, minimal } from '../support/specs.ts';

function pathsOf(spec: object): readonly (readonly string[])[] {
  const { plan, diagnostics } = compileValue(spec);
  if (!plan) throw new Error(JSON.stringify(diagnostics.list(), null, 2));
  return plan.hosts.map((host) => host.dataPaths.map(({ path }) => path));
}

describe('the data paths of a host', () => {
  it('are those of the command lines, and those that daemons take without being told', () => {
    const [all, etcd, master, node] = pathsOf({
      name: 'mixed',
      hosts: [host(1), host(2, ['etcd']), host(3, ['master']), host(4, ['node'])],
      controlPlane: { endpoint: { kind: 'vip', address: '10.207.182.250' } },
    });
    const ofEtcd = ['/home/work/etcd/data-dir'];
    const ofNode = ['/home/work/docker/runtime_1.11', '/home/work/docker/run', '/var/lib/kubelet'];
    expect(all).toEqual([...ofEtcd, ...ofNode]);
    expect(etcd).toEqual(ofEtcd);
    expect(master).toEqual([]);
    expect(node).toEqual(ofNode);
  });

  it('follow what the specification changes, by its keys or by flags', () => {
    const [paths] = pathsOf(
      minimal({
        etcd: { flags: { 'wal-dir': '/fast/wal' } },
        docker: { graph: '/big/docker' },
        kubelet: { rootDir: '/srv/kube let' },
      }),
    );
    expect(paths).toContain('/fast/wal');
    expect(paths).toContain('/big/docker');
    expect(paths).toContain('/srv/kube let');
    expect(paths).not.toContain('/var/lib/kubelet');
  });
});
