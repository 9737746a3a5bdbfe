import type { ClusterModel, HostModel } from '../model/types.ts';
import { controlPlaneEndpoint, hostsWith } from './endpoints.ts';
import { flannelConfig } from './flannel-config.ts';
import type { HostPlan, UnitId } from './types.ts';

/** What the checks on the hosts read of the whole cluster; a value that the specification leaves open is ''. */
export function clusterFacts(model: ClusterModel): Readonly<Record<string, string>> {
  const { networks, registry, docker, releases } = model;
  const facts = {
    cluster: model.name,
    'pause-image': registry.pauseImage,
    'cluster-dns': networks.clusterDNS ?? '',
    'cluster-domain': networks.clusterDomain,
    'pod-network': networks.podCIDR,
    'service-network': networks.serviceCIDR,
    'node-ports': networks.nodePorts,
    'flannel-backend': networks.flannelBackend?.type ?? 'udp',
    'flannel-port': String(model.flannelServer.port),
    'flannel-key': '/coreos.com/network/config',
    'flannel-config': flannelConfig(networks),
    'etcd-token': model.etcd.token,
    'api-port': String(model.apiserver.insecurePort),
    'control-plane': hostsWith(model, 'master').length === 0 ? '' : controlPlaneEndpoint(model).address,
    'control-plane-kind': model.controlPlane.endpoint.kind,
    registry: registry.host,
    'registry-address': registry.address ?? '',
    'registry-insecure': String(registry.insecure),
    'registry-credentials': String(registry.credentialsFile !== undefined),
    'docker-socket': docker.socket,
    'docker-graph': docker.graph,
    'hosts-file': String(networks.hostsFile),
    ...Object.fromEntries(Object.entries(releases).map(([component, release]) => [`release-${component}`, release])),
  };
  return Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, oneLine(value)]));
}

/** Where data grows on a host. */
export function dataPaths(model: ClusterModel, host: HostModel): HostPlan['dataPaths'] {
  const path = (unit: UnitId, folder: string) => ({ path: folder, unit });
  return [
    ...(host.roles.includes('etcd') ? [path('etcd', model.etcd.dataDir)] : []),
    ...(host.roles.includes('node')
      ? [
          path('docker', model.docker.graph),
          path('docker', model.docker.execRoot),
          // Kubernetes 1.3.3, cmd/kubelet/app/options: the default of --root-dir.
          path('kubelet', model.kubelet.rootDir ?? '/var/lib/kubelet'),
        ]
      : []),
  ];
}

/** A value such as etcd's token may hold anything; a row of a list may not, and is then not there to compare. */
function oneLine(text: string): string {
  return /[\t\n\r]/.test(text) ? '' : text;
}
