import type { ClusterModel } from '../model/types.ts';
import { controlPlaneEndpoint, hostsWith } from './endpoints.ts';
import { flannelConfig } from './flannel-config.ts';

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

/** A value such as etcd's token may hold anything; a row of a list may not, and is then not there to compare. */
function oneLine(text: string): string {
  return /[\t\n\r]/.test(text) ? '' : text;
}
