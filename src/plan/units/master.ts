import type { ClusterModel } from '../../model/types.ts';
import { etcdEndpoints, etcdNames, hostsWith } from '../endpoints.ts';
import type { WantedFlag } from '../flag-list.ts';
import type { Need } from '../types.ts';
import { type DraftUnit, kubeSpelling, needsEtcd } from './types.ts';

/** G3: kube-apiserver. The guide's --address is deprecated; --insecure-bind-address is the same thing. */
export const draftApiserver: DraftUnit = (model, host) => {
  const { insecureBindAddress, insecurePort, allowPrivileged, verbosity } = model.apiserver;
  const masters = hostsWith(model, 'master').length;
  return {
    id: 'kube-apiserver',
    component: 'apiserver',
    catalog: 'kube-apiserver',
    role: 'master',
    requirements: ['G3'],
    spelling: kubeSpelling,
    binary: 'kube-apiserver',
    subcommand: [],
    wanted: [
      ...logging(verbosity, '/apiserver'),
      { name: 'etcd-servers', value: etcdEndpoints(model), pointer: '/etcd/clientPorts' },
      { name: 'insecure-bind-address', value: insecureBindAddress, pointer: '/apiserver/insecureBindAddress' },
      { name: 'allow-privileged', value: allowPrivileged, pointer: '/apiserver/allowPrivileged' },
      { name: 'service-cluster-ip-range', value: model.networks.serviceCIDR, pointer: '/networks/serviceCIDR' },
      { name: 'service-node-port-range', value: model.networks.nodePorts, pointer: '/networks/nodePorts' },
      ...(insecurePort === 8080
        ? []
        : [{ name: 'insecure-port', value: insecurePort, pointer: '/apiserver/insecurePort' }]),
      {
        name: 'advertise-address',
        value: host.address,
        pointer: `${host.pointer}/address`,
        reason: 'without it the apiserver looks for the default route and dies where there is none (Q2)',
      },
      {
        name: 'apiserver-count',
        value: masters,
        pointer: '/hosts',
        reason: 'otherwise several apiservers evict each other from the endpoints of the kubernetes service',
      },
    ],
    directories: [],
    environment: [],
    ports: (effective) => [
      {
        port: insecurePort,
        protocol: 'tcp',
        address: insecureBindAddress,
        purpose: 'API without authentication',
        pointer: '/apiserver/insecurePort',
      },
      {
        port: Number(effective('secure-port', '6443')),
        protocol: 'tcp',
        address: '0.0.0.0',
        purpose: 'API over TLS',
        pointer: '/apiserver/flags',
      },
    ],
    needs: [needsEtcd],
    timeout: 60,
    settings: () => ({ KB_HEALTH_PORT: String(insecurePort), KB_NAMES: etcdNames(model) }),
  };
};

/** G4: kube-controller-manager, one leader among the masters. */
export const draftControllerManager: DraftUnit = (model) => {
  const { nodeMonitorGracePeriod, podEvictionTimeout, verbosity } = model.controllerManager;
  return {
    id: 'kube-controller-manager',
    component: 'controllerManager',
    catalog: 'kube-controller-manager',
    role: 'master',
    requirements: ['G4'],
    spelling: kubeSpelling,
    binary: 'kube-controller-manager',
    subcommand: [],
    wanted: [
      ...logging(verbosity, '/controllerManager'),
      localMaster(model),
      {
        name: 'node-monitor-grace-period',
        value: nodeMonitorGracePeriod,
        pointer: '/controllerManager/nodeMonitorGracePeriod',
      },
      { name: 'pod-eviction-timeout', value: podEvictionTimeout, pointer: '/controllerManager/podEvictionTimeout' },
      { name: 'leader-elect', value: true, pointer: '/controllerManager' },
    ],
    directories: [],
    environment: [],
    ports: (effective) => [
      healthPort(effective('port', '10252'), effective('address', '0.0.0.0'), '/controllerManager/flags'),
    ],
    needs: [needsLocalApiserver(model)],
    timeout: 60,
    settings: (effective) => ({ KB_HEALTH_PORT: effective('port', '10252'), KB_NAMES: [] }),
  };
};

/** G5: kube-scheduler, one leader among the masters. */
export const draftScheduler: DraftUnit = (model) => ({
  id: 'kube-scheduler',
  component: 'scheduler',
  catalog: 'kube-scheduler',
  role: 'master',
  requirements: ['G5'],
  spelling: kubeSpelling,
  binary: 'kube-scheduler',
  subcommand: [],
  wanted: [
    ...logging(model.scheduler.verbosity, '/scheduler'),
    localMaster(model),
    { name: 'leader-elect', value: true, pointer: '/scheduler' },
  ],
  directories: [],
  environment: [],
  ports: (effective) => [healthPort(effective('port', '10251'), effective('address', '0.0.0.0'), '/scheduler/flags')],
  needs: [needsLocalApiserver(model)],
  timeout: 60,
  settings: (effective) => ({ KB_HEALTH_PORT: effective('port', '10251'), KB_NAMES: [] }),
});

export function logging(verbosity: number, pointer: string): readonly WantedFlag[] {
  return [
    { name: 'logtostderr', value: true, pointer },
    { name: 'v', value: verbosity, pointer: `${pointer}/verbosity` },
  ];
}

function localMaster(model: ClusterModel): WantedFlag {
  return {
    name: 'master',
    value: `http://127.0.0.1:${model.apiserver.insecurePort}`,
    pointer: '/apiserver/insecurePort',
  };
}

function needsLocalApiserver(model: ClusterModel): Need {
  return {
    mode: 'start',
    kind: 'kube-apiserver',
    what: 'kube-apiserver on this host',
    address: '127.0.0.1',
    port: model.apiserver.insecurePort,
  };
}

function healthPort(port: string, address: string, pointer: string) {
  return { port: Number(port), protocol: 'tcp', address, purpose: 'health and metrics', pointer } as const;
}
