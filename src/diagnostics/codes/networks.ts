import type { CatalogueEntry } from './entry.ts';

/** 31xx: pod and service networks, cluster DNS, node ports. */
export const networks = {
  KB3101: {
    title: 'The pod network and the service network overlap',
    severity: 'error',
    cause:
      'kube-proxy takes packets to service addresses, flannel carries those to pods. Where both hold the same address one of the two never gets its packets.',
    example: '"networks": { "podCIDR": "10.254.0.0/16", "serviceCIDR": "10.254.0.0/17" }',
    cure: 'Choose two networks without a common address, such as the defaults 10.1.0.0/16 and 10.254.0.0/16.',
  },
  KB3102: {
    title: 'An address of the real network lies in the pod or service network',
    severity: 'error',
    cause:
      'Flannel routes the whole pod network into its tunnel, and kube-proxy catches service addresses: a host, gateway, VIP or registry with such an address can no longer be reached from the nodes.',
    example: '"hosts": [{ "address": "10.1.0.5", … }], "networks": { "podCIDR": "10.1.0.0/16" }',
    cure: 'Move podCIDR or serviceCIDR to a network that nothing else in your data centre uses.',
  },
  KB3103: {
    title: 'The pod network is too small for the nodes',
    severity: 'error',
    // flannel 0.5.0 to 0.7.1, subnet/config.go: SubnetMin defaults to the second subnet, SubnetMax to the last.
    cause:
      'Each node gets a part of podCIDR of its own. Flannel never hands out the first part, so that a /16 in parts of /24 serves 255 nodes. The flanneld of the next node fails with "out of subnets" and its docker never starts.',
    example: '"networks": { "podCIDR": "10.1.0.0/22" } with four nodes',
    cure: 'Make podCIDR larger (a smaller number after the slash), or the parts smaller (a larger podSubnetLength).',
  },
  KB3104: {
    title: 'The cluster DNS address lies outside the service network',
    severity: 'error',
    cause:
      'Cluster DNS is a service with a fixed address, and kube-apiserver gives out addresses of serviceCIDR only. Pods would ask an address that nothing can ever have.',
    example: '"networks": { "serviceCIDR": "10.254.0.0/16", "clusterDNS": "10.1.0.10" }',
    cure: 'Choose an address inside serviceCIDR, for instance its tenth; or null when pods shall use the DNS of the hosts.',
  },
  KB3105: {
    title: 'The cluster DNS address is taken',
    severity: 'error',
    // Kubernetes pkg/registry/service/ipallocator leaves out the first and last address; the service "kubernetes" gets index 1.
    cause:
      'kube-apiserver gives the first usable address of serviceCIDR to its own service "kubernetes", and the network and the broadcast address to nobody.',
    example: '"networks": { "serviceCIDR": "10.254.0.0/16", "clusterDNS": "10.254.0.1" }',
    cure: 'Choose another address inside serviceCIDR, for instance its tenth.',
  },
  KB3106: {
    title: 'Nothing serves the cluster DNS yet',
    severity: 'warning',
    cause:
      'The kubelet writes this address as the nameserver of every pod, and kubebale installs no DNS add-on. Until you start one, no name resolves inside pods, outside names included.',
    example: '"networks": { "clusterDNS": "10.254.88.188" }',
    cure: 'Start a DNS add-on with this clusterIP after the cluster is up, and accept the warning ("acceptWarnings": ["KB3106"]); or set clusterDNS to null, and pods use the DNS of their host.',
  },
  KB3107: {
    title: 'The node port range holds ports that are in use',
    severity: 'warning',
    cause:
      'Kubernetes picks node ports from this range without a look at the hosts, and kube-proxy redirects the port on every node. When it picks the port of the apiserver or of the kubelet that one is cut off. Ports from 32768 on are also those that Linux takes for outgoing connections.',
    example: '"networks": { "nodePorts": "8000-40000" }',
    cure: 'Use "nodePorts": "30000-32767", the default of Kubernetes itself. 8000-40000 is the value of the guide: to keep it, accept the warning ("acceptWarnings": ["KB3107"]).',
  },
  KB3108: {
    title: 'The node port range is not valid',
    severity: 'error',
    cause:
      'The range is first-last, both from 1 to 65535, the first not above the last. kube-apiserver refuses any other.',
    example: '"networks": { "nodePorts": "32767-30000" }',
    cure: 'Write it like "30000-32767".',
  },
  KB3109: {
    title: 'Not a network in CIDR notation',
    severity: 'error',
    cause:
      'A network is its first address, a slash and a prefix length of at most 32. With bits set behind the prefix it is unclear whether the address or the length is wrong, and programs disagree about it.',
    example: '"networks": { "podCIDR": "10.1.2.0/16" }',
    cure: 'Write the network itself, for instance 10.1.0.0/16; the message names the one that holds your address.',
  },
  KB3110: {
    title: 'The pod network cannot be divided that way',
    severity: 'error',
    // flannel 0.5.0 to 0.7.1, subnet/config.go: without SubnetLen 24, or one more than the network's length from 24 on.
    cause:
      "podSubnetLength is the size of one node's part: it must be longer than the prefix of podCIDR, and flannel leaves the first part unused. Parts longer than /30 have no room for the docker bridge and a pod.",
    example: '"networks": { "podCIDR": "10.1.0.0/24", "podSubnetLength": 24 }',
    cure: 'Make podCIDR larger or podSubnetLength longer: /16 in parts of /24 gives 255 nodes 254 addresses each.',
  },
  KB3111: {
    title: 'The cluster domain is no DNS name',
    severity: 'warning',
    cause:
      'Pods search this domain. DNS names are letters, digits and hyphens with dots between; others never resolve.',
    example: '"networks": { "clusterDomain": "my_cluster.local." }',
    cure: 'Use a name such as "cluster.local", without a dot at its end.',
  },
  KB3112: {
    title: 'The service network is too large or too small',
    severity: 'error',
    // kube-apiserver 1.3: "Specified --service-cluster-ip-range is too large" above 20 host bits; at least 8 addresses.
    cause:
      'kube-apiserver refuses a service network of more than 20 host bits, that is one larger than /12, and needs at least 8 addresses, that is /29 or larger.',
    example: '"networks": { "serviceCIDR": "10.0.0.0/8" }',
    cure: 'Choose a network from /12 to /29; /16 is plenty.',
  },
  KB3113: {
    title: 'An option that this flannel backend has not',
    severity: 'error',
    // flannel 0.5.0 to 0.7.1, backend/{udp,vxlan,hostgw}: udp reads Port, vxlan VNI and Port, host-gw nothing.
    cause:
      'vni belongs to vxlan, port to udp and vxlan; host-gw has no tunnel and takes neither. Flannel would ignore it silently.',
    example: '"networks": { "flannelBackend": { "type": "host-gw", "port": 8285 } }',
    cure: 'Remove the option, or choose the type that has it.',
  },
  KB3114: {
    title: 'The network lies in a reserved range',
    severity: 'error',
    // RFC 6890 and RFC 5771.
    cause:
      'Linux treats 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4 and 240.0.0.0/4 in special ways: packets to loopback never leave the host, multicast is no address of a pod.',
    example: '"networks": { "podCIDR": "127.16.0.0/16" }',
    cure: 'Choose a private network: one inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.',
  },
} as const satisfies Record<string, CatalogueEntry>;
