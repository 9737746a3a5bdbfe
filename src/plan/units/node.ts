import type { ClusterModel, HostModel } from '../../model/types.ts';
import { dockerTraits } from '../../release/traits.ts';
import { apiEndpoint, nameOf } from '../endpoints.ts';
import type { Need, PortUse } from '../types.ts';
import { subnetFile } from './flannel.ts';
import { logging } from './master.ts';
import { type DraftUnit, kubeSpelling } from './types.ts';

const registryCa = 'node/registry-ca.crt';
/** HOME of the kubelet when it has credentials: it reads .docker/config.json there (Kubernetes 1.3, credentialprovider). */
const kubeletHome = 'node/kubelet-home';

/** G9: the docker daemon on the subnet that flannel gave this host. */
export const draftDocker: DraftUnit = (model) => {
  const { docker, registry } = model;
  const traits = dockerTraits(model.releases.docker);
  const [binary = 'dockerd', ...subcommand] = traits.command;
  const tcp = docker.tcp;
  return {
    id: 'docker',
    component: 'docker',
    catalog: 'docker-daemon',
    role: 'node',
    requirements: ['G8', 'G9'],
    spelling: { dashes: '--', twoWords: ['host'], short: { host: 'H' } },
    binary,
    subcommand,
    wanted: [
      {
        name: 'host',
        value: [`unix://${docker.socket}`, ...(tcp ? [`tcp://${tcp.address}:${tcp.port}`] : [])],
        pointer: '/docker/tcp',
      },
      { name: traits.graphFlag, value: docker.graph, pointer: '/docker/graph' },
      { name: 'exec-root', value: docker.execRoot, pointer: '/docker/execRoot' },
      ...(registry.insecure
        ? [{ name: 'insecure-registry', value: registry.host, pointer: '/registry/host', keeps: true } as const]
        : []),
      { name: 'bip', value: { fromHost: 'FLANNEL_SUBNET' } as const, pointer: '/networks/podCIDR' },
      { name: 'mtu', value: { fromHost: 'FLANNEL_MTU' } as const, pointer: '/networks/flannelBackend' },
      ...(docker.storageDriver === undefined
        ? []
        : [{ name: 'storage-driver', value: docker.storageDriver, pointer: '/docker/storageDriver' }]),
      ...(traits.defaultIpcMode !== undefined
        ? [
            {
              name: 'default-ipc-mode',
              value: traits.defaultIpcMode,
              pointer: '/releases/docker',
              reason:
                'containers of a pod share the IPC namespace of its pause container, which this docker keeps private',
            },
          ]
        : []),
    ],
    directories: [docker.graph, docker.execRoot],
    environment: [],
    ports: () =>
      tcp
        ? [{ port: tcp.port, protocol: 'tcp', address: tcp.address, purpose: 'docker API', pointer: '/docker/tcp' }]
        : [],
    needs: [{ mode: 'start', kind: 'flanneld', what: 'flanneld on this host', address: '-', port: '-' }],
    timeout: 60,
    settings: () => ({
      KB_FLANNEL_SUBNET_FILE: subnetFile,
      KB_DOCKER_SOCKET: docker.socket,
      KB_DOCKER_EXEC_ROOT: docker.execRoot,
      KB_DOCKER_HELPERS: traits.helpers,
      KB_DOCKER_CA: registry.caFile === undefined ? '' : registryCa,
      KB_DOCKER_REGISTRY: registry.host,
      KB_DOCKER_FORWARD_ACCEPT: String(traits.forwardDrop),
      KB_NAMES: [],
    }),
  };
};

