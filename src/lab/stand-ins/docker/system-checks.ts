import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { devicesInV1 } from '../../requirements.ts';

/** Whether PATH has a program of that name that may be run, as Go's exec.LookPath looks for it. */
export function onPath(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    const file = join(folder === '' ? '.' : folder, name);
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}

/** What Go says of a program that exec.LookPath did not find. */
export function notOnPath(name: string): string {
  return `exec: "${name}": executable file not found in $PATH`;
}

/**
 * Whether the controller `devices` is in a v1 hierarchy somewhere on this kernel. Where cgroup v2 has it a real docker
 * of that age cannot start at all; a stand-in needs none, and can be rehearsed with there.
 */
export function kernelHasCgroupV1(): boolean {
  return devicesInV1(readFileSync('/proc/cgroups', 'utf8'));
}

/** The controllers of the mounted cgroup v1 hierarchies, and whether one of cgroup v2 is mounted too. */
export function mountedCgroups(): { readonly controllers: ReadonlySet<string>; readonly unified: boolean } {
  const controllers = new Set<string>();
  let unified = false;
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [type, , options = ''] = line.slice(line.indexOf(' - ') + 3).split(' ');
    if (type === 'cgroup2') unified = true;
    else if (type === 'cgroup') for (const option of options.split(',')) controllers.add(option);
  }
  return { controllers, unified };
}
