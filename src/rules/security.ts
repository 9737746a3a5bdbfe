import type { Code } from '../diagnostics/catalogue.ts';
import type { ClusterModel, Role } from '../model/types.ts';
import { flagValue } from './flag-values.ts';
import type { Rule } from './types.ts';

interface OpenListener {
  readonly name: string;
  readonly code: Code;
  readonly role: Role;
  readonly pointer: string;
  readonly isOpen: (model: ClusterModel) => boolean;
  readonly message: (model: ClusterModel) => string;
  readonly hint: (model: ClusterModel) => string;
}

const listeners: readonly OpenListener[] = [
  {
    name: "the apiserver's port without authentication is not open to the network",
    code: 'KB3601',
    role: 'master',
    pointer: '/apiserver/insecureBindAddress',
    isOpen: ({ apiserver }) => apiserver.insecureBindAddress === '0.0.0.0',
    message: ({ apiserver }) =>
      `whoever reaches port ${apiserver.insecurePort} of a master is administrator of the cluster`,
    hint: ({ hosts }) =>
      hosts.some(({ roles }) => roles.includes('node') && !roles.includes('master'))
        ? 'let a firewall pass only the nodes, which need the port, then accept it: "acceptWarnings": ["KB3601"]'
        : 'write "insecureBindAddress": "127.0.0.1": every node is a master and needs no more',
  },
  {
    name: 'the docker daemon is not open to the network',
    code: 'KB3602',
    role: 'node',
    pointer: '/docker/tcp/address',
    isOpen: ({ docker }) => docker.tcp?.address === '0.0.0.0',
    message: ({ docker }) => `whoever reaches docker's port ${docker.tcp?.port} of a node is root on it`,
    hint: () => 'write "tcp": false in "docker": nothing in the cluster needs the port',
  },
  {
    name: 'etcd without TLS is not open to the network',
    code: 'KB3603',
    role: 'etcd',
    pointer: '/etcd/listenAddress',
    isOpen: ({ etcd }) => etcd.listenAddress === '0.0.0.0',
    message: ({ etcd }) =>
      `whoever reaches port ${etcd.clientPorts[0]} of a member can change everything in the cluster`,
    hint: () => 'write "listenAddress": "host" in "etcd", and let a firewall pass only hosts of the cluster',
  },
  {
    name: 'the kubelet without authentication is not open to the network',
    code: 'KB3604',
    role: 'node',
    pointer: '/kubelet/address',
    // --anonymous-auth exists from Kubernetes 1.5 on; for older ones the catalogue of flags refuses it.
    isOpen: ({ kubelet }) =>
      kubelet.address === '0.0.0.0' && String(flagValue(kubelet.flags, 'anonymous-auth')) !== 'false',
    message: () => "whoever reaches the kubelet's port 10250 of a node can run commands in its pods",
    hint: () => 'let a firewall pass only the masters to port 10250, then accept it: "acceptWarnings": ["KB3604"]',
  },
  {
    name: 'the flanneld server is not open to the network',
    code: 'KB3605',
    role: 'master',
    pointer: '/flannelServer/listenAddress',
    isOpen: ({ flannelServer }) => flannelServer.listenAddress === '0.0.0.0',
    message: ({ flannelServer }) =>
      `whoever reaches port ${flannelServer.port} of a master can redirect the traffic of pods`,
    hint: ({ flannelServer }) =>
      `let a firewall pass only the nodes to port ${flannelServer.port}, then accept it: "acceptWarnings": ["KB3605"]`,
  },
];

export const securityRules: readonly Rule[] = listeners.map(({ name, code, role, pointer, isOpen, message, hint }) => ({
  name,
  codes: [code],
  check(model, diagnostics) {
    if (!isOpen(model) || !model.hosts.some((host) => host.roles.includes(role))) return;
    diagnostics.add(code, pointer, message(model), { hint: hint(model) });
  },
}));
