// 1,000 hosts on a file system that can share blocks: an XFS image, mounted from a file. Needs root.
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { measure, median } from './measure.mjs';
import { hostsSpec, kubebale, lockSpec } from './specs.mjs';

const hosts = 1000;

/** Rows of the table; none, with the reason said, where no such file system can be had. */
export function reflink({ work, artifacts, pairs, say }) {
  if (process.getuid() !== 0) {
    say('left out: XFS with reflink needs root for its mount');
    return [];
  }
  const [image, mount] = [join(work, 'xfs.img'), join(work, 'xfs')];
  mkdirSync(mount);
  const file = openSync(image, 'w');
  ftruncateSync(file, 20e9);
  closeSync(file);
  execFileSync('mkfs.xfs', ['-q', '-m', 'reflink=1', image]);
  execFileSync('mount', ['-o', 'loop', image, mount]);
  try {
    return onMount({ work, artifacts, pairs, say, mount });
  } finally {
    execFileSync('umount', [mount]);
    rmSync(image);
  }
}

function onMount({ work, artifacts, pairs, say, mount }) {
  const spec = hostsSpec(work, hosts);
  process.env.KUBEBALE_CACHE = join(mount, 'cache');
  lockSpec(spec, artifacts);
  const out = join(mount, 'out');
  const compile = [...kubebale, 'compile', spec, '--out', out, '--quiet'];
  say(`${hosts} hosts on XFS with reflink`);
  // The payload of the nodes and of the masters is compressed once, here.
  const cold = measure(compile, mount);
  const runs = [];
  let space = 0;
  for (let run = 0; run < pairs; run++) {
    rmSync(out, { recursive: true });
    measure(['true'], mount);
    const before = used(mount);
    runs.push(measure(compile, mount));
    space = used(mount) - before;
    say(`  run ${run + 1}: ${runs.at(-1).wall.toFixed(1)} s, ${(space / 1e6).toFixed(0)} MB of space`);
  }
  const of = (key) => median(runs.map((one) => one[key]));
  const warm = { wall: of('wall'), cpu: of('cpu'), peak: Math.max(...runs.map((one) => one.peak)) };
  const unpacked = join(mount, 'unpacked');
  mkdirSync(unpacked);
  const bundle = join(out, 'bench', `host-${hosts}.tar.gz`);
  execFileSync('tar', ['xzf', bundle, '-C', unpacked]);
  const tar = measure(['tar', 'czf', join(mount, 'one.tar.gz'), '-C', unpacked, 'bench'], mount);
  const size = execFileSync('stat', ['-c', '%s', bundle], { encoding: 'utf8' });
  const all = { wall: tar.wall * hosts, cpu: tar.cpu * hosts, peak: tar.peak };
  const note = `${(tar.wall / (warm.wall / hosts)).toFixed(0)} x per host; ${(space / 1e6).toFixed(0)} MB used for ${hosts} x ${(Number(size) / 1e6).toFixed(0)} MB`;
  return [
    { what: `${hosts} hosts on XFS, cold`, peer: '', ours: cold },
    {
      what: `${hosts} hosts on XFS, warm`,
      peer: 'tar czf, scaled from 1',
      ours: warm,
      theirs: all,
      wallRatio: warm.wall / all.wall,
      cpuRatio: warm.cpu / all.cpu,
      note,
    },
  ];
}

function used(mount) {
  execFileSync('sync', ['-f', mount]);
  return Number(execFileSync('df', ['-B1', '--output=used', mount], { encoding: 'utf8' }).trim().split('\n')[1]);
}
