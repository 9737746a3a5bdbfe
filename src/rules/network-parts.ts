import type { ClusterModel } from '../model/types.ts';
import { type Cidr, parseCidr } from './addresses.ts';

/** A network of the specification; `cidr` is undefined when the text is none. */
export interface GivenCidr {
  readonly name: 'podCIDR' | 'serviceCIDR';
  readonly text: string;
  readonly pointer: string;
  readonly cidr: Cidr | undefined;
}

/** The pod and the service network. */
export function cidrsOf({ networks }: ClusterModel): readonly [GivenCidr, GivenCidr] {
  const given = (name: GivenCidr['name']): GivenCidr => ({
    name,
    text: networks[name],
    pointer: `/networks/${name}`,
    cidr: parseCidr(networks[name]),
  });
  return [given('podCIDR'), given('serviceCIDR')];
}

/**
 * Prefix length of one node's part of the pod network. Flannel 0.5.0 to 0.7.1 (subnet/config.go): as configured, else
 * 24, or one more than the network's length where that is 24 or longer.
 */
export function partLength(network: Cidr, configured: number | undefined): number {
  return configured ?? (network.prefix < 24 ? 24 : network.prefix + 1);
}

/** How many nodes flannel can serve: it skips the first part (SubnetMin) and uses up to the last (SubnetMax). */
export function partCount(network: Cidr, length: number): number {
  return length <= network.prefix ? 0 : 2 ** (length - network.prefix) - 1;
}
