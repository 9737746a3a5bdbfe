import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/diagnostics/catalogue.ts';
import { Diagnostics } from '../../src/diagnostics/collector.ts';
import { resolve } from '../../src/model/resolve.ts';
import { checkRules, rules } from '../../src/rules/index.ts';
import type { ClusterSpec, Host } from '../../src/spec/cluster-spec.generated.ts';

const everything: Host['roles'] = ['etcd', 'master', 'node'];

function hosts(count: number, roles: Host['roles'] = everything, from = 1): Host[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `host-${from + index}`,
    address: `172.${16 + Math.floor((from + index) / 62500)}.${Math.floor((from + index) / 250) % 250}.${((from + index) % 250) + 1}`,
    roles,
  }));
}

function codes(spec: Partial<ClusterSpec>): string[] {
  const diagnostics = new Diagnostics();
  checkRules(resolve({ name: 'test', hosts: hosts(3), ...spec }), diagnostics);
  return diagnostics.list().map((finding) => finding.code);
}

describe('the list of rules', () => {
  it('has a name for each, and at least 25', () => {
    expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
    expect(rules.length).toBeGreaterThanOrEqual(25);
  });

  it('covers every 3xxx code that is not raised by the releases or by the catalogue of flags', () => {
    const others = ['KB3301', 'KB3303', 'KB3304', ...[1, 2, 3, 4, 5, 6, 7].map((n) => `KB370${n}`)];
    const expected = Object.keys(catalogue).filter((code) => code.startsWith('KB3') && !others.includes(code));
    expect([...new Set(rules.flatMap((rule) => rule.codes))].sort()).toEqual(expected.sort());
  });

  it('keeps each rule to the codes that it declares', () => {
    const spec = JSON.parse(
      readFileSync(new URL('../fixtures/diagnostics/ten-mistakes.json', import.meta.url), 'utf8'),
    );
    for (const rule of rules) {
      const diagnostics = new Diagnostics();
      rule.check(resolve(spec), diagnostics);
      for (const { code } of diagnostics.list()) expect(rule.codes).toContain(code);
    }
  });
});

describe('the cluster of the guide', () => {
  it('has its own warnings and no error', () => {
    const text = readFileSync(new URL('../../examples/guide/cluster.json', import.meta.url), 'utf8');
    expect(codes(JSON.parse(text)).sort()).toEqual([
      ...['KB3106', 'KB3107', 'KB3601', 'KB3602', 'KB3603', 'KB3604', 'KB3605'],
    ]);
  });
});

