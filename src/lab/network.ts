import type { ClusterPlan, HostPlan } from '../plan/types.ts';
import type { LabHost } from './types.ts';

/** The bridge that all hosts hang on. */
const bridge = 'bridge0';

/**
 * The name of a host's interface: the specification's, or eth0.
 */
export function interfaceOf(plan: HostPlan): string {
  return plan.interface ?? 'eth0';
}

/**
 * Input of `ip -batch` in the network of the switch: the bridge, which carries the addresses of gateways and of names
 * that are no host's (a private registry), so that a rehearsal can have something answer there.
 */
export function switchLines(plan: ClusterPlan): readonly string[] {
  const own = new Set(plan.hosts.map(({ address }) => address));
  const others = [
    ...plan.hosts.flatMap(({ gateway }) => gateway ?? []),
    ...plan.extraNames.map(({ address }) => address),
  ];
  const addresses = [...new Set(others)].filter((address) => !own.has(address));
  return [
    'link set lo up',
    `link add ${bridge} type bridge`,
    `link set ${bridge} up`,
    // Whoever watches the hosts from outside does so from here (192.0.2.0/24 is nobody's: RFC 5737).
    `addr add 192.0.2.1/32 dev ${bridge}`,
    ...addresses.map((address) => `addr add ${address}/32 dev ${bridge}`),
    ...plan.hosts.map(({ address }) => `route add ${address}/32 dev ${bridge}`),
  ];
}

/** The name of a host's port on the switch; hosts count from 0. */
export function portOf(index: number): string {
  return `port${index}`;
}

/** Input of `ip -batch` in the network of the switch: the cable to a host, whose first process is given. */
export function cableLines(host: LabHost, index: number, pid: number): readonly string[] {
  return [
    `link add ${portOf(index)} type veth peer name ${host.interface} netns ${pid}`,
    `link set ${portOf(index)} master ${bridge} up`,
  ];
}

/**
 * Input of `ip -batch` in a host's network: its address, the way to the others, and a default route, which has to be
 * there (Q2) and leads nowhere.
 */
export function hostLines({ plan, interface: device }: LabHost, cluster: ClusterPlan): readonly string[] {
  const { address, gateway } = plan;
  const others = [...cluster.hosts, ...cluster.extraNames].map((other) => other.address);
  const reached = [...new Set(gateway === undefined ? others : [gateway, ...others])];
  const away = reached.filter((other) => network(other) !== network(address));
  return [
    'link set lo up',
    `addr add ${address}/24 broadcast + dev ${device}`,
    `link set ${device} up`,
    ...away.map((other) => `route add ${other}/32 dev ${device}`),
    gateway === undefined ? `route add default dev ${device}` : `route add default via ${gateway} dev ${device}`,
  ];
}

/** The first three numbers: the specification does not say how long the prefix is. */
function network(address: string): string {
  return address.slice(0, address.lastIndexOf('.'));
}
