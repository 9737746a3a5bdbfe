import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { missingPackages, offersCgroupV1 } from '../../src/lab/requirements.ts';

describe('the packages that a lab needs', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubebale-requirements-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const program = (name: string, mode = 0o755): void => {
    writeFileSync(join(folder, name), '');
    chmodSync(join(folder, name), mode);
  };

  it('names each package once, in order, where there is nothing', () => {
    const all = missingPackages(undefined, []);
    expect(all).toEqual([...new Set(all)].toSorted());
    expect(all).toEqual(expect.arrayContaining(['bash', 'iproute2', 'iptables', 'kmod', 'procps', 'util-linux']));
  });

  it('names a package as long as one of its programs is missing', () => {
    const ofUtilLinux = ['nsenter', 'pivot_root', 'setpriv', 'unshare', 'flock'];
    for (const name of [...ofUtilLinux.slice(1), 'ip']) program(name);
    expect(missingPackages(folder, [])).toContain('util-linux');
    expect(missingPackages(folder, [])).not.toContain('iproute2');
    program('nsenter');
    expect(missingPackages(folder, [])).not.toContain('util-linux');
  });

  it('does not take a file that cannot be run for a program', () => {
    program('ip', 0o644);
    expect(missingPackages(folder, [])).toContain('iproute2');
  });

  it('looks into every folder of PATH and of the system, and not into the current one for an empty part', () => {
    program('ip');
    expect(missingPackages(`/nowhere:${folder}`, [])).not.toContain('iproute2');
    expect(missingPackages(undefined, [folder])).not.toContain('iproute2');
    const before = process.cwd();
    process.chdir(folder);
    try {
      expect(missingPackages(':', [])).toContain('iproute2');
    } finally {
      process.chdir(before);
    }
  });

  it('finds all of them here, whatever PATH is: the tests have installed them', () => {
    expect(missingPackages('/nowhere')).toEqual([]);
  });
});

describe('docker’s cgroup hierarchies', () => {
  const table = (hierarchy: number): string =>
    `#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpuset\t${hierarchy}\t1\t1\ndevices\t${hierarchy}\t1\t1\n`;
  const v2 = 'cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n';
  const hybrid = 'cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\ncgroup /sys/fs/cgroup/devices cgroup rw,devices 0 0\n';

  it('can be had where they are mounted, alone or beside cgroup v2', () => {
    expect(offersCgroupV1(table(5), hybrid)).toBe(true);
    expect(offersCgroupV1(table(5), 'cgroup /sys/fs/cgroup/devices cgroup rw,devices 0 0\n')).toBe(true);
  });

  it('can be mounted where no cgroup is mounted at all', () => {
    expect(offersCgroupV1(table(0), 'tmpfs /sys/fs/cgroup tmpfs rw 0 0\n')).toBe(true);
  });

  it('cannot be had where cgroup v2 holds the controllers', () => {
    expect(offersCgroupV1(table(0), v2)).toBe(false);
    expect(offersCgroupV1('#subsys_name\thierarchy\tnum_cgroups\tenabled\n', v2)).toBe(false);
  });
});
