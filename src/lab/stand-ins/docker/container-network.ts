import { execFile } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Bridge, toNumber } from './bridge.ts';

const run = promisify(execFile);

/**
 * Plugs a process with a network namespace of its own into the bridge, under the lowest free address, as libnetwork
 * does: a pair of virtual interfaces, the container's end named eth0, with the MTU of --mtu and the bridge as gateway.
 *
 * @param taken addresses of the other containers
 * @returns its address without length; '' when there is no bridge
 * @throws Error when the kernel does not let it
 */
export async function plugIn(pid: number, bridge: Bridge, mtu: number, taken: readonly string[]): Promise<string> {
  await hasNamespace(pid);
  const inside = ['--net', '--target', String(pid), 'ip'];
  if (bridge.name === '') {
    await run('nsenter', [...inside, 'link', 'set', 'lo', 'up']);
    return '';
  }
  const [gateway = '', length = '24'] = bridge.address.split('/');
  const address = freeAddress(gateway, Number(length), taken);
  const end = `veth${pid.toString(16).padStart(7, '0')}`;
  const size = ['mtu', String(mtu || 1500)];
  await run('ip', ['link', 'add', end, ...size, 'type', 'veth', 'peer', 'name', 'eth0', ...size, 'netns', String(pid)]);
  await run('ip', ['link', 'set', end, 'master', bridge.name, 'up']);
  await run('nsenter', [...inside, 'link', 'set', 'lo', 'up']);
  await run('nsenter', [...inside, 'addr', 'add', `${address}/${length}`, 'dev', 'eth0']);
  await run('nsenter', [...inside, 'link', 'set', 'eth0', 'up']);
  await run('nsenter', [...inside, 'route', 'add', 'default', 'via', gateway]);
  return address;
}

/** unshare makes it a moment after the process is there. */
async function hasNamespace(pid: number): Promise<void> {
  const own = readlinkSync('/proc/self/ns/net');
  for (let tries = 0; tries < 400; tries++) {
    try {
      if (readlinkSync(`/proc/${pid}/ns/net`) !== own) return;
    } catch {
      throw new Error('the process of the container has ended at once');
    }
    await sleep(5);
  }
  throw new Error('the container got no network namespace');
}

/** The lowest address behind the network's own that nobody has. */
function freeAddress(gateway: string, length: number, taken: readonly string[]): string {
  const size = 2 ** (32 - length);
  const first = Math.floor(toNumber(gateway) / size) * size;
  const used = new Set([gateway, ...taken].map(toNumber));
  for (let number = first + 1; number < first + size - 1; number++) if (!used.has(number)) return dotted(number);
  throw new Error("no available IPv4 addresses on this network's address pools: bridge");
}

function dotted(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
