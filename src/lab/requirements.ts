import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that a lab is made with, and Debian's package of each. */
const programs: Readonly<Record<string, string>> = {
  bash: 'bash',
  env: 'coreutils',
  hostname: 'hostname',
  ip: 'iproute2',
  mount: 'mount',
  nsenter: 'util-linux',
  pivot_root: 'util-linux',
  setpriv: 'util-linux',
  tar: 'tar',
  unshare: 'util-linux',
};

/** What the scripts of a bundle call beside those (docs/host-scripts.md), and Debian's package of each. */
const ofScripts: Readonly<Record<string, string>> = {
  awk: 'mawk',
  flock: 'util-linux',
  iptables: 'iptables',
  modprobe: 'kmod',
  ps: 'procps',
};

/** Where programs are, whatever the caller's PATH is: hosts have these. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/**
 * Packages that have to be installed before hosts can be made and their scripts run.
 *
 * @param path the PATH of whoever runs it
 * @param others folders that are looked into after those
 */
export function missingPackages(
  path: string | undefined,
  others: readonly string[] = systemFolders,
): readonly string[] {
  const folders = [...(path ?? '').split(delimiter).filter((folder) => folder !== ''), ...others];
  const isThere = (name: string): boolean => folders.some((folder) => isExecutable(join(folder, name)));
  const missing = Object.entries({ ...programs, ...ofScripts }).filter(([name]) => !isThere(name));
  return [...new Set(missing.map(([, packaged]) => packaged))].toSorted();
}

/** Whether docker's cgroup hierarchies (v1) can be had on this machine. */
export function hasCgroupV1(): boolean {
  return offersCgroupV1(readFileSync('/proc/cgroups', 'utf8'), readFileSync('/proc/self/mounts', 'utf8'));
}

/**
 * Whether docker's cgroup hierarchies (v1) can be had where /proc has these texts. Where cgroup v2 holds the
 * controllers they cannot be mounted: each has the hierarchy 0 then.
 *
 * Source: cgroups(7), /proc/cgroups.
 */
export function offersCgroupV1(cgroups: string, mounts: string): boolean {
  const mountsV2 = mounts.split('\n').some((line) => line.split(' ')[2] === 'cgroup2');
  return devicesInV1(cgroups) || !mountsV2;
}

/**
 * Whether the controller `devices`, which docker cannot do without, is in a v1 hierarchy somewhere on a kernel.
 *
 * @param cgroups the text of /proc/cgroups (cgroups(7)): hierarchy 0 is none, or v2's
 */
export function devicesInV1(cgroups: string): boolean {
  return /^devices\t[1-9]/m.test(cgroups);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
