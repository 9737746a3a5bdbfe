import type { CatalogueEntry } from './entry.ts';

/** 38xx and 39xx: how hosts reach the control plane, and accepted warnings. */
export const controlPlane = {
  KB3801: {
    title: 'The endpoint is no master',
    severity: 'error',
    cause: 'Nodes would connect to a host that is not in the specification, or that runs no apiserver.',
    example: '"controlPlane": { "endpoint": { "kind": "master", "host": "sandbox-9" } }',
    cure: 'Name a host that has the role master, or leave host out: then it is the first master.',
  },
  KB3802: {
    title: 'Options that do not fit the kind of endpoint',
    severity: 'error',
    cause: 'Kind "vip" needs an address and has no host; kind "master" takes a host and no address.',
    example: '"controlPlane": { "endpoint": { "kind": "vip", "host": "sandbox-1" } }',
    cure: 'Write { "kind": "vip", "address": "10.207.182.100" } or { "kind": "master", "host": "sandbox-1" }.',
  },
  KB3803: {
    title: 'The VIP is the address of a host',
    severity: 'error',
    cause:
      'A virtual address moves between the masters. One that belongs to a host for good cannot move, and two hosts would answer for it after a failover.',
    example: '"controlPlane": { "endpoint": { "kind": "vip", "address": "10.207.182.18" } }, the address of sandbox-1',
    cure: 'Take a free address of the same network; or use kind "master" when you mean that host.',
  },
  KB3804: {
    title: 'Nodes depend on one of several masters',
    severity: 'warning',
    // The kubelet of Kubernetes 1.3 uses only the first of several --api-servers.
    cause:
      'Nodes that are no master connect to one named master, although there are more. When it fails they are NotReady and their pods are moved, while the other masters run idle.',
    example: 'three masters, further nodes, and no "controlPlane"',
    cure: 'Put a virtual address in front of all masters and set "endpoint": { "kind": "vip", "address": … }, or accept the warning ("acceptWarnings": ["KB3804"]).',
  },
  KB3805: {
    title: 'Other hosts need a port that listens on 127.0.0.1 only',
    severity: 'error',
    cause:
      'Nodes that are no master use the apiserver over the network, and every node the flanneld server; bound to loopback neither can be reached, and a VIP cannot lead to it.',
    example: '"apiserver": { "insecureBindAddress": "127.0.0.1" } with nodes that are no master',
    cure: 'Listen on 0.0.0.0 and restrict the port with a firewall; or, for the apiserver, make every node a master.',
  },
  KB3806: {
    title: 'A listen address that fits one host at most',
    severity: 'error',
    cause:
      'The setting goes to every host, and each daemon can only listen on an address of its own host. Health checks ask on 127.0.0.1.',
    example: '"kubelet": { "address": "10.207.182.18" }',
    cure: 'Use 0.0.0.0 (all interfaces) or 127.0.0.1 (this host only).',
  },
  KB3901: {
    title: 'acceptWarnings names no warning',
    severity: 'error',
    cause: 'Only warnings can be accepted. The code does not exist, or it is an error, which stays one.',
    example: '"acceptWarnings": ["KB3001"]',
    cure: 'Correct the code or remove it; the code of each finding stands in front of its message.',
  },
} as const satisfies Record<string, CatalogueEntry>;
