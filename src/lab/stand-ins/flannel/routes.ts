import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { glog } from '../log.ts';
import { formatNet, type Net } from './ipv4.ts';
import type { Lease } from './leases.ts';

const run = promisify(execFile);

/** Our routes carry this number (`proto 178`), so that a later run knows them again and others' are left alone. */
const protocol = '178';
const place = 'hostgw.go:140';

/** Keeps a route to the subnet of every other host, as the host-gw backend does, whatever the backend is. */
export class Routes {
  private readonly device: string;
  private readonly set = new Map<string, string>();
  private usable = true;
  private known = false;

  constructor(device: string) {
    this.device = device;
  }

  /** Makes the routes those of the leases, but for our own subnet. With `check` looks at what the kernel really has. */
  async follow(leases: readonly Lease[], own: Net, check: boolean): Promise<void> {
    if (!this.usable) return;
    if (process.getuid?.() !== 0) {
      this.giveUp('it does not run as root');
      return;
    }
    try {
      if (!this.known || check) await this.look();
      await this.change(leases, formatNet(own));
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (missing) this.giveUp('the program ip is not on this host');
      else glog.error(place, `Error adding route: ${error instanceof Error ? error.message.trim() : error}`);
    }
  }

  private async change(leases: readonly Lease[], own: string): Promise<void> {
    const wanted = new Map(leases.map((lease) => [formatNet(lease.subnet), lease.attributes.PublicIP]));
    wanted.delete(own);
    for (const [subnet, gateway] of wanted) {
      if (this.set.get(subnet) === gateway) continue;
      glog.info(place, `Subnet added: ${subnet} via ${gateway}`);
      await run('ip', ['route', 'replace', subnet, 'via', gateway, 'dev', this.device, 'proto', protocol]);
      this.set.set(subnet, gateway);
    }
    for (const subnet of [...this.set.keys()].filter((one) => !wanted.has(one))) {
      glog.info(place, `Subnet removed: ${subnet}`);
      this.set.delete(subnet);
      await run('ip', ['route', 'del', subnet, 'proto', protocol]);
    }
  }

  /** Those of an earlier run, and without those that somebody took away. */
  private async look(): Promise<void> {
    const { stdout } = await run('ip', ['-4', 'route', 'show', 'proto', protocol]);
    this.known = true;
    this.set.clear();
    for (const line of stdout.split('\n')) {
      const [, subnet, gateway] = /^(\S+) via (\S+)/.exec(line) ?? [];
      if (subnet !== undefined && gateway !== undefined) this.set.set(subnet, gateway);
    }
  }

  private giveUp(why: string): void {
    this.usable = false;
    glog.warning(place, `no routes are set, so pods of different hosts do not reach each other: ${why}`);
  }
}
