import type { ClusterModel } from '../model/types.ts';

/** An address of the specification, and what it is the address of. */
export interface GivenAddress {
  readonly text: string;
  readonly pointer: string;
  readonly of: string;
  /** `listen`: an address that a daemon binds to, so that 0.0.0.0 and loopback have a meaning. */
  readonly kind: 'host' | 'listen' | 'dns';
}

/** Every address of the specification, in its order. */
export function givenAddresses(model: ClusterModel): GivenAddress[] {
  const { networks, controlPlane, registry, apiserver, flannelServer, docker, kubelet } = model;
  const given: GivenAddress[] = [];
  const add = (text: string | null | undefined, pointer: string, of: string, kind: GivenAddress['kind']): void => {
    if (text !== null && text !== undefined) given.push({ text, pointer, of, kind });
  };
  for (const host of model.hosts) {
    add(host.address, `${host.pointer}/address`, `the address of ${host.name}`, 'host');
    add(host.gateway, `${host.pointer}/gateway`, `the gateway of ${host.name}`, 'host');
  }
  add(networks.clusterDNS, '/networks/clusterDNS', 'the address of the cluster DNS', 'dns');
  add(controlPlane.endpoint.address, '/controlPlane/endpoint/address', 'the address of the control plane', 'host');
  const { name } = splitRegistryHost(registry.host);
  if (looksLikeAddress(name)) add(name, '/registry/host', 'the address of the registry', 'host');
  add(registry.address, '/registry/address', 'the address of the registry', 'host');
  add(apiserver.insecureBindAddress, '/apiserver/insecureBindAddress', 'the listen address of the apiserver', 'listen');
  add(
    flannelServer.listenAddress,
    '/flannelServer/listenAddress',
    'the listen address of the flanneld server',
    'listen',
  );
  add(docker.tcp?.address, '/docker/tcp/address', 'the listen address of docker', 'listen');
  add(kubelet.address, '/kubelet/address', 'the listen address of the kubelet', 'listen');
  return given;
}

/** The registry's name or address, and its port when one is given. */
export function splitRegistryHost(host: string): { readonly name: string; readonly port: string | undefined } {
  const [name = host, port] = host.split(':');
  return { name, port };
}

/**
 * Whether programs take a name for an address: inet_aton(3) reads one to four numbers with dots, in any base, and
 * names of numbers only are never looked up.
 */
export function looksLikeAddress(name: string): boolean {
  return name.split('.').every((label) => /^([0-9]+|0x[0-9a-f]+)$/i.test(label));
}
