import { spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';

/**
 * The IPv4 addresses of this host by interface, as Go's net package sees them. Node itself leaves out an interface that
 * has no carrier yet, as the end of a cable has in the moment in which it is plugged in, so `ip` is asked where it is.
 */
export function ipv4Addresses(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (name: string, address: string): unknown => found.set(name, [...(found.get(name) ?? []), address]);
  const shown = spawnSync('ip', ['-4', '-o', 'addr', 'show'], { encoding: 'utf8' });
  if (!shown.error && shown.status === 0) {
    for (const [, name = '', address = ''] of shown.stdout.matchAll(/^\d+: (\S+) +inet ([\d.]+)/gm)) add(name, address);
    return found;
  }
  for (const [name, all] of Object.entries(networkInterfaces())) {
    for (const one of all ?? []) if (one.family === 'IPv4') add(name, one.address);
  }
  return found;
}