/** G10: the kubelet. */
export const draftKubelet: DraftUnit = (model, host) => {
  const { kubelet, networks, docker, registry } = model;
  const api = apiEndpoint(model, host);
  const { insecurePort } = model.apiserver;
  return {
    id: 'kubelet',
    component: 'kubelet',
    catalog: 'kubelet',
    role: 'node',
    requirements: ['G10'],
    spelling: kubeSpelling,
    binary: 'kubelet',
    subcommand: [],
    wanted: [
      { name: 'logtostderr', value: true, pointer: '/kubelet' },
      { name: 'cadvisor-port', value: kubelet.cadvisorPort, pointer: '/kubelet/cadvisorPort' },
      ...(networks.clusterDNS === null
        ? []
        : [{ name: 'cluster-dns', value: networks.clusterDNS, pointer: '/networks/clusterDNS' }]),
      { name: 'cluster-domain', value: networks.clusterDomain, pointer: '/networks/clusterDomain' },
      { name: 'v', value: kubelet.verbosity, pointer: '/kubelet/verbosity' },
      { name: 'api-servers', value: `http://${api.host}:${insecurePort}`, pointer: '/controlPlane/endpoint' },
      { name: 'address', value: kubelet.address, pointer: '/kubelet/address' },
      { name: 'allow-privileged', value: kubelet.allowPrivileged, pointer: '/kubelet/allowPrivileged' },
      { name: 'pod-infra-container-image', value: registry.pauseImage, pointer: '/registry/pauseImage' },
      { name: 'container-runtime', value: 'docker', pointer: '/kubelet' },
      {
        name: 'hostname-override',
        value: host.name,
        pointer: `${host.pointer}/name`,
        reason: "the node is called as in the specification, whatever the host's own name is",
      },
      {
        name: 'node-ip',
        value: host.address,
        pointer: `${host.pointer}/address`,
        reason: 'otherwise the kubelet takes the address of the default route, and fails where there is none',
      },
      ...(kubelet.rootDir === undefined
        ? []
        : [{ name: 'root-dir', value: kubelet.rootDir, pointer: '/kubelet/rootDir' }]),
      ...(docker.socket === '/var/run/docker.sock'
        ? []
        : [{ name: 'docker-endpoint', value: `unix://${docker.socket}`, pointer: '/docker/socket' }]),
    ],
    directories: [],
    environment: [],
    ports: (effective) =>
      [
        tcpPort(effective('port', '10250'), kubelet.address, 'kubelet API', '/kubelet/flags'),
        tcpPort(effective('read-only-port', '10255'), kubelet.address, 'kubelet read-only API', '/kubelet/flags'),
        tcpPort(
          effective('healthz-port', '10248'),
          effective('healthz-bind-address', '127.0.0.1'),
          'health',
          '/kubelet/flags',
        ),
        tcpPort(String(kubelet.cadvisorPort), '0.0.0.0', 'cAdvisor', '/kubelet/cadvisorPort'),
      ].filter((use) => use.port !== 0),
    needs: [
      { mode: 'start', kind: 'docker', what: 'docker on this host', address: '-', port: '-' },
      needsApi(model, host, 'wait'),
    ],
    timeout: 60,
    settings: (effective) => ({
      KB_HEALTH_PORT: effective('healthz-port', '10248'),
      KB_DOCKER_SOCKET: docker.socket,
      KB_HOME: registry.credentialsFile === undefined ? '' : kubeletHome,
      KB_KUBELET_ROOT: effective('root-dir', '/var/lib/kubelet'),
      KB_NAMES: nameOf(api),
    }),
  };
};

/** G11: kube-proxy. */
export const draftKubeProxy: DraftUnit = (model, host) => {
  const api = apiEndpoint(model, host);
  return {
    id: 'kube-proxy',
    component: 'kubeProxy',
    catalog: 'kube-proxy',
    role: 'node',
    requirements: ['G11'],
    spelling: kubeSpelling,
    binary: 'kube-proxy',
    subcommand: [],
    wanted: [
      ...logging(model.kubeProxy.verbosity, '/kubeProxy'),
      {
        name: 'master',
        value: `http://${api.host}:${model.apiserver.insecurePort}`,
        pointer: '/controlPlane/endpoint',
      },
      {
        name: 'hostname-override',
        value: host.name,
        pointer: `${host.pointer}/name`,
        reason: 'it has to be the name that the kubelet registers the node by',
      },
    ],
    directories: [],
    environment: [],
    ports: (effective) => [
      tcpPort(
        effective('healthz-port', '10249'),
        effective('healthz-bind-address', '127.0.0.1'),
        'health',
        '/kubeProxy/flags',
      ),
    ],
    needs: [needsApi(model, host, 'wait')],
    timeout: 60,
    settings: (effective) => ({ KB_HEALTH_PORT: effective('healthz-port', '10249'), KB_NAMES: nameOf(api) }),
  };
};

/** Files that a node's bundle holds when the registry has a CA or credentials, and where start scripts look for them. */
export const nodeFiles = { registryCa, kubeletCredentials: `${kubeletHome}/.docker/config.json` } as const;

function needsApi(model: ClusterModel, host: HostModel, mode: Need['mode']): Need {
  const api = apiEndpoint(model, host);
  return {
    mode,
    kind: 'kube-apiserver',
    what: `kube-apiserver on ${api.label}`,
    address: api.address,
    port: model.apiserver.insecurePort,
  };
}

function tcpPort(port: string, address: string, purpose: string, pointer: string): PortUse {
  return { port: Number(port), protocol: 'tcp', address, purpose, pointer };
}
