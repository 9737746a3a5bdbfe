import type { CatalogueEntry } from './entry.ts';

/** 36xx: listeners without authentication. All are values of the guide, so each is a warning. */
export const security = {
  KB3601: {
    title: "The apiserver's port without authentication is open to the network",
    severity: 'warning',
    cause:
      'Whoever reaches the insecure port is administrator of the cluster: there is no password, no certificate and no authorisation on it. The guide listens on all interfaces because nodes that are no master use this port.',
    example: '"apiserver": { "insecureBindAddress": "0.0.0.0" }',
    cure: 'When all nodes are masters set "insecureBindAddress": "127.0.0.1". Otherwise let a firewall pass only the nodes, and accept the warning ("acceptWarnings": ["KB3601"]).',
  },
  KB3602: {
    title: 'The docker daemon is open to the network',
    severity: 'warning',
    cause:
      "Whoever reaches docker's TCP port is root on the host: one container with / mounted is enough. Nothing in the cluster needs this port, the kubelet uses the socket.",
    example: '"docker": { "tcp": { "address": "0.0.0.0" } }',
    cure: 'Set "docker": { "tcp": false }, or "address": "127.0.0.1". To keep the value of the guide, accept the warning ("acceptWarnings": ["KB3602"]).',
  },
  KB3603: {
    title: 'etcd without TLS is open to the network',
    severity: 'warning',
    cause:
      'Whoever reaches a client port can read and write everything in the cluster, secrets included, past the apiserver.',
    example: '"etcd": { "listenAddress": "0.0.0.0" }',
    cure: 'Set "listenAddress": "host", so that it listens on the host\'s address and 127.0.0.1 only, and let a firewall pass only members, masters and nodes (2379, 2380, 4001); or accept the warning ("acceptWarnings": ["KB3603"]).',
  },
  KB3604: {
    title: 'The kubelet is open to the network without authentication',
    severity: 'warning',
    // Kubelets before 1.5 have no authentication; --anonymous-auth exists from 1.5 on and is true by default.
    cause:
      'Whoever reaches port 10250 can run commands in every pod of the node. The kubelets of Kubernetes 1.3 and 1.4 know no authentication, that of 1.5 lets anonymous users in unless told otherwise.',
    example: '"kubelet": { "address": "0.0.0.0" }',
    cure: 'Let a firewall pass only the masters to port 10250 and accept the warning ("acceptWarnings": ["KB3604"]). With "address": "127.0.0.1" logs and exec no longer work from the masters.',
  },
  KB3605: {
    title: 'The flanneld server is open to the network',
    severity: 'warning',
    cause:
      'The server has no authentication: whoever reaches its port can take subnets and redirect the traffic of pods. Nodes need the port.',
    example: '"flannelServer": { "listenAddress": "0.0.0.0" }',
    cure: 'Let a firewall pass only the nodes to this port, and accept the warning ("acceptWarnings": ["KB3605"]).',
  },
} as const satisfies Record<string, CatalogueEntry>;
