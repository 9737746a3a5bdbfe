import { glog } from '../log.ts';
import { type Backend, chooseBackend } from './backend.ts';
import type { ExternalInterface } from './interfaces.ts';
import { formatNet } from './ipv4.ts';
import type { Lease, LeaseManager } from './leases.ts';
import type { NetworkConfig } from './network-config.ts';
import { Routes } from './routes.ts';
import { writeSubnetFile } from './subnet-file.ts';

/** What the client side works with. */
export interface NetworkParts {
  readonly manager: LeaseManager;
  readonly iface: ExternalInterface;
  readonly publicIp: string;
  readonly subnetFile: string;
  readonly masquerade: boolean;
  /** So long before its end a lease is renewed. */
  readonly renewMargin: number;
  /** Whether a lease that was taken away is replaced by a new one: from 0.5.6 on. */
  readonly replacesLost: boolean;
}

interface Joined {
  readonly config: NetworkConfig;
  readonly backend: Backend;
  readonly lease: Lease;
}

/** One host's part in the overlay: a lease, subnet.env, routes to the others, for as long as the process lives. */
export class Network {
  private readonly parts: NetworkParts;
  private readonly routes: Routes;
  private running = true;
  private joined: Joined | undefined;
  private trouble = '';

  constructor(parts: NetworkParts) {
    this.parts = parts;
    this.routes = new Routes(parts.iface.name);
  }

  /** Ends only after `stop`. */
  async run(): Promise<void> {
    while (this.running) {
      const joined = await this.join();
      if (!joined) return;
      this.joined = joined;
      const { config, backend, lease } = joined;
      const { subnetFile, masquerade } = this.parts;
      const file = { network: config.network, subnet: lease.subnet, mtu: backend.mtu, masquerade };
      await this.step('Failed to write subnet file', async () => writeSubnetFile(subnetFile, file));
      glog.info('udp.go:239', 'Watching for new subnet leases');
      await this.stay(joined);
      backend.close();
    }
  }

  stop(): void {
    this.running = false;
    this.joined?.backend.close();
  }

  /** Config, backend, lease, each tried until it works (network/network.go Init). */
  private async join(): Promise<Joined | undefined> {
    const { manager, iface, publicIp } = this.parts;
    const config = await this.step('Failed to retrieve network config', () => manager.config());
    if (!config) return undefined;
    const backend = await this.step('Failed to create backend', async () => chooseBackend(config, iface, publicIp));
    if (!backend) return undefined;
    const failure = `Failed to initialize network  (type ${backend.name})`;
    const lease = await this.step(failure, async () => {
      const acquired = await manager.acquire(backend.attributes, () => this.running);
      await backend.open();
      return acquired;
    });
    return lease && { config, backend, lease };
  }

  /** Undefined after `stop`. */
  private async step<T>(failure: string, action: () => Promise<T>): Promise<T | undefined> {
    while (this.running) {
      try {
        return await action();
      } catch (error) {
        glog.error('network.go:53', `${failure}: ${error instanceof Error ? error.message : error}`);
        await pause(1000);
      }
    }
    return undefined;
  }

  /** Routes every 2 s, the lease a while before its end. Returns when the lease is lost, or after `stop`. */
  private async stay(joined: Joined): Promise<void> {
    let { lease } = joined;
    let renewAt = Date.parse(lease.expiration) - this.parts.renewMargin;
    for (let round = 0; this.running; round += 1) {
      if (Date.now() >= renewAt) {
        const renewed = await this.renew(lease);
        lease = renewed ?? lease;
        renewAt = renewed ? Date.parse(renewed.expiration) - this.parts.renewMargin : Date.now() + 60_000;
      }
      const leases = await this.otherLeases();
      if (leases) {
        // Every 10 s also those that somebody took away, as host-gw's route check.
        await this.routes.follow(leases, lease.subnet, round % 5 === 0);
        const own = formatNet(lease.subnet);
        if (this.parts.replacesLost && !leases.some((other) => formatNet(other.subnet) === own)) {
          glog.warning('network.go:190', 'Lease has been revoked');
          return;
        }
      }
      await pause(2000);
    }
  }

  private async renew(lease: Lease): Promise<Lease | undefined> {
    try {
      const renewed = await this.parts.manager.renew(lease);
      glog.info('renew.go:45', `Lease renewed, new expiration: ${renewed.expiration}`);
      return renewed;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      glog.error('renew.go:40', `Error renewing lease (trying again in 1 min): ${text}`);
      return undefined;
    }
  }

  /** Undefined while they cannot be had: then the routes stay as they are. */
  private async otherLeases(): Promise<readonly Lease[] | undefined> {
    try {
      const leases = await this.parts.manager.leases();
      this.trouble = '';
      return leases;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (text !== this.trouble) glog.error('watch.go:41', `Watch subnets: ${text}`);
      this.trouble = text;
      return undefined;
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
