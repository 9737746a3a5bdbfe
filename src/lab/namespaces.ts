import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LabError } from './lab-error.ts';
import { processOf } from './processes.ts';
import { runCommand } from './run-command.ts';
import type { LabHost, ProcessId } from './types.ts';

const scripts = fileURLToPath(new URL('../../templates/lab/', import.meta.url));

/** What a person has after a login as root, and no more: nothing of the caller's environment reaches a host. */
export const hostEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  TERM: process.env.TERM ?? 'dumb',
};

/** Waits of 10 ms; a machine that is very busy takes seconds. */
const patience = 3000;

/** The words that run a command on a host; to be run with `hostEnvironment`. */
export function hostCommand(
  cgroup: string,
  pid: number,
  words: readonly string[],
): readonly [string, readonly string[]] {
  return ['bash', [join(scripts, 'host-run.sh'), cgroup, String(pid), ...words]];
}

/**
 * Start the process that holds a network of its own, with nothing in it.
 *
 * @param log gets what it says
 * @param keep it stays when we end
 * @throws LabError
 */
export async function startNetwork(log: string, keep: boolean): Promise<ProcessId> {
  const pid = start(['unshare', '--net', 'sleep', 'infinity'], log, keep);
  for (let tries = 0; ; tries++) {
    const own = processOf(pid);
    if (own && (await hasOtherNetwork(pid))) return own;
    if (tries === patience || own === undefined) {
      throw new LabError(`a network cannot be made on this machine: ${await saidIn(log)}`);
    }
    await sleep(10);
  }
}

/**
 * Start a host: its first process, in namespaces of its own.
 *
 * @param shared the folder of what all hosts share
 * @param keep it stays when we end
 * @throws LabError
 */
export async function startHost(host: LabHost, shared: string, keep: boolean): Promise<ProcessId> {
  const { name } = host.plan;
  const log = join(host.folder, 'init.log');
  const outer = start(['bash', join(scripts, 'host-start.sh'), host.cgroup, name, host.folder, shared], log, keep);
  for (let tries = 0; ; tries++) {
    const pid = /^ready (\d+)$/m.exec(await readFile(log, 'utf8'))?.[1];
    const own = pid === undefined ? undefined : processOf(Number(pid));
    if (own) return own;
    if (tries === patience || processOf(outer) === undefined) {
      throw new LabError(`the host ${name} cannot be made on this machine: ${await saidIn(log)}`);
    }
    await sleep(10);
  }
}

/**
 * Run lines of `ip -batch` in the network that a process is in.
 *
 * @throws LabError
 */
export async function configureNetwork(holder: ProcessId, lines: readonly string[]): Promise<void> {
  const words = ['--target', String(holder.pid), '--net', '--', 'ip', '-batch', '-'];
  const input = `${lines.join('\n')}\n`;
  const { code, output } = await runCommand('nsenter', words, { input, env: hostEnvironment });
  if (code !== 0) throw new LabError(`the network cannot be made: ${output.trim()}`);
}

/**
 * Remove an interface from the network that a process is in, and the other end of its cable with it; nothing when it is
 * not there.
 *
 * @throws LabError
 */
export async function unplug(holder: ProcessId, device: string): Promise<void> {
  const words = ['--target', String(holder.pid), '--net', '--', 'ip', 'link', 'delete', device];
  const { code, output } = await runCommand('nsenter', words, { env: hostEnvironment });
  if (code !== 0 && !output.includes('Cannot find device')) throw new LabError(`${device} stays: ${output.trim()}`);
}

/** Start a process whose output goes to a file, and which ends with us unless it is to stay. Out: its pid. */
function start(words: readonly string[], log: string, keep: boolean): number {
  // We may be killed before the signal is asked for: then nobody is left to end it.
  const unlessAlone = ['bash', '-c', '[[ $PPID == "$0" ]] && exec "$@"', String(process.pid)];
  const tied = keep ? words : ['setpriv', '--pdeathsig', 'KILL', ...unlessAlone, ...words];
  const [command = '', ...rest] = tied;
  const output = openSync(log, 'w');
  const child = spawn(command, rest, {
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...hostEnvironment, TERM: 'dumb' },
  });
  closeSync(output);
  child.on('error', () => undefined);
  child.unref();
  if (child.pid === undefined) throw new Error(`cannot start ${command}`);
  return child.pid;
}

async function saidIn(log: string): Promise<string> {
  return (await readFile(log, 'utf8')).trim() || 'it says nothing';
}

async function hasOtherNetwork(pid: number): Promise<boolean> {
  const [own, other] = await Promise.all([
    readlink('/proc/self/ns/net'),
    readlink(`/proc/${pid}/ns/net`).catch(() => ''),
  ]);
  return other !== '' && other !== own && (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')) === 'sleep\n';
}
