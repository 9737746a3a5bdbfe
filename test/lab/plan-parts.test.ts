import { describe, expect, it } from 'vitest';
import { check } from '../../src/compile.ts';
import { hostLines, interfaceOf, switchLines } from '../../src/lab/network.ts';
import { phasesOf } from '../../src/lab/phases.ts';
import type { LabHost } from '../../src/lab/types.ts';
import type { ClusterPlan } from '../../src/plan/types.ts';
import { host, minimal } from '../support/specs.ts';

function planOf(spec: object): ClusterPlan {
  const { plan, diagnostics } = check({ path: 'cluster.json', bytes: Buffer.from(JSON.stringify(spec)) });
  if (!plan) throw new Error(JSON.stringify(diagnostics.list()));
  return plan;
}

function labHost(plan: ClusterPlan, index: number): LabHost {
  const own = plan.hosts[index];
  if (!own) throw new Error('no such host');
  return { plan: own, folder: '/lab', cgroup: 'lab/host', interface: interfaceOf(own) };
}

describe('the network of a lab', () => {
  it('gives each host its address, and a default route without a gateway', () => {
    const plan = planOf(minimal());
    expect(hostLines(labHost(plan, 0), plan)).toEqual([
      'link set lo up',
      'addr add 10.207.182.18/24 broadcast + dev eth0',
      'link set eth0 up',
      'route add default dev eth0',
    ]);
  });

  it('takes interface and gateway of the specification, and puts the gateway on the switch', () => {
    const more = { interface: 'bond0', gateway: '10.207.182.1' };
    const plan = planOf({ name: 'one', hosts: [host(1, undefined, more)] });
    expect(hostLines(labHost(plan, 0), plan)).toContain('route add default via 10.207.182.1 dev bond0');
    expect(switchLines(plan)).toContain('addr add 10.207.182.1/32 dev bridge0');
  });

  it('reaches hosts of other networks on the same cable', () => {
    const plan = planOf({ name: 'two', hosts: [host(1), host(2, ['node'], { address: '192.168.7.5' })] });
    expect(hostLines(labHost(plan, 0), plan)).toContain('route add 192.168.7.5/32 dev eth0');
    expect(hostLines(labHost(plan, 1), plan)).toContain('route add 10.207.182.18/32 dev eth0');
  });

  it('puts the address of the registry on the switch', () => {
    const plan = planOf(minimal({ registry: { host: 'registry.example:5000', address: '10.207.182.9' } }));
    expect(switchLines(plan)).toContain('addr add 10.207.182.9/32 dev bridge0');
  });
});

describe('the order of a rehearsal', () => {
  it('G0: is the run sheet: members, then masters, then nodes; each script once', () => {
    const plan = planOf(minimal());
    const phases = phasesOf(plan);
    expect(phases.map(({ title }) => title)).toEqual(plan.phases.map(({ title }) => title));
    expect(phases[0]?.hosts[0]?.scripts).toEqual(['update-hosts.sh', 'etcd/start-etcd.sh']);
    const first = phases.flatMap(({ hosts }) => hosts.filter((one) => one.host === 'sandbox-1'));
    expect(first.flatMap(({ scripts }) => scripts)).toEqual(plan.hosts[0]?.steps);
  });

  it('runs a script that starts no unit before the unit that it is for', () => {
    const nodes = phasesOf(planOf(minimal())).at(-1)?.hosts[0]?.scripts;
    expect(nodes?.slice(0, 2)).toEqual(['node/mount-cgroup.sh', 'node/start-flanneld.sh']);
  });

  it('ends with the unit of --until', () => {
    const phases = phasesOf(planOf(minimal()), 'kube-apiserver');
    expect(phases).toHaveLength(2);
    expect(phases[1]?.hosts.map(({ scripts }) => scripts.at(-1))).toEqual(
      Array(3).fill('master/start-kube-apiserver.sh'),
    );
  });

  it('concerns only hosts that have something to run', () => {
    const plan = planOf({ name: 'apart', hosts: [host(1, ['etcd']), host(2, ['master']), host(3, ['node'])] });
    expect(phasesOf(plan).map(({ hosts }) => hosts.map((one) => one.host))).toEqual([
      ['sandbox-1'],
      ['sandbox-2'],
      ['sandbox-3'],
    ]);
  });
});
