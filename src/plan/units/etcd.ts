import type { ClusterModel, HostModel } from '../../model/types.ts';
import { etcdTraits } from '../../release/traits.ts';
import { etcdNames, hostsWith, inUrl } from '../endpoints.ts';
import { perModel } from '../per-model.ts';
import type { PortUse } from '../types.ts';
import type { DraftUnit } from './types.ts';

/** G1: a member of a new cluster. Flags in the guide's order (etcd 2.3 docs, clustering: static). */
export const draftEtcd: DraftUnit = (model, host) => {
  const { etcd, releases } = model;
  const self = inUrl(host, etcd.urls);
  const member = host.memberName ?? host.name;
  const peerUrl = `http://${self}:${etcd.peerPort}`;
  const traits = etcdTraits(releases.etcd);
  return {
    id: 'etcd',
    component: 'etcd',
    catalog: 'etcd',
    role: 'etcd',
    requirements: ['G1'],
    spelling: { dashes: '--', twoWords: 'all' },
    binary: 'etcd',
    subcommand: [],
    wanted: [
      { name: 'name', value: member, pointer: `${host.pointer}/memberName` },
      { name: 'data-dir', value: etcd.dataDir, pointer: '/etcd/dataDir' },
      { name: 'advertise-client-urls', value: urls(self, etcd.clientPorts), pointer: '/etcd/clientPorts' },
      { name: 'listen-client-urls', value: listenClientUrls(model, host), pointer: '/etcd/listenAddress' },
      { name: 'initial-advertise-peer-urls', value: peerUrl, pointer: '/etcd/peerPort' },
      { name: 'listen-peer-urls', value: `http://${listen(model, host)}:${etcd.peerPort}`, pointer: '/etcd/peerPort' },
      { name: 'initial-cluster-token', value: etcd.token, pointer: '/etcd/token' },
      { name: 'initial-cluster', value: initialCluster(model), pointer: '/hosts' },
      { name: 'initial-cluster-state', value: 'new', pointer: '/hosts' },
      ...(traits.enableV2Flag
        ? [
            {
              name: 'enable-v2',
              value: true,
              pointer: '/releases/etcd',
              reason: 'etcd 3.4 turned the v2 API off, which flannel and Kubernetes up to 1.5 speak',
            },
          ]
        : []),
    ],
    directories: [etcd.dataDir],
    environment: traits.unsupportedArchitectures.includes(host.architecture)
      ? [`ETCD_UNSUPPORTED_ARCH=${host.architecture}`]
      : [],
    ports: () => [
      ...etcd.clientPorts.map((port): PortUse => use(model, host, port, 'clients', '/etcd/clientPorts')),
      use(model, host, etcd.peerPort, 'other members', '/etcd/peerPort'),
    ],
    needs: [],
    timeout: 60,
    settings: () => ({
      KB_ETCD_NAME: member,
      KB_ETCD_DATA_DIR: etcd.dataDir,
      KB_ETCD_CLIENT_PORT: String(etcd.clientPorts[0]),
      KB_ETCD_PEER_PORT: String(etcd.peerPort),
      KB_ETCD_PEER_URL: peerUrl,
      KB_ETCD_TOKEN: etcd.token,
      KB_ETCDCTL_API: traits.etcdctlApi ?? '',
      KB_ETCDCTL_ENDPOINTS: traits.etcdctlEndpoints,
      KB_ETCD_INITIAL_CLUSTER: initialCluster(model),
      KB_NAMES: etcdNames(model),
    }),
  };
};

const byName = new Intl.Collator('en', { numeric: true });

/** Members sorted by name, as the guide lists them; etcd10 comes after etcd9. */
const initialCluster = perModel((model) =>
  hostsWith(model, 'etcd')
    .map((host) => ({
      name: host.memberName ?? host.name,
      url: `http://${inUrl(host, model.etcd.urls)}:${model.etcd.peerPort}`,
    }))
    .toSorted((a, b) => byName.compare(a.name, b.name))
    .map((member) => `${member.name}=${member.url}`)
    .join(','),
);

/** Always an address: from 3.0.8 on etcd refuses names in listen URLs. */
function listen(model: ClusterModel, host: HostModel): string {
  return model.etcd.listenAddress === 'host' ? host.address : '0.0.0.0';
}

function listenClientUrls(model: ClusterModel, host: HostModel): string {
  const { clientPorts, listenAddress } = model.etcd;
  const own = urls(listen(model, host), clientPorts);
  // The scripts and etcdctl on the host ask 127.0.0.1.
  return listenAddress === 'host' ? `${own},${urls('127.0.0.1', clientPorts)}` : own;
}

function urls(host: string, ports: readonly number[]): string {
  return ports.map((port) => `http://${host}:${port}`).join(',');
}

function use(model: ClusterModel, host: HostModel, port: number, purpose: string, pointer: string): PortUse {
  return { port, protocol: 'tcp', address: listen(model, host), purpose, pointer };
}
