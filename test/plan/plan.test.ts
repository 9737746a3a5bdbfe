import { describe, expect, it } from 'vitest';
import type { ClusterPlan, UnitId } from '../../src/plan/types.ts';
import { compileValue, host, minimal } from '../support/specs.ts';

function planOf(spec: object): ClusterPlan {
  const { plan, diagnostics } = compileValue(spec);
  if (!plan) throw new Error(JSON.stringify(diagnostics.list(), null, 2));
  return plan;
}

/** The flags of a unit on the n-th host, spelled as words. */
function flags(plan: ClusterPlan, index: number, id: UnitId): string[] {
  const unit = plan.hosts[index]?.units.find((one) => one.id === id);
  if (!unit) throw new Error(`no ${id} on host ${index}`);
  const words = unit.command.flags.map((flag) =>
    flag.words
      .map((word) => word.map((piece) => (typeof piece === 'string' ? piece : `\${${piece.fromHost}}`)).join(''))
      .join(' '),
  );
  return [unit.command.binary, ...unit.command.subcommand, ...words];
}

const mixed = {
  name: 'mixed',
  hosts: [
    host(1, ['etcd']),
    host(2, ['etcd']),
    host(3, ['etcd']),
    host(4, ['master']),
    host(5, ['master']),
    host(6, ['node']),
    host(7, ['master', 'node']),
  ],
};

describe('the plan', () => {
  it('G0: etcd, then masters, then nodes', () => {
    expect(planOf(mixed).phases.map((phase) => phase.hosts)).toEqual([
      ['sandbox-1', 'sandbox-2', 'sandbox-3'],
      ['sandbox-4', 'sandbox-5', 'sandbox-7'],
      ['sandbox-6', 'sandbox-7'],
    ]);
  });

  it('G8: mounts cgroups before docker, on nodes only', () => {
    const plan = planOf(mixed);
    const steps = plan.hosts[5]?.steps ?? [];
    expect(steps.indexOf('node/mount-cgroup.sh')).toBeGreaterThanOrEqual(0);
    expect(steps.indexOf('node/mount-cgroup.sh')).toBeLessThan(steps.indexOf('node/start-docker.sh'));
    expect(plan.hosts[0]?.steps).not.toContain('node/mount-cgroup.sh');
  });

  it('is plain data: JSON and back is the same', () => {
    const plan = planOf(mixed);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(JSON.parse(JSON.stringify(plan)));
    expect(JSON.stringify(planOf(mixed))).toBe(JSON.stringify(plan));
  });

  it('points nodes that are no master to the first master, and masters to themselves', () => {
    const plan = planOf(mixed);
    expect(flags(plan, 5, 'kubelet')).toContain('--api-servers=http://sandbox-4:8080');
    expect(flags(plan, 5, 'kube-proxy')).toContain('--master=http://sandbox-4:8080');
    expect(flags(plan, 5, 'flanneld')).toContain('-remote=sandbox-4:8888');
    expect(flags(plan, 6, 'kubelet')).toContain('--api-servers=http://127.0.0.1:8080');
    expect(flags(plan, 6, 'flanneld')).toContain('-remote=sandbox-4:8888');
  });

  it('points them to a named master, or a VIP, when the specification says so', () => {
    const named = planOf({
      ...mixed,
      controlPlane: { endpoint: { kind: 'master', host: 'sandbox-5' }, urls: 'addresses' },
    });
    expect(flags(named, 5, 'kubelet')).toContain('--api-servers=http://10.207.182.22:8080');
    const vip = planOf({ ...mixed, controlPlane: { endpoint: { kind: 'vip', address: '10.207.182.250' } } });
    expect(flags(vip, 5, 'kubelet')).toContain('--api-servers=http://10.207.182.250:8080');
    expect(flags(vip, 5, 'flanneld')).toContain('-remote=10.207.182.250:8888');
    expect(flags(vip, 6, 'kube-proxy')).toContain('--master=http://127.0.0.1:8080');
  });

  it('counts the masters for --apiserver-count', () => {
    expect(flags(planOf(mixed), 3, 'kube-apiserver')).toContain('--apiserver-count=3');
  });

  it('adds, changes and drops flags as the user says', () => {
    const plan = planOf(
      minimal({
        apiserver: { flags: { 'advertise-address': null, 'event-ttl': '2h0m0s', v: 2 } },
        docker: { flags: { label: ['a=1', 'b=2'], 'log-level': 'warn' } },
        kubelet: { flags: { max_pods: 60, port: 11250 } },
        flannel: { flags: { 'ip-masq': true } },
      }),
    );
    const apiserver = flags(plan, 0, 'kube-apiserver');
    expect(apiserver.some((word) => word.startsWith('--advertise-address'))).toBe(false);
    expect(apiserver).toContain('--event-ttl=2h0m0s');
    expect(apiserver).toContain('--v=2');
    expect(apiserver).not.toContain('--v=4');
    expect(flags(plan, 0, 'docker')).toEqual(
      expect.arrayContaining(['--label=a=1', '--label=b=2', '--log-level=warn']),
    );
    expect(flags(plan, 0, 'kubelet')).toContain('--max-pods=60');
    expect(flags(plan, 0, 'flanneld')).toContain('-ip-masq=true');
    expect(plan.hosts[0]?.units.find((unit) => unit.id === 'kubelet')?.ports.map((use) => use.port)).toContain(11250);
  });
});