describe('rules in particular', () => {
  it('leave a wrong address to the rule of its form', () => {
    const wrong = { ...hosts(1)[0], address: '300.1.1.1' } as Host;
    expect(codes({ hosts: [wrong, { ...wrong, name: 'other' }, ...hosts(1, everything, 9)] })).toEqual(
      expect.not.arrayContaining(['KB3002', 'KB3012', 'KB3102']),
    );
  });

  it('see the ports that flags change', () => {
    expect(codes({ kubelet: { flags: { 'read-only-port': 8080 } } })).toContain('KB3201');
    expect(codes({ kubelet: { flags: { read_only_port: 8080 } } })).toContain('KB3201');
    expect(codes({ kubelet: { cadvisorPort: 10255, flags: { 'read-only-port': 0 } } })).not.toContain('KB3201');
    expect(codes({ kubelet: { cadvisorPort: 10255 } })).toContain('KB3201');
  });

  it('let programs of different hosts share a port', () => {
    const apart = [...hosts(3, ['etcd']), ...hosts(1, ['master', 'node'], 10)];
    expect(codes({ hosts: apart, apiserver: { insecurePort: 2379 } })).not.toContain('KB3201');
  });

  it('let tcp and udp share a port', () => {
    expect(codes({ networks: { flannelBackend: { type: 'udp', port: 8080 } } })).not.toContain('KB3201');
  });

  it('look at node ports of nodes only', () => {
    const apart = [...hosts(3, ['etcd', 'master']), ...hosts(1, ['node'], 10)];
    expect(codes({ hosts: apart, networks: { nodePorts: '8000-8100' } })).not.toContain('KB3107');
    expect(codes({ hosts: apart, networks: { nodePorts: '8000-8194' } })).toContain('KB3107');
    expect(codes({ hosts: apart, networks: { nodePorts: '30000-32767' } })).not.toContain('KB3107');
    expect(codes({ hosts: apart, networks: { nodePorts: '30000-32768' } })).toContain('KB3107');
  });

  it('count the parts of the pod network', () => {
    const networks = { podCIDR: '10.1.0.0/22' };
    expect(codes({ hosts: hosts(3), networks })).not.toContain('KB3103');
    expect(codes({ hosts: hosts(4), networks })).toContain('KB3103');
    expect(codes({ hosts: hosts(4), networks: { ...networks, podSubnetLength: 25 } })).not.toContain('KB3103');
  });

  it('know the sizes of a service network', () => {
    for (const [serviceCIDR, wrong] of [
      ['10.0.0.0/11', true],
      ['10.240.0.0/12', false],
      ['10.254.0.0/29', false],
      ['10.254.0.0/30', true],
    ] as const)
      expect(codes({ networks: { serviceCIDR, clusterDNS: null } }).includes('KB3112')).toBe(wrong);
  });

  it('know which paths are folders of the system', () => {
    for (const dataDir of [
      '/',
      '/home',
      '/var',
      '/usr',
      '/etc',
      '/var/lib',
      '/home/',
      '/x/../var',
      '/proc/x',
      '/etc/x',
    ])
      expect(codes({ etcd: { dataDir } }), dataDir).toContain('KB3401');
    for (const dataDir of ['/data', '/home/work', '/var/lib/etcd', '/usr/local/etcd', '/variant'])
      expect(codes({ etcd: { dataDir } }), dataDir).not.toContain('KB3401');
  });

  it('name the folder that the specification gives, and derived ones once', () => {
    expect(codes({ paths: { base: '/etc/kubebale' } }).filter((code) => code.startsWith('KB34'))).toEqual(['KB3401']);
    const diagnostics = new Diagnostics();
    checkRules(resolve({ name: 'test', hosts: hosts(3), docker: { graph: '/home/work/etcd' } }), diagnostics);
    const [finding] = diagnostics.list().filter(({ code }) => code === 'KB3402');
    expect(finding?.pointer).toBe('/docker/graph');
  });

  it('take siblings with a common beginning for siblings', () => {
    expect(codes({ etcd: { dataDir: '/data/docker2' }, docker: { graph: '/data/docker' } })).not.toContain('KB3402');
  });

  it("look at the folder of etcd's log, which flags may choose", () => {
    const of = (folder: string): string[] => codes({ etcd: { flags: { 'wal-dir': folder } } });
    expect(of('/home/work/etcd')).toContain('KB3402');
    expect(of('/var/lib')).toContain('KB3401');
    expect(of('/fast/etcd-log').filter((code) => code.startsWith('KB34'))).toEqual([]);
  });

  it('hear what flags say of privileged pods and anonymous users', () => {
    expect(codes({ apiserver: { flags: { 'allow-privileged': true } } })).toContain('KB3708');
    expect(codes({ kubelet: { flags: { 'anonymous-auth': false } } })).not.toContain('KB3604');
  });

  it('know the age of storage drivers and of docker', () => {
    const of = (docker: string, kubernetes: string): string[] =>
      codes({ releases: { docker, kubernetes }, docker: { storageDriver: 'overlay2' } });
    expect(of('1.11.2', '1.3.3')).toContain('KB3305');
    expect(of('1.12.6', '1.3.3')).not.toContain('KB3305');
    expect(of('1.12.6', '1.3.3')).toContain('KB3306');
    expect(of('1.12.6', '1.5.3')).not.toContain('KB3306');
    expect(of('17.03.2', '1.5.3')).toContain('KB3306');
  });

  it('check 5,000 hosts within a second', () => {
    const spec = {
      name: 'large',
      hosts: [...hosts(3), ...hosts(4997, ['node'], 4)],
      networks: { podCIDR: '10.0.0.0/11' },
    };
    const model = resolve(spec);
    const diagnostics = new Diagnostics();
    const start = performance.now();
    checkRules(model, diagnostics);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(diagnostics.hasErrors).toBe(false);
  });
});
