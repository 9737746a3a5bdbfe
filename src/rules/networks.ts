import { type Address, type Cidr, contains, formatAddress, overlap, parseAddress, parseCidr } from './addresses.ts';
import { givenAddresses } from './given-addresses.ts';
import { cidrsOf, partCount, partLength } from './network-parts.ts';
import type { Rule } from './types.ts';

const separateNetworks: Rule = {
  name: 'pod and service network do not overlap',
  codes: ['KB3101'],
  check(model, diagnostics) {
    const [pods, services] = cidrsOf(model);
    if (!pods.cidr || !services.cidr || !overlap(pods.cidr, services.cidr)) return;
    diagnostics.add('KB3101', pods.pointer, `podCIDR ${pods.text} and serviceCIDR ${services.text} overlap`, {
      hint: 'choose two separate networks, like "10.1.0.0/16" and "10.254.0.0/16"',
      related: [{ message: 'the service network', pointer: services.pointer }],
    });
  },
};

/** How many addresses a finding names before it only counts them. */
const named = 3;

const realAddresses: Rule = {
  name: 'real addresses lie outside the pod and service network',
  codes: ['KB3102'],
  check(model, diagnostics) {
    const real = givenAddresses(model).filter(({ kind }) => kind === 'host');
    for (const { name, text, pointer, cidr } of cidrsOf(model)) {
      const inside = real.filter((given) => {
        const address = parseAddress(given.text);
        return cidr && address !== undefined && contains(cidr, address);
      });
      const [first, ...others] = inside;
      if (!first) continue;
      const more = others.length > 0 ? `, and so do ${others.length} more addresses` : '';
      // One stray address is probably wrong itself, many mean that the network is.
      const [place, related] =
        inside.length > named
          ? [pointer, inside.slice(0, named).map((given) => ({ message: given.of, pointer: given.pointer }))]
          : [
              first.pointer,
              [{ message: name, pointer }, ...others.map((given) => ({ message: given.of, pointer: given.pointer }))],
            ];
      diagnostics.add('KB3102', place, `${first.of}, ${first.text}, lies in ${name} ${text}${more}`, {
        hint: `move ${name} to a network that nothing else uses`,
        related,
      });
    }
  },
};

const roomForNodes: Rule = {
  name: 'the pod network has a part for each node',
  codes: ['KB3103', 'KB3110'],
  check(model, diagnostics) {
    const { podCIDR, podSubnetLength } = model.networks;
    const network = parseCidr(podCIDR);
    if (!network) return;
    const length = partLength(network, podSubnetLength);
    const parts = partCount(network, length);
    const pointer = podSubnetLength === undefined ? '/networks/podCIDR' : '/networks/podSubnetLength';
    if (parts === 0 || length > 30) {
      const why = parts === 0 ? 'there is no part for a node' : 'a part has no room for a bridge and a pod';
      diagnostics.add('KB3110', pointer, `podCIDR ${podCIDR} cannot be divided into parts of /${length}: ${why}`, {
        hint: 'use a podCIDR of /22 or larger and leave podSubnetLength out, like "podCIDR": "10.1.0.0/16"',
        related: podSubnetLength === undefined ? [] : [{ message: 'the network', pointer: '/networks/podCIDR' }],
      });
      return;
    }
    const nodes = model.hosts.filter((host) => host.roles.includes('node')).length;
    if (nodes <= parts) return;
    diagnostics.add(
      'KB3103',
      '/networks/podCIDR',
      `podCIDR ${podCIDR} in parts of /${length} serves ${parts} node${parts === 1 ? '' : 's'}, and there are ${nodes}`,
      { hint: largerNetwork(network, length, nodes) },
    );
  },
};

/** The smallest network from the same place on that has enough parts. */
function largerNetwork(network: Cidr, length: number, nodes: number): string {
  const prefix = length - Math.ceil(Math.log2(nodes + 1));
  if (prefix < 8) return 'use a smaller part for each node: a larger podSubnetLength';
  const size = 2 ** (32 - prefix);
  return `write "podCIDR": "${formatAddress(network.first - (network.first % size))}/${prefix}", if nothing else uses that network`;
}