describe("the user's flags", () => {
  const errors = (spec: object) =>
    compileValue(spec)
      .diagnostics.list()
      .filter((one) => one.severity === 'error')
      .map((one) => one.code);

  it('are sorted, for the order of keys means nothing', () => {
    const one = flags(planOf(minimal({ kubelet: { flags: { 'max-pods': 60, 'event-qps': 5 } } })), 0, 'kubelet');
    const two = flags(planOf(minimal({ kubelet: { flags: { 'event-qps': 5, 'max-pods': 60 } } })), 0, 'kubelet');
    expect(two).toEqual(one);
  });

  it('come beside the registry of the specification, not in its place', () => {
    const more = { docker: { flags: { 'insecure-registry': ['other:5000', 'registry.Xcloud.com'] } } };
    const words = flags(planOf(minimal(more)), 0, 'docker').filter((word) => word.startsWith('--insecure-registry'));
    expect(words).toEqual(['--insecure-registry=registry.Xcloud.com', '--insecure-registry=other:5000']);
  });

  it('are whole numbers in decimal, however Go would read them', () => {
    const plan = planOf(minimal({ kubelet: { flags: { 'healthz-port': '0x2810' } } }));
    expect(plan.hosts[0]?.units.find((unit) => unit.id === 'kubelet')?.settings.KB_HEALTH_PORT).toBe('10256');
    expect(errors(minimal({ controllerManager: { flags: { port: '+0' } } }))).toEqual(['KB3704']);
  });

  it.each([
    ['kubelet', 'hostname-override'],
    ['kubelet', 'node-ip'],
    ['kubeProxy', 'hostname-override'],
    ['apiserver', 'advertise-address'],
  ])('of %s: --%s differs from host to host; it may be dropped, not changed', (key, flag) => {
    expect(errors(minimal({ [key]: { flags: { [flag]: '10.207.182.18' } } }))).toEqual(['KB3704']);
    expect(errors(minimal({ [key]: { flags: { [flag]: null } } }))).toEqual([]);
  });
});

describe('the release', () => {
  const docker = (release: string) => flags(planOf(minimal({ releases: { docker: release } })), 0, 'docker');

  it.each([
    ['1.10.3', ['docker', 'daemon'], '--graph='],
    ['1.11.2', ['docker', 'daemon'], '--graph='],
    ['1.12.6', ['dockerd'], '--graph='],
    ['17.03.2', ['dockerd'], '--graph='],
    ['17.12.1', ['dockerd'], '--data-root='],
    ['20.10.24', ['dockerd'], '--data-root='],
  ])('docker %s', (release, start, graph) => {
    const words = docker(release);
    expect(words.slice(0, start.length)).toEqual(start);
    expect(words.filter((word) => word.startsWith('--graph=') || word.startsWith('--data-root='))).toEqual([
      `${graph}/home/work/docker/runtime_1.11`,
    ]);
  });

  it.each([
    ['2.2.5', false],
    ['2.3.7', false],
    ['3.3.27', false],
    ['3.4.23', true],
  ])('etcd %s: --enable-v2 %s', (release, enabled) => {
    const words = flags(planOf(minimal({ releases: { etcd: release } })), 0, 'etcd');
    expect(words.includes('--enable-v2=true')).toBe(enabled);
  });

  it('etcd on arm64 gets the variable that it wants', () => {
    const arm = host(1, undefined, { architecture: 'arm64' });
    const [planned] = planOf({ name: 'arm', hosts: [arm], releases: { etcd: '3.3.27' } }).hosts;
    expect(planned?.units[0]?.environment).toEqual(['ETCD_UNSUPPORTED_ARCH=arm64']);
  });

  it('says which catalogued release a patch release was checked against', () => {
    const plan = planOf(minimal({ releases: { kubernetes: '1.4.9', etcd: '2.3.8' } }));
    expect(plan.releases.filter((one) => one.release !== one.checkedAgainst)).toEqual([
      { component: 'kubernetes', release: '1.4.9', checkedAgainst: '1.4.6' },
      { component: 'etcd', release: '2.3.8', checkedAgainst: '2.3.7' },
    ]);
  });
});
