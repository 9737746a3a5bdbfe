import type { FlagSet } from '../catalog/flags.ts';
import type { Diagnostics } from '../diagnostics/collector.ts';
import type { ClusterModel, ComponentKey, HostModel, Role } from '../model/types.ts';
import { artifactsOf } from './artifacts.ts';
import { checkOverrides, components } from './check-overrides.ts';
import { clusterFacts } from './cluster-facts.ts';
import { dataPaths } from './data-paths.ts';
import { etcdMembers, hostsWith } from './endpoints.ts';
import { finishUnit } from './finish-unit.ts';
import { imageSources } from './image-sources.ts';
import { programSources } from './program-sources.ts';
import type { CheckedRelease, ClusterPlan, HostPlan, InputFile, Phase, UnitId } from './types.ts';
import { draftEtcd } from './units/etcd.ts';
import { draftFlannel, draftFlannelServer } from './units/flannel.ts';
import { draftApiserver, draftControllerManager, draftScheduler } from './units/master.ts';
import { draftDocker, draftKubelet, draftKubeProxy, nodeFiles } from './units/node.ts';
import type { DraftUnit } from './units/types.ts';

/** The units of each role in start order; the roles in the order of G0. */
const unitsOfRole: readonly { role: Role; title: string; units: readonly { id: UnitId; draft: DraftUnit }[] }[] = [
  { role: 'etcd', title: 'the etcd members', units: [{ id: 'etcd', draft: draftEtcd }] },
  {
    role: 'master',
    title: 'the master components',
    units: [
      { id: 'flanneld-server', draft: draftFlannelServer },
      { id: 'kube-apiserver', draft: draftApiserver },
      { id: 'kube-controller-manager', draft: draftControllerManager },
      { id: 'kube-scheduler', draft: draftScheduler },
    ],
  },
  {
    role: 'node',
    title: 'the node components',
    units: [
      { id: 'flanneld', draft: draftFlannel },
      { id: 'docker', draft: draftDocker },
      { id: 'kubelet', draft: draftKubelet },
      { id: 'kube-proxy', draft: draftKubeProxy },
    ],
  },
];

/**
 * Decide everything: units, command lines, ports, waits, files of each host. Pure; nothing is decided later.
 *
 * @param model a cluster that the rules found no error in
 * @param diagnostics gets what the flag catalogue has against the command lines
 */
export function planCluster(model: ClusterModel, diagnostics: Diagnostics): ClusterPlan | undefined {
  const sets = checkOverrides(model, diagnostics);
  if (diagnostics.hasErrors) return undefined;
  const checked = new Set<string>();
  const hosts = model.hosts.map((host) => planHost(model, host, sets, checked, diagnostics));
  const { registry } = model;
  return {
    cluster: model.name,
    releases: checkedReleases(model, sets),
    phases: phases(model),
    members: etcdMembers(model),
    extraNames:
      registry.address === undefined ? [] : [{ name: registryName(registry.host), address: registry.address }],
    pauseImage: registry.pauseImage,
    facts: clusterFacts(model),
    programSources: programSources(model),
    imageSources: imageSources(model),
    credentialsFile: registry.credentialsFile,
    hosts,
  };
}

function planHost(
  model: ClusterModel,
  host: HostModel,
  sets: ReadonlyMap<ComponentKey, FlagSet>,
  checked: Set<string>,
  diagnostics: Diagnostics,
): HostPlan {
  const units = unitsOfRole
    .filter(({ role }) => host.roles.includes(role))
    .flatMap(({ units }) => units)
    .map(({ draft }) => {
      const unit = draft(model, host);
      const set = sets.get(unit.component);
      if (!set) throw new Error(`no flag catalogue for ${unit.component}`);
      return finishUnit(unit, model[unit.component].flags, set, checked, diagnostics);
    });
  const steps = units.flatMap((unit) => (unit.id === 'flanneld' ? ['node/mount-cgroup.sh', unit.start] : [unit.start]));
  return {
    pointer: host.pointer,
    name: host.name,
    address: host.address,
    roles: unitsOfRole.map(({ role }) => role).filter((role) => host.roles.includes(role)),
    memberName: host.roles.includes('etcd') ? host.memberName : undefined,
    interface: host.interface,
    gateway: host.gateway,
    architecture: host.architecture,
    units,
    steps: model.networks.hostsFile ? ['update-hosts.sh', ...steps] : steps,
    dataPaths: dataPaths(units),
    artifacts: artifactsOf(model, host),
    inputs: host.roles.includes('node') ? nodeInputs(model) : [],
  };
}

function nodeInputs(model: ClusterModel): readonly InputFile[] {
  const { caFile, credentialsFile } = model.registry;
  return [
    ...(caFile === undefined
      ? []
      : [{ source: caFile, path: nodeFiles.registryCa, secret: false, pointer: '/registry/caFile' }]),
    ...(credentialsFile === undefined
      ? []
      : [
          {
            source: credentialsFile,
            path: nodeFiles.kubeletCredentials,
            secret: true,
            pointer: '/registry/credentialsFile',
          },
        ]),
  ];
}

/** The order across hosts (G0): etcd, then masters, then nodes. */
function phases(model: ClusterModel): readonly Phase[] {
  return unitsOfRole
    .map(({ role, title, units }) => ({
      title,
      hosts: hostsWith(model, role).map((host) => host.name),
      units: units.map((unit) => unit.id),
    }))
    .filter((phase) => phase.hosts.length > 0);
}

function checkedReleases(model: ClusterModel, sets: ReadonlyMap<ComponentKey, FlagSet>): readonly CheckedRelease[] {
  const keys = { kubernetes: 'kubelet', etcd: 'etcd', flannel: 'flannel', docker: 'docker' } as const;
  return Object.entries(keys).map(([component, key]) => {
    const release = model.releases[components[key].release];
    return { component, release, checkedAgainst: sets.get(key)?.checkedAgainst ?? release };
  });
}

/** A registry's name without its port, as /etc/hosts has it. */
function registryName(host: string): string {
  return host.replace(/:[0-9]+$/, '');
}
