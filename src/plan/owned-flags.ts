import type { CatalogComponent } from '../release/types.ts';

/**
 * Flags that `flags` may not touch. `key`: scripts, other hosts or health checks rely on the value, or it differs from
 * host to host, so it is set by that key of the specification; one that is `droppable` may be dropped with null.
 * `never`: it must not stand in a start script at all, for the reason given. `only`: permitted with these values. `not`: permitted but with these.
 */
export type Ownership =
  | { readonly key: string; readonly droppable?: true }
  | { readonly never: string }
  | { readonly only: readonly string[]; readonly because: string }
  | { readonly not: readonly string[]; readonly because: string };

const information: Readonly<Record<string, Ownership>> = {
  help: { never: 'the program would print its help and exit' },
  version: { never: 'the program would print its version and exit' },
};

const local: Ownership = {
  only: ['0.0.0.0', '127.0.0.1'],
  because: 'the start script asks for its health on 127.0.0.1',
};

const open: Ownership = { not: ['0'], because: 'the start script asks for its health there' };

const etcd: Readonly<Record<string, Ownership>> = {
  ...information,
  name: { key: '/hosts/N/memberName' },
  'data-dir': { key: '/etcd/dataDir' },
  'advertise-client-urls': { key: '/etcd/clientPorts' },
  'listen-client-urls': { key: '/etcd/clientPorts' },
  'initial-advertise-peer-urls': { key: '/etcd/peerPort' },
  'listen-peer-urls': { key: '/etcd/peerPort' },
  'initial-cluster': { key: '/hosts' },
  'initial-cluster-token': { key: '/etcd/token' },
  'initial-cluster-state': { never: 'every member of a new cluster starts as new; joining is done by member add' },
  'force-new-cluster': { never: 'left in a start script it wrecks the cluster at the next start' },
  'enable-v2': { never: 'flannel and this Kubernetes speak the v2 API, so kubebale turns it on where it has to' },
  'config-file': { never: 'from etcd 3.4 on every other flag is ignored beside it' },
  discovery: { never: 'members are listed in the specification, and there is no discovery service here' },
  'discovery-srv': { never: 'members are listed in the specification' },
  proxy: { never: 'a proxy is no member' },
};

const flanneld: Readonly<Record<string, Ownership>> = {
  ...information,
  listen: { key: '/flannelServer/port' },
  remote: { key: '/controlPlane/endpoint' },
  'etcd-endpoints': { key: '/etcd/clientPorts' },
  'etcd-prefix': { never: 'the network configuration is written to /coreos.com/network/config' },
  'subnet-file': { never: 'docker is started with what stands in /run/flannel/subnet.env' },
  'subnet-dir': { never: 'docker is started with what stands in /run/flannel/subnet.env' },
  networks: { never: 'one network serves all pods' },
  'public-ip': { key: '/hosts/N/address', droppable: true },
};

const docker: Readonly<Record<string, Ownership>> = {
  ...information,
  host: { key: '/docker/tcp' },
  graph: { key: '/docker/graph' },
  'data-root': { key: '/docker/graph' },
  'exec-root': { key: '/docker/execRoot' },
  'storage-driver': { key: '/docker/storageDriver' },
  bip: { never: 'docker takes the subnet that flannel hands to the host' },
  bridge: { never: 'docker0 carries the subnet that flannel hands to the host' },
  mtu: { never: 'docker takes the MTU that flannel found' },
  pidfile: { never: 'the scripts look for other daemons in /var/run/docker.pid' },
};

const kubeApiserver: Readonly<Record<string, Ownership>> = {
  ...information,
  'etcd-servers': { key: '/hosts' },
  'advertise-address': { key: '/hosts/N/address', droppable: true },
  'apiserver-count': { key: '/hosts', droppable: true },
  'insecure-bind-address': { key: '/apiserver/insecureBindAddress' },
  address: { key: '/apiserver/insecureBindAddress' },
  'insecure-port': { key: '/apiserver/insecurePort' },
  port: { key: '/apiserver/insecurePort' },
  'service-cluster-ip-range': { key: '/networks/serviceCIDR' },
  'portal-net': { key: '/networks/serviceCIDR' },
  'service-node-port-range': { key: '/networks/nodePorts' },
  'service-node-ports': { key: '/networks/nodePorts' },
};

const kubelet: Readonly<Record<string, Ownership>> = {
  ...information,
  'api-servers': { key: '/controlPlane/endpoint' },
  address: { key: '/kubelet/address' },
  'cadvisor-port': { key: '/kubelet/cadvisorPort' },
  'cluster-dns': { key: '/networks/clusterDNS' },
  'cluster-domain': { key: '/networks/clusterDomain' },
  'pod-infra-container-image': { key: '/registry/pauseImage' },
  'root-dir': { key: '/kubelet/rootDir' },
  'hostname-override': { key: '/hosts/N/name', droppable: true },
  'node-ip': { key: '/hosts/N/address', droppable: true },
  'docker-endpoint': { key: '/docker/socket' },
  'container-runtime': { never: 'the bundle holds docker and no other runtime' },
  'healthz-bind-address': local,
  'healthz-port': open,
};

/** Component → flag → who decides it. */
export const ownedFlags: Readonly<Record<CatalogComponent, Readonly<Record<string, Ownership>>>> = {
  etcd,
  flanneld,
  'docker-daemon': docker,
  'kube-apiserver': kubeApiserver,
  'kube-controller-manager': {
    ...information,
    master: { key: '/apiserver/insecurePort' },
    address: local,
    port: open,
  },
  'kube-scheduler': { ...information, master: { key: '/apiserver/insecurePort' }, address: local, port: open },
  kubelet,
  'kube-proxy': {
    ...information,
    master: { key: '/controlPlane/endpoint' },
    'hostname-override': { key: '/hosts/N/name', droppable: true },
    'healthz-bind-address': local,
    'healthz-port': open,
  },
};
