import type { ClusterPlan, HostPlan, UnitId } from '../plan/types.ts';
import type { Data } from './template-values.ts';

/** Names that a phase of the run sheet lists; the rest is counted, and stands in lib/hosts.tsv. */
const listed = 6;

const steps: Readonly<Record<string, string>> = { 'update-hosts.sh': 'hosts', 'node/mount-cgroup.sh': 'cgroup' };
const kinds = ['hosts', 'cgroup', 'etcd', 'flanneld-server', 'kube-apiserver', 'kube-controller-manager'] as const;
const moreKinds = ['kube-scheduler', 'flanneld', 'docker', 'kubelet', 'kube-proxy'] as const;

/**
 * What the run sheet's template prints. Every value is a word without blanks, so that quoting leaves it as it is
 * unless it has to be typed with quotes; sentences stand in the template.
 */
export function readmeData(plan: ClusterPlan, host: HostPlan): Readonly<Record<string, Data>> {
  const byScript = new Map<string, UnitId>(host.units.map((unit) => [unit.start, unit.id]));
  return {
    cluster: plan.cluster,
    host: host.name,
    address: host.address,
    member: host.memberName ?? false,
    memberCount: plan.members.length,
    majority: Math.floor(plan.members.length / 2) + 1,
    alone: plan.members.length < 2,
    interface: host.interface ?? false,
    gateway: host.gateway ?? false,
    roles: host.roles,
    etcd: host.roles.includes('etcd'),
    master: host.roles.includes('master'),
    node: host.roles.includes('node'),
    usesHostsFile: host.steps.includes('update-hosts.sh'),
    steps: host.steps.map((script) => ({
      script: script.includes('/') ? script : `./${script}`,
      ...flags(steps[script] ?? byScript.get(script) ?? ''),
    })),
    phases: plan.phases.map((phase) => ({
      etcd: phase.units.includes('etcd'),
      master: phase.units.includes('kube-apiserver'),
      node: phase.units.includes('kubelet'),
      hosts: phase.hosts.slice(0, listed),
      more: Math.max(0, phase.hosts.length - listed),
      anyMore: phase.hosts.length > listed,
    })),
    units: host.units.map((unit) => ({
      id: unit.id,
      logFile: unit.log,
      ports: unit.ports.map((use) => `${use.port}/${use.protocol}`),
    })),
    folders: [...new Set(host.units.flatMap((unit) => unit.directories))].filter((path) => !path.startsWith('/run/')),
    releases: plan.releases.map(({ component, release }) => ({ component, release })),
    artifacts: host.artifacts.map((need) => need.path),
    etcdctlApi: host.units.some((unit) => unit.settings.KB_ETCDCTL_API === '2'),
  };
}

/** `is: { etcd: true, docker: false, … }`: a template may only ask for what is there. */
function flags(kind: string): { readonly is: Readonly<Record<string, boolean>> } {
  return { is: Object.fromEntries([...kinds, ...moreKinds].map((name) => [name.replaceAll('-', '_'), name === kind])) };
}
