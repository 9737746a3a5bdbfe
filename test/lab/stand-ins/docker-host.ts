import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { scratch } from '../../support/unpack.ts';
import { standIn } from './build.ts';

/** Whether hosts can be made: namespaces and mounts are root's. */
export const isRoot = process.getuid?.() === 0;

/** A host for docker: namespaces of this machine, with a /run, cgroup v1 hierarchies and addresses of its own. */
export interface DockerHost {
  /** A folder of the test's, the same inside and outside. */
  readonly folder: string;
  /** Runs a program to its end. */
  run(words: readonly string[], env?: Readonly<Record<string, string>>): SpawnSyncReturns<string>;
  /** Starts a daemon; its output goes to a file of that name. */
  start(log: string, words: readonly string[]): void;
  /** Makes bin/ with stand-ins of a release, and gives its path. */
  standIns(release: string, programs?: readonly string[]): Promise<string>;
  /** Waits, at most 20 s, until a program ends with 0. */
  until(words: readonly string[]): Promise<void>;
  log(name: string): string;
  remove(): void;
}

const setUp = `
set -e
umount -R /sys/fs/cgroup 2>/dev/null || true
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mkdir -p /run/lock
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=0755 tmpfs /sys/fs/cgroup
for name in cpuset cpu cpuacct blkio memory devices freezer pids; do
  mkdir -p "/sys/fs/cgroup/$name"
  mount -n -t cgroup -o "$name" cgroup "/sys/fs/cgroup/$name"
done
mkdir -p "$1/var-lib/docker" "$1/work" /home/work
mount --bind "$1/var-lib" /var/lib
mount --bind "$1/work" /home/work
ip link set lo up
ip addr add 10.207.182.18/32 dev lo
: >"$1/ready"
exec sleep infinity
`;

const usual = ['docker', 'dockerd', 'docker-containerd', 'docker-containerd-shim', 'docker-runc', 'docker-proxy'];
const newer = ['docker-init', 'containerd', 'containerd-shim', 'containerd-shim-runc-v2', 'runc'];

/** Makes a host. `remove` ends everything that runs on it. */
export async function dockerHost(name: string): Promise<DockerHost> {
  const folder = scratch(`docker-${name}`);
  const words = ['--mount', '--net', '--pid', '--uts', '--ipc', '--cgroup', '--fork', '--kill-child'];
  const keeper = spawn('unshare', [...words, '--propagation', 'private', 'bash', '-c', setUp, '-', folder], {
    stdio: ['ignore', 'ignore', openSync(join(folder, 'set-up.log'), 'a')],
  });
  const remove = (): void => {
    // With it goes everything on the host; its files may be in use for a moment longer.
    keeper.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  process.once('exit', remove);
  const tries = async (what: string, done: () => boolean): Promise<void> => {
    for (let count = 0; count < 200; count++) {
      if (done()) return;
      await sleep(100);
    }
    throw new Error(`${what} did not come about`);
  };
  const read = (file: string): string => {
    try {
      return readFileSync(join(folder, file), 'utf8');
    } catch {
      return '';
    }
  };
  await tries(
    `host ${name}: ${read('set-up.log')}`,
    () => spawnSync('test', ['-e', join(folder, 'ready')]).status === 0,
  );
  const first = readFileSync(`/proc/${keeper.pid}/task/${keeper.pid}/children`, 'utf8').trim();
  const enter = ['--target', first, '--mount', '--net', '--pid', '--uts', '--ipc', '--cgroup', '--'];
  const clean = { PATH: process.env.PATH ?? '', HOME: '/nonexistent' };
  const run: DockerHost['run'] = (inside, env = {}) =>
    spawnSync('nsenter', [...enter, ...inside], { encoding: 'utf8', env: { ...clean, ...env }, timeout: 50_000 });
  return {
    folder,
    run,
    start(log, inside) {
      const out = openSync(join(folder, log), 'a');
      spawn('nsenter', [...enter, ...inside], { stdio: ['ignore', out, out], env: clean });
    },
    async standIns(release, programs = [...usual, ...newer]) {
      const file = await standIn();
      const bin = join(folder, `bin-${release}`);
      for (const program of programs) writeWrapper(join(bin, program), file, program, release);
      return bin;
    },
    until: (inside) => tries(inside.join(' '), () => run(inside).status === 0),
    log: read,
    remove,
  };
}

/** A program of a bundle's bin/ that is a stand-in. */
function writeWrapper(path: string, file: string, program: string, release: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\nexec ${process.execPath} ${file} ${program} ${release} "$@"\n`);
  chmodSync(path, 0o755);
}
