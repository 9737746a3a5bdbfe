import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Container, containerFolder, networkMode } from './container.ts';
import { stillRuns } from './processes.ts';

/** A process of a container that this daemon has started. */
export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
}

/**
 * Starts the container's program in its folder, as a process group of its own that outlives the daemon. It has a
 * network namespace, and otherwise lives among the host's processes: no cgroup, no PID namespace, so that its program
 * is ended by SIGTERM, which PID 1 of a real container would overlook.
 *
 * @param shared the PID of the container whose network it takes part in
 */
export function startProcess(graph: string, container: Container, root: string, shared: number | undefined): Started {
  const folder = containerFolder(graph, container.id);
  mkdirSync(folder, { recursive: true });
  const log = openSync(join(folder, 'output.log'), 'a');
  const inside = ['chroot', root, ...container.command];
  const words = [...network(container, shared), ...inside];
  const [program = 'chroot', ...rest] = words;
  // chroot, unshare and nsenter become the next program: all have the one PID.
  const child = spawn(program, rest, {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    // These are looked for along the PATH that the container has, and where every system has them.
    env: { ...variables(container.env), PATH: `${variables(container.env).PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin` },
  });
  closeSync(log);
  child.unref();
  return { child, pid: child.pid ?? 0 };
}

function network(container: Container, shared: number | undefined): readonly string[] {
  if (shared !== undefined) return ['nsenter', `--net=/proc/${shared}/ns/net`];
  return networkMode(container) === 'host' ? [] : ['unshare', '--net'];
}

function variables(env: readonly string[]): Record<string, string> {
  return Object.fromEntries(env.map((pair) => [pair.replace(/=.*$/s, ''), pair.replace(/^[^=]*=?/s, '')]));
}

/** Calls back once when a process that an earlier daemon started has ended; it is looked at each second. */
export function watchProcess(container: Container, ended: () => void): void {
  const timer = setInterval(() => {
    if (container.process && stillRuns(container.process)) return;
    clearInterval(timer);
    ended();
  }, 1000);
  timer.unref();
}
