import type { CatalogueEntry } from './entry.ts';

/** 30xx: hosts, their names, addresses and roles. */
export const hosts = {
  KB3001: {
    title: 'Two hosts with one name',
    severity: 'error',
    cause:
      'The name is the file name of the tarball, the node in Kubernetes and the name in /etc/hosts. Two kubelets with one name take turns in overwriting the same node.',
    example: '"hosts": [{ "name": "node-1", … }, { "name": "node-1", … }]',
    cure: 'Give each host a name of its own.',
  },
  KB3002: {
    title: 'Two hosts with one address',
    severity: 'error',
    cause: 'An address belongs to one host. Scripts refuse to run on a host that does not carry its address.',
    example: '"hosts": [{ "address": "10.0.0.1", … }, { "address": "10.0.0.1", … }]',
    cure: 'Correct the address of one of the two; `ip -4 addr` on the host shows it.',
  },
  KB3003: {
    title: 'Two etcd members with one name',
    severity: 'error',
    cause:
      'etcd finds itself in --initial-cluster by its name. With two equal names it refuses to start, or starts with the wrong peer URL. Members without memberName are numbered etcd0, etcd1, … from the last etcd host to the first, and such a number can meet a name you gave.',
    example: '"hosts": [{ "name": "a", "memberName": "etcd0", … }, { "name": "b", "memberName": "etcd0", … }]',
    cure: 'Give each etcd host a memberName of its own, or give none at all.',
  },
  KB3004: {
    title: 'No host has the role etcd',
    severity: 'error',
    cause: 'kube-apiserver and flanneld keep everything in etcd; without a member nothing starts.',
    example: '"hosts": [{ "name": "a", "roles": ["master", "node"], … }]',
    cure: 'Add "etcd" to the roles of three hosts (or one, for a test).',
  },
  KB3005: {
    title: 'No host has the role master',
    severity: 'error',
    cause: 'Masters run kube-apiserver, kube-controller-manager, kube-scheduler and the flanneld server.',
    example: '"hosts": [{ "name": "a", "roles": ["etcd", "node"], … }]',
    cure: 'Add "master" to the roles of at least one host; to three of them for high availability.',
  },
  KB3006: {
    title: 'No host has the role node',
    severity: 'warning',
    cause:
      'Without a node the cluster starts, but no pod can ever run on it: every pod stays Pending. Hosts that are etcd members only make an etcd cluster and no Kubernetes.',
    example: '"hosts": [{ "name": "a", "roles": ["etcd", "master"], … }]',
    cure: 'Add "node" to the roles of the hosts that shall run pods.',
  },
  KB3007: {
    title: 'An even number of etcd members',
    severity: 'warning',
    // etcd's administration guide: fault tolerance of 2 members is that of 1, of 4 that of 3.
    cause:
      'More than half of the members must be up. Of four members one may fail, as of three; the fourth adds nothing but another thing that can fail. Of two members none may fail.',
    example: 'two or four hosts with "etcd" among their roles',
    cure: 'Take the role from one host, or give it to one more: 3 members survive the loss of 1, 5 of 2, 7 of 3.',
  },
  KB3008: {
    title: 'A single etcd member',
    severity: 'warning',
    cause: 'When this one host is lost the cluster and everything in it is lost, for etcd is its only memory.',
    example: 'one host with "etcd" among its roles',
    cure: 'Give the role etcd to three hosts. For a test cluster accept the warning: "acceptWarnings": ["KB3008"].',
  },
  KB3009: {
    title: 'More than seven etcd members',
    severity: 'warning',
    // etcd's administration guide ("Optimal Cluster Size") recommends 3, 5 or 7.
    cause:
      'Every write waits for more than half of the members, so that each further one makes the cluster slower. The etcd project recommends 3, 5 or 7.',
    example: 'nine hosts with "etcd" among their roles',
    cure: 'Keep the role etcd on five or seven hosts; the others reach them over the network.',
  },
  KB3010: {
    title: 'An IPv6 address',
    severity: 'error',
    cause:
      'This stack is IPv4 only: flannel up to 0.7, the service network of Kubernetes 1.3 to 1.5 and kube-proxy know no IPv6.',
    example: '{ "name": "node-1", "address": "fd00::1", "roles": ["node"] }',
    cure: 'Use the IPv4 address; `ip -4 addr` on the host shows it.',
  },
  KB3011: {
    title: 'Not an IPv4 address',
    severity: 'error',
    cause:
      'An address is four numbers from 0 to 255 with dots between them. Leading zeros are refused because some programs read 010 as ten and others, as octal, as eight.',
    example: '{ "name": "node-1", "address": "10.0.0.256", "roles": ["node"] }',
    cure: 'Write it like 10.207.182.18: four numbers, no leading zeros.',
  },
  KB3012: {
    title: 'An address that no host can have',
    severity: 'error',
    // RFC 6890: 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 240.0.0.0/4; RFC 5771: 224.0.0.0/4.
    cause:
      '0.0.0.0 and 127.x.x.x mean "this host" on every host, 169.254.x.x is valid on one cable only, 224.x.x.x and above are multicast, reserved or broadcast. Other hosts cannot connect to any of them.',
    example: '{ "name": "node-1", "address": "127.0.0.1", "roles": ["node"] }',
    cure: 'Use the address that the other hosts reach it by.',
  },
  KB3013: {
    title: 'memberName on a host that is no etcd member',
    severity: 'warning',
    cause: 'The name is not used anywhere, because the host has not the role etcd. Perhaps the role was forgotten.',
    example: '{ "name": "node-1", "roles": ["node"], "memberName": "etcd3", … }',
    cure: 'Add "etcd" to its roles, or remove memberName.',
  },
  KB3014: {
    title: 'A host name that means something else',
    severity: 'error',
    cause:
      'localhost is every host itself, and a name of numbers only is taken for an address: programs never look it up, 1 for one becomes 0.0.0.1.',
    example: '{ "name": "10.0.0.1", "address": "10.0.0.1", … }',
    cure: 'Give the host a name with a letter in its last part, such as node-1.',
  },
  KB3015: {
    title: 'One name for two addresses',
    severity: 'error',
    cause:
      'The block in /etc/hosts would give two addresses to one name: some programs use the first, some either, and connections fail now and then.',
    example:
      '"hosts": [{ "name": "hub", "address": "10.0.0.1", … }], "registry": { "host": "hub", "address": "10.0.0.9" }',
    cure: 'Name the registry differently from the host, or give both the same address.',
  },
  KB3016: {
    title: 'A gateway that is the host itself',
    severity: 'error',
    cause: 'Cures that name the gateway (`ip route add default via …`) would send packets in a circle.',
    example: '{ "name": "node-1", "address": "10.0.0.1", "gateway": "10.0.0.1", … }',
    cure: 'Give the address of the router of this network, or leave gateway out.',
  },
} as const satisfies Record<string, CatalogueEntry>;
