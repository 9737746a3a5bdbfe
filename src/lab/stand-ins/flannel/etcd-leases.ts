import { randomInt } from 'node:crypto';
import { glog } from '../log.ts';
import { EtcdKeys, KeyError, type KeyNode } from './etcd-keys.ts';
import { formatIp, formatNet, type Net, overlaps, parseNet, sizeOf } from './ipv4.ts';
import { type Lease, type LeaseAttributes, type LeaseManager, readAttributes } from './leases.ts';
import { type NetworkConfig, parseConfig } from './network-config.ts';

/** subnet/etcd.go subnetTTL: 24 hours. */
const ttl = 24 * 3600;
const place = 'etcd.go:133';

/** Leases as keys in etcd: /coreos.com/network/subnets/10.1.34.0-24 (subnet/etcd.go, subnet/registry.go). */
export class EtcdLeases implements LeaseManager {
  private readonly keys: EtcdKeys;
  private readonly prefix: string;
  private readonly quorum: Readonly<Record<string, string>>;

  /** `quorum`: reads go through the leader; flannel does so from 0.6 on. */
  constructor(endpoints: readonly string[], prefix: string, quorum: boolean) {
    this.keys = new EtcdKeys(endpoints);
    this.prefix = prefix.replace(/\/+$/, '');
    this.quorum = quorum ? { quorum: 'true' } : {};
  }

  async config(): Promise<NetworkConfig> {
    const { node } = await this.keys.get(`${this.prefix}/config`, this.quorum);
    return parseConfig(node.value);
  }

  async acquire(attributes: LeaseAttributes, wanted: () => boolean): Promise<Lease> {
    const config = await this.config();
    while (wanted()) {
      try {
        const lease = await this.tryAcquire(config, attributes);
        if (lease) {
          glog.info(place, `Subnet lease acquired: ${formatNet(lease.subnet)}`);
          return lease;
        }
      } catch (error) {
        glog.error(place, `Failed to acquire subnet: ${error instanceof Error ? error.message : error}`);
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
    throw new Error('context canceled');
  }

  async renew(lease: Lease): Promise<Lease> {
    const { node } = await this.keys.put(this.keyOf(lease.subnet), this.form(lease.attributes));
    return { ...lease, expiration: node.expiration ?? inADay() };
  }

  /** Read from whichever member answers: it is asked often, and may lag a little. */
  async leases(): Promise<readonly Lease[]> {
    return (await this.snapshot({})).leases;
  }

  /** All leases, and the index from which a watch goes on. */
  async snapshot(
    query: Readonly<Record<string, string>> = this.quorum,
  ): Promise<{ leases: readonly Lease[]; index: number }> {
    try {
      const answer = await this.keys.get(`${this.prefix}/subnets`, { recursive: 'true', ...query });
      return { leases: answer.node.nodes.flatMap((node) => leaseOf(node) ?? []), index: answer.index };
    } catch (error) {
      if (error instanceof KeyError && error.code === 100) return { leases: [], index: error.index };
      throw error;
    }
  }

  /** The next change after `index`: the lease, or undefined attributes when it went away. */
  async change(index: number): Promise<{ readonly removed: boolean; readonly lease: Lease; readonly index: number }> {
    const { action, node } = await this.keys.watch(`${this.prefix}/subnets`, index + 1);
    const subnet = subnetOf(node.key);
    if (!subnet) throw new Error(`error parsing subnet IP: ${node.key}`);
    const removed = action === 'delete' || action === 'expire';
    const none = { subnet, attributes: { PublicIP: '0.0.0.0' }, expiration: '0001-01-01T00:00:00Z' };
    return { removed, lease: (removed ? undefined : leaseOf(node)) ?? none, index: node.modifiedIndex };
  }

  /** One try; undefined when another host was faster with the same subnet. */
  private async tryAcquire(config: NetworkConfig, attributes: LeaseAttributes): Promise<Lease | undefined> {
    const { leases } = await this.snapshot();
    const ip = attributes.PublicIP;
    const own = leases.find((lease) => lease.attributes.PublicIP === ip);
    if (own && fits(config, own.subnet)) {
      glog.info(place, `Found lease (${formatNet(own.subnet)}) for current IP (${ip}), reusing`);
      return await this.renew({ ...own, attributes });
    }
    if (own) {
      const shown = formatNet(own.subnet);
      glog.info(
        place,
        `Found lease (${shown}) for current IP (${ip}) but not compatible with current config, deleting`,
      );
      await this.keys.delete(this.keyOf(own.subnet));
    }
    const subnet = pick(config, leases);
    try {
      const form = { ...this.form(attributes), prevExist: 'false' };
      const { node } = await this.keys.put(this.keyOf(subnet), form);
      return { subnet, attributes, expiration: node.expiration ?? inADay() };
    } catch (error) {
      if (error instanceof KeyError && error.code === 105) return undefined;
      throw error;
    }
  }

  private keyOf(subnet: Net): string {
    return `${this.prefix}/subnets/${formatNet(subnet, '-')}`;
  }

  private form(attributes: LeaseAttributes): Record<string, string> {
    return { value: JSON.stringify(attributes), ttl: String(ttl) };
  }
}

/** One of the first hundred free subnets, by chance, so that hosts that start together seldom meet. */
function pick(config: NetworkConfig, leases: readonly Lease[]): Net {
  glog.info(place, `Picking subnet in range ${formatIp(config.subnetMin)} ... ${formatIp(config.subnetMax)}`);
  const free: Net[] = [];
  for (let ip = config.subnetMin; ip <= config.subnetMax && free.length < 100; ip += sizeOf(config.subnetLen)) {
    const subnet = { ip, length: config.subnetLen };
    if (!leases.some((lease) => overlaps(lease.subnet, subnet))) free.push(subnet);
  }
  const chosen = free[free.length === 0 ? 0 : randomInt(free.length)];
  if (!chosen) throw new Error('out of subnets');
  return chosen;
}

function fits(config: NetworkConfig, subnet: Net): boolean {
  return subnet.length === config.subnetLen && subnet.ip >= config.subnetMin && subnet.ip <= config.subnetMax;
}

function subnetOf(key: string): Net | undefined {
  return parseNet(key.slice(key.lastIndexOf('/') + 1), '-');
}

function leaseOf(node: KeyNode): Lease | undefined {
  const subnet = subnetOf(node.key);
  const attributes = readAttributes(parsed(node.value));
  if (!subnet || !attributes) return undefined;
  return { subnet, attributes, expiration: node.expiration ?? '0001-01-01T00:00:00Z' };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function inADay(): string {
  return new Date(Date.now() + ttl * 1000).toISOString();
}
