import type { ClusterModel, Role } from '../model/types.ts';
import { flagPort, flagValue } from './flag-values.ts';

/** A port that a program listens on, on every host with the role. */
export interface Listener {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** `all` interfaces, the `host`'s own address, or `loopback`. */
  readonly on: readonly ('all' | 'host' | 'loopback')[];
  readonly purpose: string;
  readonly role: Role;
  /** The key that sets it, or the object that a flag would go into. */
  readonly pointer: string;
  /** Whether a key of the specification sets it. */
  readonly hasKey: boolean;
}

/**
 * Every port of the cluster. Fixed ones are the defaults of Kubernetes 1.3 to 1.5 (the release's own list of flags:
 * --secure-port, --port, --healthz-port, --read-only-port), changed by the user's flags.
 */
export function listeners(model: ClusterModel): Listener[] {
  return [...etcdListeners(model), ...masterListeners(model), ...nodeListeners(model)];
}

function etcdListeners({ etcd }: ClusterModel): Listener[] {
  const all = etcd.listenAddress === '0.0.0.0';
  const clients = etcd.clientPorts.map((port, index) =>
    keyed('etcd', port, all ? ['all'] : ['host', 'loopback'], 'etcd, clients', `/etcd/clientPorts/${index}`),
  );
  return [...clients, keyed('etcd', etcd.peerPort, all ? ['all'] : ['host'], 'etcd, peers', '/etcd/peerPort')];
}

function masterListeners({ apiserver, flannelServer, controllerManager, scheduler }: ClusterModel): Listener[] {
  return [
    keyed(
      'master',
      apiserver.insecurePort,
      on(apiserver.insecureBindAddress),
      'kube-apiserver',
      '/apiserver/insecurePort',
    ),
    ...fixed('master', flagPort(apiserver.flags, 'secure-port', 6443), ['all'], 'kube-apiserver, TLS', '/apiserver'),
    keyed('master', flannelServer.port, on(flannelServer.listenAddress), 'flanneld server', '/flannelServer/port'),
    ...fixed(
      'master',
      flagPort(controllerManager.flags, 'port', 10252),
      on(flagValue(controllerManager.flags, 'address')),
      'kube-controller-manager',
      '/controllerManager',
    ),
    ...fixed(
      'master',
      flagPort(scheduler.flags, 'port', 10251),
      on(flagValue(scheduler.flags, 'address')),
      'kube-scheduler',
      '/scheduler',
    ),
  ];
}

function nodeListeners({ docker, kubelet, kubeProxy, networks }: ClusterModel): Listener[] {
  const { flags } = kubelet;
  const kubeletOn = on(kubelet.address);
  return [
    ...(docker.tcp ? [keyed('node', docker.tcp.port, on(docker.tcp.address), 'docker', '/docker/tcp/port')] : []),
    // cAdvisor's own server has no address to bind to (Kubernetes 1.3, pkg/kubelet/cadvisor).
    keyed('node', kubelet.cadvisorPort, ['all'], 'cAdvisor', '/kubelet/cadvisorPort'),
    ...fixed('node', flagPort(flags, 'healthz-port', 10248), ['loopback'], 'kubelet, health', '/kubelet'),
    ...fixed(
      'node',
      flagPort(kubeProxy.flags, 'healthz-port', 10249),
      ['loopback'],
      'kube-proxy, health',
      '/kubeProxy',
    ),
    ...fixed('node', flagPort(flags, 'port', 10250), kubeletOn, 'kubelet', '/kubelet'),
    ...fixed('node', flagPort(flags, 'read-only-port', 10255), kubeletOn, 'kubelet, read-only', '/kubelet'),
    ...flannelTunnel(networks.flannelBackend),
  ];
}

/** flannel 0.5.0 to 0.7.1: udp has 8285, vxlan the kernel's 8472, unless a port is given; host-gw has none. */
function flannelTunnel(backend: ClusterModel['networks']['flannelBackend']): Listener[] {
  const type = backend?.type ?? 'udp';
  if (type === 'host-gw') return [];
  const port = backend?.port ?? (type === 'udp' ? 8285 : 8472);
  const listener = keyed('node', port, ['all'], `flannel, ${type}`, '/networks/flannelBackend/port');
  return [{ ...listener, protocol: 'udp' }];
}

function keyed(role: Role, port: number, where: Listener['on'], purpose: string, pointer: string): Listener {
  return { port, protocol: 'tcp', on: where, purpose, role, pointer, hasKey: true };
}

function fixed(
  role: Role,
  port: number | undefined,
  where: Listener['on'],
  purpose: string,
  pointer: string,
): Listener[] {
  return port === undefined ? [] : [{ ...keyed(role, port, where, purpose, pointer), hasKey: false }];
}

function on(address: unknown): Listener['on'] {
  return address === '127.0.0.1' ? ['loopback'] : ['all'];
}

/** Whether two listeners of one host get in each other's way. */
export function collide(a: Listener, b: Listener): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.on.includes('all') || b.on.includes('all') || a.on.some((where) => b.on.includes(where));
}
