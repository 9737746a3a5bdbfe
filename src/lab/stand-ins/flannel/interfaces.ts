import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { ipv4Addresses } from '../addresses.ts';

/** The interface by which hosts reach each other. */
export interface ExternalInterface {
  readonly name: string;
  readonly address: string;
  readonly mtu: number;
}

/**
 * The interface that -iface names (by its name or its address), or that of the default route. Throws in the words of
 * main.go lookupIface.
 */
export function findInterface(iface: string): ExternalInterface {
  const all = ipv4Addresses();
  const addressesOf = (name: string): readonly string[] => all.get(name) ?? [];
  if (isIPv4(iface)) {
    const name = [...all.keys()].find((one) => addressesOf(one).includes(iface));
    if (name === undefined) {
      throw new Error(`Error looking up interface ${iface}: No interface with given IP found`);
    }
    return { name, address: iface, mtu: mtuOf(name) };
  }
  const name = iface === '' ? defaultInterface() : iface;
  const mtu = mtuOf(name);
  if (iface !== '' && mtu === 0) throw new Error(`Error looking up interface ${iface}: no such network interface`);
  const addresses = addressesOf(name);
  // Link-local ones only when there is nothing better (pkg/ip/iface.go).
  const address = addresses.find((one) => !one.startsWith('169.254.') && !one.startsWith('127.')) ?? addresses[0];
  if (address === undefined || address.startsWith('127.')) {
    throw new Error(`Failed to find IPv4 address for interface ${name}`);
  }
  return { name, address, mtu };
}

function defaultInterface(): string {
  const routes = readOr('/proc/net/route').split('\n').slice(1);
  for (const line of routes) {
    const [name, destination, , , , , , mask] = line.split(/\s+/);
    if (name && destination === '00000000' && mask === '00000000') return name;
  }
  throw new Error('Failed to get default interface: Unable to find default route');
}

/** 0 when there is no such interface. `ip` is asked first: /sys may be mounted from another network namespace. */
function mtuOf(name: string): number {
  const shown = spawnSync('ip', ['-o', 'link', 'show', 'dev', name], { encoding: 'utf8' });
  if (shown.status !== null && !shown.error) return Number(/\bmtu (\d+)/.exec(shown.stdout)?.[1] ?? 0);
  return name.includes('/') ? 0 : Number(readOr(`/sys/class/net/${name}/mtu`));
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
