import type { ClusterModel, HostModel } from '../../model/types.ts';
import { etcdTraits } from '../../release/traits.ts';
import { controlPlaneEndpoint, etcdEndpoints, etcdNames, nameOf } from '../endpoints.ts';
import type { WantedFlag } from '../flag-list.ts';
import { flannelConfig } from '../flannel-config.ts';
import type { PortUse } from '../types.ts';
import { type DraftUnit, needsEtcd } from './types.ts';

/** Where flanneld writes this host's subnet, and docker's start script reads it (guide, G7 and G9). */
export const subnetFile = '/run/flannel/subnet.env';

/** G6: flanneld as the server that hands out subnets; the network key is written before it starts. */
export const draftFlannelServer: DraftUnit = (model, host) => {
  const { listenAddress, port, verbosity } = model.flannelServer;
  return {
    id: 'flanneld-server',
    component: 'flannelServer',
    catalog: 'flanneld',
    role: 'master',
    requirements: ['G6'],
    spelling: { dashes: '-', twoWords: ['v'] },
    binary: 'flanneld',
    subcommand: [],
    wanted: [
      { name: 'v', value: verbosity, pointer: '/flannelServer/verbosity' },
      { name: 'listen', value: `${listenAddress}:${port}`, pointer: '/flannelServer/port' },
      {
        name: 'etcd-endpoints',
        value: etcdEndpoints(model),
        pointer: '/etcd/clientPorts',
        reason: 'without it flanneld asks 127.0.0.1, where a master that is no etcd member has none',
      },
      ifaceFlag(host.address, host.pointer),
    ],
    directories: [],
    environment: [],
    ports: () => [
      { port, protocol: 'tcp', address: listenAddress, purpose: 'flanneld clients', pointer: '/flannelServer/port' },
    ],
    needs: [needsEtcd],
    timeout: 60,
    settings: () => ({
      KB_FLANNEL_PORT: String(port),
      KB_FLANNEL_KEY: '/coreos.com/network/config',
      KB_FLANNEL_CONFIG: flannelConfig(model.networks),
      KB_ETCDCTL_API: etcdTraits(model.releases.etcd).etcdctlApi ?? '',
      KB_ETCDCTL_ENDPOINTS: etcdTraits(model.releases.etcd).etcdctlEndpoints,
      KB_NAMES: etcdNames(model),
    }),
  };
};

/** G7: flanneld as a client of the server on a master. */
export const draftFlannel: DraftUnit = (model, host) => {
  const remote = controlPlaneEndpoint(model);
  const { port } = model.flannelServer;
  const backend = model.networks.flannelBackend;
  return {
    id: 'flanneld',
    component: 'flannel',
    catalog: 'flanneld',
    role: 'node',
    requirements: ['G7'],
    spelling: { dashes: '-', twoWords: [] },
    binary: 'flanneld',
    subcommand: [],
    wanted: [
      { name: 'etcd-endpoints', value: etcdEndpoints(model), pointer: '/etcd/clientPorts' },
      { name: 'remote', value: `${remote.host}:${port}`, pointer: '/controlPlane/endpoint' },
      ifaceFlag(host.address, host.pointer),
    ],
    directories: ['/run/flannel'],
    environment: [],
    ports: () => backendPorts(model, host),
    needs: [
      {
        mode: 'wait',
        kind: 'flanneld-server',
        what: `flanneld-server on ${remote.label}`,
        address: remote.address,
        port,
      },
    ],
    timeout: 60,
    settings: () => ({
      KB_FLANNEL_SUBNET_FILE: subnetFile,
      KB_FLANNEL_BACKEND: backend?.type ?? 'udp',
      KB_POD_NETWORK: model.networks.podCIDR,
      KB_NAMES: [...new Set([...etcdNames(model), ...nameOf(remote)])],
    }),
  };
};

/** Both flannelds look for the default route otherwise, and stay alive without a word when there is none. */
function ifaceFlag(address: string, pointer: string): WantedFlag {
  return {
    name: 'iface',
    value: address,
    pointer: `${pointer}/address`,
    reason: 'otherwise flanneld takes the interface of the default route, and fails where there is none',
  };
}

function backendPorts(model: ClusterModel, host: HostModel): readonly PortUse[] {
  const backend = model.networks.flannelBackend;
  const type = backend?.type ?? 'udp';
  if (type === 'host-gw') return [];
  // flannel 0.5.5: udp listens on 8285; vxlan leaves the port to the kernel, whose own is 8472.
  const port = backend?.port ?? (type === 'udp' ? 8285 : 8472);
  const address = type === 'udp' ? host.address : '0.0.0.0';
  return [{ port, protocol: 'udp', address, purpose: 'packets of pods', pointer: '/networks/flannelBackend' }];
}