const serviceSize: Rule = {
  name: 'the service network has a size that kube-apiserver takes',
  codes: ['KB3112'],
  check(model, diagnostics) {
    const [, { text, pointer, cidr }] = cidrsOf(model);
    if (!cidr || (cidr.prefix >= 12 && cidr.prefix <= 29)) return;
    const size =
      cidr.prefix < 12 ? 'large: kube-apiserver takes at most /12' : 'small: kube-apiserver needs 8 addresses, a /29';
    diagnostics.add('KB3112', pointer, `serviceCIDR ${text} is too ${size}`, {
      hint: `write "${formatAddress(cidr.first - (cidr.first % 65536))}/16"`,
    });
  },
};

const dnsAddress: Rule = {
  name: 'the cluster DNS has an address of its own in the service network',
  codes: ['KB3104', 'KB3105'],
  check(model, diagnostics) {
    const { clusterDNS, serviceCIDR } = model.networks;
    const [, services] = cidrsOf(model);
    const address = parseAddress(clusterDNS);
    if (!services.cidr || address === undefined) return;
    const related = [{ message: 'the service network', pointer: services.pointer }];
    const tenth = Math.min(services.cidr.first + 10, services.cidr.last - 1);
    const hint = `write "clusterDNS": "${formatAddress(tenth)}", or null to use the DNS of the hosts`;
    if (!contains(services.cidr, address)) {
      const message = `the cluster DNS ${clusterDNS} lies outside serviceCIDR ${serviceCIDR}`;
      diagnostics.add('KB3104', '/networks/clusterDNS', message, { hint, related });
      return;
    }
    const taken = whoTakes(services.cidr, address);
    if (taken !== undefined)
      diagnostics.add('KB3105', '/networks/clusterDNS', `the cluster DNS cannot be ${clusterDNS}: ${taken}`, {
        hint,
        related,
      });
  },
};

function whoTakes(services: Cidr, address: Address): string | undefined {
  if (address === services.first) return 'that is the address of the service network itself';
  if (address === services.last) return 'that is the broadcast address of the service network';
  return address === services.first + 1 ? 'kube-apiserver gives it to the service "kubernetes"' : undefined;
}

const dnsServer: Rule = {
  name: 'something serves the cluster DNS',
  codes: ['KB3106'],
  check(model, diagnostics) {
    const { clusterDNS } = model.networks;
    if (clusterDNS === null || !model.hosts.some((host) => host.roles.includes('node'))) return;
    diagnostics.add(
      'KB3106',
      '/networks/clusterDNS',
      `pods will ask ${clusterDNS} for names, and nothing serves it yet`,
      {
        hint: 'start a DNS add-on with that address once the cluster is up, or set "clusterDNS": null',
      },
    );
  },
};

const clusterDomain: Rule = {
  name: 'the cluster domain is a DNS name',
  codes: ['KB3111'],
  check(model, diagnostics) {
    const { clusterDomain: domain } = model.networks;
    // RFC 1123, in either case: the guide's own is Xcloud.local.
    if (domain.split('.').every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label))) return;
    const plain = domain.replace(/^\.+|\.+$/g, '').replaceAll('_', '-');
    const good = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(plain) ? plain : 'cluster.local';
    diagnostics.add('KB3111', '/networks/clusterDomain', `${JSON.stringify(domain)} is no DNS name`, {
      hint: `write letters, digits, hyphens and dots, like "${good}"`,
    });
  },
};

const flannelOptions: Rule = {
  name: "flannel's backend has the options given",
  codes: ['KB3113'],
  check(model, diagnostics) {
    const backend = model.networks.flannelBackend;
    if (!backend) return;
    const { type, vni, port } = backend;
    const extra = [
      ...(vni !== undefined && type !== 'vxlan' ? ['vni'] : []),
      ...(port !== undefined && type === 'host-gw' ? ['port'] : []),
    ];
    for (const option of extra)
      diagnostics.add('KB3113', `/networks/flannelBackend/${option}`, `flannel's backend ${type} has no ${option}`, {
        part: 'key',
        hint: option === 'vni' ? 'remove it, or write "type": "vxlan"' : 'remove it: host-gw has no tunnel',
      });
  },
};

export const networkRules: readonly Rule[] = [
  separateNetworks,
  realAddresses,
  roomForNodes,
  serviceSize,
  dnsAddress,
  dnsServer,
  clusterDomain,
  flannelOptions,
];
