import type { ClusterSpec, Host } from '../spec/cluster-spec.generated.ts';
import { defaults } from './defaults.ts';
import type { ClusterModel, FlagOverrides, HostModel } from './types.ts';

/**
 * Fill in every default. Pure: the same specification gives the same model.
 *
 * @param spec a specification that the schema accepts; its values may still contradict each other
 */
export function resolve(spec: ClusterSpec): ClusterModel {
  const base = spec.paths?.base ?? defaults.base;
  const { etcd = {}, networks = {}, registry = {}, docker = {}, kubelet = {} } = spec;
  const registryHost = registry.host ?? defaults.registryHost;
  return {
    name: spec.name,
    releases: { ...defaults.releases, ...pick(spec.releases ?? {}, ['kubernetes', 'etcd', 'flannel', 'docker']) },
    hosts: resolveHosts(spec.hosts),
    paths: { base },
    etcd: {
      token: etcd.token ?? defaults.token,
      clientPorts: etcd.clientPorts ?? defaults.clientPorts,
      peerPort: etcd.peerPort ?? defaults.peerPort,
      listenAddress: etcd.listenAddress ?? '0.0.0.0',
      dataDir: etcd.dataDir ?? inside(base, 'etcd/data-dir'),
      urls: etcd.urls ?? 'names',
      flags: flags(etcd),
    },
    networks: {
      podCIDR: networks.podCIDR ?? defaults.podCIDR,
      podSubnetLength: networks.podSubnetLength,
      flannelBackend: networks.flannelBackend && {
        type: networks.flannelBackend.type,
        port: networks.flannelBackend.port,
        vni: networks.flannelBackend.vni,
      },
      serviceCIDR: networks.serviceCIDR ?? defaults.serviceCIDR,
      nodePorts: networks.nodePorts ?? defaults.nodePorts,
      clusterDNS: networks.clusterDNS === undefined ? defaults.clusterDNS : networks.clusterDNS,
      clusterDomain: networks.clusterDomain ?? defaults.clusterDomain,
      hostsFile: networks.hostsFile ?? true,
    },
    controlPlane: {
      endpoint: {
        kind: spec.controlPlane?.endpoint?.kind ?? 'master',
        host: spec.controlPlane?.endpoint?.host,
        address: spec.controlPlane?.endpoint?.address,
      },
      urls: spec.controlPlane?.urls ?? 'names',
    },
    registry: {
      host: registryHost,
      address: registry.address,
      // A CA is given to be used: then nothing is insecure unless it is said.
      insecure: registry.insecure ?? registry.caFile === undefined,
      caFile: registry.caFile,
      credentialsFile: registry.credentialsFile,
      pauseImage: registry.pauseImage ?? `${registryHost}/${defaults.pauseRepository}`,
    },
    apiserver: {
      insecureBindAddress: spec.apiserver?.insecureBindAddress ?? '0.0.0.0',
      insecurePort: spec.apiserver?.insecurePort ?? defaults.insecurePort,
      allowPrivileged: spec.apiserver?.allowPrivileged ?? false,
      verbosity: spec.apiserver?.verbosity ?? defaults.verbosity.apiserver,
      flags: flags(spec.apiserver),
    },
    controllerManager: {
      nodeMonitorGracePeriod: spec.controllerManager?.nodeMonitorGracePeriod ?? defaults.nodeMonitorGracePeriod,
      podEvictionTimeout: spec.controllerManager?.podEvictionTimeout ?? defaults.podEvictionTimeout,
      verbosity: spec.controllerManager?.verbosity ?? defaults.verbosity.controllerManager,
      flags: flags(spec.controllerManager),
    },
    scheduler: {
      verbosity: spec.scheduler?.verbosity ?? defaults.verbosity.scheduler,
      flags: flags(spec.scheduler),
    },
    flannelServer: {
      listenAddress: spec.flannelServer?.listenAddress ?? '0.0.0.0',
      port: spec.flannelServer?.port ?? defaults.flannelPort,
      verbosity: spec.flannelServer?.verbosity ?? defaults.verbosity.flannelServer,
      flags: flags(spec.flannelServer),
    },
    flannel: { flags: flags(spec.flannel) },
    docker: {
      graph: docker.graph ?? inside(base, 'docker/runtime_1.11'),
      execRoot: docker.execRoot ?? inside(base, 'docker/run'),
      socket: docker.socket ?? defaults.dockerSocket,
      tcp:
        docker.tcp === false
          ? undefined
          : { address: docker.tcp?.address ?? '0.0.0.0', port: docker.tcp?.port ?? defaults.dockerPort },
      storageDriver: docker.storageDriver,
      flags: flags(docker),
    },
    kubelet: {
      address: kubelet.address ?? '0.0.0.0',
      cadvisorPort: kubelet.cadvisorPort ?? defaults.cadvisorPort,
      allowPrivileged: kubelet.allowPrivileged ?? false,
      rootDir: kubelet.rootDir,
      verbosity: kubelet.verbosity ?? defaults.verbosity.kubelet,
      flags: flags(kubelet),
    },
    kubeProxy: {
      verbosity: spec.kubeProxy?.verbosity ?? defaults.verbosity.kubeProxy,
      flags: flags(spec.kubeProxy),
    },
    artifacts: (spec.artifacts ?? []).map((artifact) => ({
      component: artifact.component,
      architecture: artifact.architecture ?? 'amd64',
      file: artifact.file,
      folder: artifact.folder,
      url: artifact.url,
      sha256: artifact.sha256,
      programs: artifact.programs,
    })),
    images: (spec.images ?? []).map((image) => ({
      name: image.name,
      architecture: image.architecture,
      from: image.from,
      insecure: image.insecure ?? false,
      file: image.file,
      sha256: image.sha256,
    })),
    acceptWarnings: spec.acceptWarnings ?? [],
  };
}

/** Members without a name are numbered as in the guide, where the last etcd host is etcd0. */
function resolveHosts(hosts: readonly Host[]): HostModel[] {
  let number = hosts.filter((host) => host.roles.includes('etcd')).length;
  return hosts.map((host, index) => {
    const member = host.roles.includes('etcd');
    if (member) number -= 1;
    return {
      pointer: `/hosts/${index}`,
      name: host.name,
      address: host.address,
      roles: host.roles,
      memberName: host.memberName ?? (member ? `etcd${number}` : undefined),
      memberNameGiven: host.memberName !== undefined,
      interface: host.interface,
      gateway: host.gateway,
      architecture: host.architecture ?? 'amd64',
    };
  });
}

function flags(component: { flags?: unknown } | undefined): FlagOverrides {
  // The schema has checked the values; the generated type of a free-form object is wider.
  return (component?.flags ?? {}) as FlagOverrides;
}

function inside(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}/${path}`;
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): { [P in K]?: NonNullable<T[P]> } {
  const picked: { [P in K]?: NonNullable<T[P]> } = {};
  for (const key of keys) {
    const value = from[key];
    if (value !== undefined && value !== null) picked[key] = value;
  }
  return picked;
}
