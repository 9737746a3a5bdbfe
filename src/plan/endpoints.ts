import type { ClusterModel, HostModel, Role, UrlStyle } from '../model/types.ts';
import { perModel } from './per-model.ts';
import type { EtcdMemberPlan } from './types.ts';

/** Where something is reached: `host` is what URLs hold (a name or an address), `address` what probes connect to. */
export interface Reached {
  readonly label: string;
  readonly host: string;
  readonly address: string;
}

/** What a URL of a host holds. */
export function inUrl(host: HostModel, style: UrlStyle): string {
  return style === 'names' ? host.name : host.address;
}

const hostsByRole = perModel(
  (model) =>
    new Map(
      (['etcd', 'master', 'node'] as const).map((role) => [
        role,
        model.hosts.filter((host) => host.roles.includes(role)),
      ]),
    ),
);

/** The hosts with a role, in the order of the specification. */
export function hostsWith(model: ClusterModel, role: Role): readonly HostModel[] {
  return hostsByRole(model).get(role) ?? [];
}

/** The etcd members in the order of the hosts. */
export const etcdMembers = perModel((model): readonly EtcdMemberPlan[] =>
  hostsWith(model, 'etcd').map((host) => ({
    name: host.memberName ?? host.name,
    host: host.name,
    address: host.address,
    clientPort: model.etcd.clientPorts[0] ?? 2379,
    peerPort: model.etcd.peerPort,
  })),
);

/** The client URLs of all members, as kube-apiserver and flanneld get them: the first client port of each. */
export const etcdEndpoints = perModel((model) =>
  hostsWith(model, 'etcd')
    .map((host) => `http://${inUrl(host, model.etcd.urls)}:${model.etcd.clientPorts[0]}`)
    .join(','),
);

/** The names that etcd URLs hold, which hosts have to resolve; none when they hold addresses. */
export const etcdNames = perModel((model): readonly string[] =>
  model.etcd.urls === 'names' ? hostsWith(model, 'etcd').map((host) => host.name) : [],
);

/**
 * The one address that flanneld clients and nodes without the master role use: the VIP, or the named master, or
 * the first one. A local load balancer would be a third kind here.
 */
export function controlPlaneEndpoint(model: ClusterModel): Reached {
  const { endpoint, urls } = model.controlPlane;
  if (endpoint.kind === 'vip' && endpoint.address !== undefined)
    return { label: `the VIP ${endpoint.address}`, host: endpoint.address, address: endpoint.address };
  const masters = hostsWith(model, 'master');
  const master = masters.find((host) => host.name === endpoint.host) ?? masters[0];
  if (!master) throw new Error('a cluster without a master reached the plan');
  return { label: master.name, host: inUrl(master, urls), address: master.address };
}

/** Where this host's own kubelet and kube-proxy reach an apiserver: masters use themselves, as in the guide. */
export function apiEndpoint(model: ClusterModel, host: HostModel): Reached {
  return host.roles.includes('master')
    ? { label: 'this host', host: '127.0.0.1', address: '127.0.0.1' }
    : controlPlaneEndpoint(model);
}

/** The name in a URL, which this host has to resolve; none when the URL holds an address. */
export function nameOf(end: Reached): readonly string[] {
  return end.host === end.address ? [] : [end.host];
}
