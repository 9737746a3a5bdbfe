import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { compareReleases } from '../../../release/compare.ts';
import type { Flags } from '../types.ts';
import { logLine } from './daemon-log.ts';
import { onPath } from './system-checks.ts';

/** The bridge that containers hang on, and its address; both empty with --bridge=none. */
export interface Bridge {
  readonly name: string;
  /** With its length: 10.1.15.1/24. */
  readonly address: string;
}

const failure = 'Error initializing network controller: ';
const creating = `${failure}Error creating default "bridge" network: `;

/**
 * Makes the bridge docker0 with the address of --bip, as libnetwork's bridge driver does (drivers/bridge/bridge.go): a
 * bridge that is there already gets the address in the place of its own.
 *
 * @throws Error with the daemon's own words when it cannot
 */
export function setUpBridge(flags: Flags, release: string): Bridge {
  const name = flags.text('bridge');
  if (flags.on('iptables') && !onPath('iptables')) {
    throw new Error(`${failure}error obtaining controller instance: failed to create NAT chain: Iptables not found`);
  }
  if (flags.on('ip-forward')) forward(flags.on('iptables'), release);
  if (name === 'none') return { name: '', address: '' };
  if (name !== '') return existing(name);
  const address = flags.text('bip') || '172.17.0.1/16';
  if (isNetwork(address))
    throw new Error(`${creating}failed to allocate gateway (${host(address)}): Address already in use`);
  try {
    if (!exists('docker0')) ip('link', 'add', 'docker0', 'type', 'bridge');
    for (const other of addresses('docker0')) if (other !== address) ip('addr', 'del', other, 'dev', 'docker0');
    if (!addresses('docker0').includes(address)) ip('addr', 'add', address, 'broadcast', '+', 'dev', 'docker0');
    ip('link', 'set', 'dev', 'docker0', 'up');
  } catch (error) {
    throw new Error(creating + reason(error));
  }
  return { name: 'docker0', address };
}

function existing(name: string): Bridge {
  if (!exists(name)) {
    throw new Error(`${creating}bridge device with non default name ${name} must be created manually`);
  }
  return { name, address: addresses(name)[0] ?? '' };
}

/** libnetwork's setup_ip_forwarding.go: from 1.13 on, whoever turns forwarding on also closes what is forwarded. */
function forward(iptables: boolean, release: string): void {
  const file = '/proc/sys/net/ipv4/ip_forward';
  if (readFileSync(file, 'utf8').trim() === '1') return;
  try {
    writeFileSync(file, '1\n');
    if (iptables && compareReleases(release, '1.13.0') >= 0) execFileSync('iptables', ['-w', '-P', 'FORWARD', 'DROP']);
  } catch (error) {
    logLine('warning', `Running modprobe bridge br_netfilter failed or forwarding could not be set: ${reason(error)}`);
  }
}

/** Asked of the kernel: a /sys that was mounted in another network namespace shows that one's interfaces. */
function exists(device: string): boolean {
  try {
    ip('link', 'show', 'dev', device);
    return true;
  } catch {
    return false;
  }
}

function addresses(device: string): readonly string[] {
  const lines = ip('-4', '-o', 'addr', 'show', 'dev', device).trim().split('\n');
  return lines.map((line) => /inet ([0-9./]+)/.exec(line)?.[1]).filter((one) => one !== undefined);
}

function ip(...words: readonly string[]): string {
  return execFileSync('ip', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function host(address: string): string {
  return address.replace(/\/.*$/, '');
}

/** An address whose host part is zero is that of the network, which libnetwork's address manager has given away. */
function isNetwork(address: string): boolean {
  const [dotted = '', length = '32'] = address.split('/');
  return Number(length) < 31 && toNumber(dotted) % 2 ** (32 - Number(length)) === 0;
}

/** A dotted IPv4 address as a number. */
export function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** What ip itself said, in netlink's words where it is the usual ones. */
function reason(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const words = said.replace(/^RTNETLINK answers: /, '') || (error instanceof Error ? error.message : String(error));
  return words.toLowerCase();
}
