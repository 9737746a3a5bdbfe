import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { compareReleases } from '../../../release/compare.ts';
import { logLine } from './daemon-log.ts';

/** All sockets that the daemon answers on. */
export interface Listeners {
  /** As the log names them: the socket's path, or host:port. */
  readonly names: readonly string[];
  readonly close: () => void;
}

/** `tcp://` and a port, `unix://` and a path: what -H means, with what it leaves out (opts/hosts.go). */
export function parseHost(value: string): { readonly kind: 'unix' | 'tcp' | 'fd'; readonly address: string } {
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/.exec(value.trim()) ?? [];
  if (value.trim() === '' || scheme === 'unix') return { kind: 'unix', address: rest || '/var/run/docker.sock' };
  if (scheme === 'fd') return { kind: 'fd', address: rest };
  const [, host = '', port = ''] = /^(.*?)(?::([0-9]*))?(?:\/.*)?$/.exec(rest) ?? [];
  return { kind: 'tcp', address: `${host || '127.0.0.1'}:${port || '2375'}` };
}

/**
 * Opens every listener of -H; a socket file that is there already is taken over, as docker's go-connections does.
 *
 * @throws Error with the daemon's own words
 */
export async function openListeners(
  hosts: readonly string[],
  options: { readonly group: string; readonly groupGiven: boolean; readonly release: string },
  answer: RequestListener,
): Promise<Listeners> {
  const open = new Set<Socket>();
  const closers: (() => void)[] = [];
  const names: string[] = [];
  const close = (): void => {
    for (const closer of closers) closer();
    for (const socket of open) socket.destroy();
  };
  try {
    for (const host of hosts) {
      const { kind, address } = parseHost(host);
      if (kind === 'fd') throw new Error('No sockets found');
      if (kind === 'tcp') warnOfTcp(address, options.release);
      const server = createServer(answer);
      // A load of a large image takes its time.
      server.requestTimeout = 0;
      server.on('connection', (socket: Socket) => {
        open.add(socket);
        socket.on('close', () => open.delete(socket));
      });
      await listen(server, kind, address);
      if (kind === 'unix') giveToGroup(address, options);
      closers.push(() => server.close());
      names.push(address);
    }
  } catch (error) {
    close();
    throw error;
  }
  return { names, close };
}

function listen(server: ReturnType<typeof createServer>, kind: 'unix' | 'tcp', address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new Error(`listen ${kind} ${address}: ${why(error)}`)));
    if (kind === 'tcp') {
      const colon = address.lastIndexOf(':');
      server.listen(Number(address.slice(colon + 1)), address.slice(0, colon).replace(/^\[|\]$/g, ''), resolve);
      return;
    }
    try {
      mkdirSync(dirname(address), { recursive: true });
      rmSync(address, { force: true });
    } catch (error) {
      reject(new Error(`can't create unix socket ${address}: ${error instanceof Error ? error.message : error}`));
      return;
    }
    server.listen(address, resolve);
  });
}

function why(error: Error): string {
  const code = 'code' in error ? error.code : '';
  if (code === 'EADDRINUSE') return 'bind: address already in use';
  if (code === 'EADDRNOTAVAIL') return 'bind: cannot assign requested address';
  if (code === 'EACCES') return 'bind: permission denied';
  return error.message;
}

/** pkg/listeners: mode 0660 for root and the group, whose absence matters only when it was asked for. */
function giveToGroup(
  path: string,
  { group, groupGiven }: { readonly group: string; readonly groupGiven: boolean },
): void {
  chmodSync(path, 0o660);
  let id = '0';
  try {
    id = execFileSync('getent', ['group', group], { encoding: 'utf8' }).split(':')[2] ?? '0';
  } catch {
    if (groupGiven) throw new Error(`can't create unix socket ${path}: Group ${group} not found`);
    logLine('warning', `could not change group ${path} to ${group}: Group ${group} not found`);
  }
  chownSync(path, 0, Number(id));
}

function warnOfTcp(address: string, release: string): void {
  if (compareReleases(release, '19.03.0') >= 0) {
    const text =
      'Binding to IP address without --tlsverify is insecure and gives root access on this machine to everyone who has access to your network.';
    logLine('warning', text, `host="tcp://${address}"`);
  } else {
    logLine(
      'warning',
      "/!\\ DON'T BIND ON ANY IP ADDRESS WITHOUT setting -tlsverify IF YOU DON'T KNOW WHAT YOU'RE DOING /!\\",
    );
  }
}
