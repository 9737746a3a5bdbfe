// npm run bench: kubebale against cp, tar, pigz and archiver on this machine, as ratios of one run.
//
//   KUBEBALE_BENCH_DIR        folder to work in (needs 40 GB; without it: the system's temporary folder)
//   KUBEBALE_BENCH_ARTIFACTS  folder with real programs and pause.tar; without it, files like them are made
//   KUBEBALE_BENCH_PAIRS      how many pairs, 5 without it
//   KUBEBALE_BENCH_ONLY       names of parts with commas between: copy,tools,scripts,reflink
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { compare, measure, median } from './measure.mjs';
import { layPayload } from './payload.mjs';
import { reflink } from './reflink.mjs';
import { hostsSpec, kubebale, lockSpec } from './specs.mjs';
import { printTable } from './table.mjs';

const pairs = Number(process.env.KUBEBALE_BENCH_PAIRS ?? 5);
const parts = (process.env.KUBEBALE_BENCH_ONLY ?? 'copy,tools,scripts,reflink').split(',');
const work = mkdtempSync(join(process.env.KUBEBALE_BENCH_DIR ?? tmpdir(), 'kubebale-bench-'));
const cache = join(work, 'cache');
const artifacts = process.env.KUBEBALE_BENCH_ARTIFACTS ?? join(work, 'artifacts');
process.env.KUBEBALE_CACHE = cache;
const rows = [];

const say = (text) => process.stderr.write(`${text}\n`);
const empty = (folder) => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
};
const settle = () => measure(['true'], work);
const compile = (spec, out) => [...kubebale, 'compile', spec, '--out', out, '--quiet'];

function bytesIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function row(what, peer, { a, b, wallRatio, cpuRatio }, note = '') {
  rows.push({ what, peer, ours: a, theirs: b, wallRatio, cpuRatio, note });
}

/** 100 hosts and 3 hosts with the payload compressed already, against cp of the same tarballs. */
function copy(hosts) {
  const spec = hostsSpec(work, hosts);
  lockSpec(spec, artifacts);
  const [out, other] = [join(work, 'out'), join(work, 'copy')];
  empty(out);
  say(`${hosts} hosts, nothing compressed yet`);
  rmSync(join(cache, 'payloads'), { recursive: true, force: true });
  settle();
  const cold = measure(compile(spec, out), work);
  const again = Array.from({ length: pairs }, () => measure(compile(spec, out), work));
  const share = median(again.map((one) => one.wall)) / cold.wall;
  rows.push({ what: `${hosts} hosts, cold`, peer: '', ours: cold, note: `${(bytesIn(out) / 1e9).toFixed(1)} GB` });
  rows.push({
    what: `${hosts} hosts, nothing changed`,
    peer: 'its own cold run',
    ours: {
      wall: share * cold.wall,
      cpu: median(again.map((one) => one.cpu)),
      peak: median(again.map((one) => one.peak)),
    },
    theirs: cold,
    wallRatio: share,
    cpuRatio: median(again.map((one) => one.cpu)) / cold.cpu,
  });
  const source = join(work, 'source');
  empty(source);
  cpSync(out, source, { recursive: true });
  say(`${hosts} hosts, compressed already, against cp`);
  const fresh = (folder) => {
    empty(folder);
    settle();
  };
  const result = compare(
    pairs,
    () => {
      empty(other);
      fresh(out);
      return measure(compile(spec, out), work);
    },
    () => {
      empty(out);
      fresh(other);
      return measure(['cp', '-r', join(source, 'bench'), other], work);
    },
  );
  row(`${hosts} hosts, warm`, 'cp -r of the same bytes', result);
  for (const folder of [out, other, source]) empty(folder);
  return result.a.wall / hosts;
}

/** tar czf, pigz and archiver for 3 hosts, each from the folder that kubebale packs. */
function tools(warmPerHost) {
  const spec = hostsSpec(work, 3);
  lockSpec(spec, artifacts);
  const out = join(work, 'out');
  empty(out);
  measure(compile(spec, out), work);
  const unpacked = join(work, 'unpacked');
  empty(unpacked);
  measure(['tar', 'xzf', join(out, 'bench/host-1.tar.gz'), '-C', unpacked], work);
  const target = join(work, 'tools');
  const three = (line) => ['sh', '-c', `set -e; cd "$0"; for host in 1 2 3; do ${line}; done`, unpacked, target];
  const archiver = [process.execPath, new URL('archive.mjs', import.meta.url).pathname, unpacked, target, '3'];
  const peers = [
    ['tar czf', three('tar czf "$1/$host.tar.gz" bench')],
    ['tar to pigz', three('tar cf - bench | pigz >"$1/$host.tar.gz"')],
    ['archiver, gzip', archiver],
  ];
  for (const [name, command] of peers) {
    say(`3 hosts, against ${name}`);
    const result = compare(
      pairs,
      () => {
        empty(out);
        settle();
        return measure(compile(spec, out), work);
      },
      () => {
        empty(target);
        settle();
        return measure(command, work);
      },
    );
    row('3 hosts, warm', `${name}, 3 hosts`, result);
    if (warmPerHost === undefined) continue;
    // Hosts cost a tool the same, one by one: 100 of them were not waited for.
    const scaled = { wall: (result.b.wall / 3) * 100, cpu: (result.b.cpu / 3) * 100, peak: result.b.peak };
    rows.push({
      what: '100 hosts, warm',
      peer: `${name}, scaled from 3`,
      ours: { wall: warmPerHost * 100 },
      theirs: scaled,
      wallRatio: (warmPerHost * 100) / scaled.wall,
      note: `${(result.b.wall / 3 / warmPerHost).toFixed(0)} x per host`,
    });
  }
  for (const folder of [out, target, unpacked]) empty(folder);
}

/** 5,000 hosts, scripts only, against cp of the same tarballs. */
function scripts() {
  const spec = hostsSpec(work, 5000);
  const [out, other, source] = [join(work, 'out'), join(work, 'copy'), join(work, 'source')];
  const command = [...compile(spec, out), '--scripts-only'];
  empty(source);
  measure([...compile(spec, source), '--scripts-only'], work);
  say('5,000 hosts, scripts only, against cp');
  const result = compare(
    pairs,
    () => {
      empty(out);
      settle();
      return measure(command, work);
    },
    () => {
      empty(other);
      settle();
      return measure(['cp', '-r', join(source, 'bench'), other], work);
    },
  );
  row('5,000 hosts, scripts only', 'cp -r of the same bytes', result, `${Math.round(5000 / result.a.wall)} hosts/s`);
  for (const folder of [out, other, source]) empty(folder);
}

try {
  const { bavail, bsize } = statfsSync(work);
  if (parts.includes('copy') && bavail * bsize < 50e9)
    throw new Error(`${work} needs 50 GB of free space; see KUBEBALE_BENCH_DIR`);
  if (!existsSync(artifacts)) {
    say('making programs like those of 2016');
    await layPayload(artifacts);
  }
  say(`${availableParallelism()} cores, ${(totalmem() / 1e9).toFixed(0)} GB of memory, Node ${process.version}`);
  let warmPerHost;
  if (parts.includes('copy')) {
    copy(3);
    warmPerHost = copy(100);
  }
  if (parts.includes('tools')) tools(warmPerHost);
  if (parts.includes('scripts')) scripts();
  if (parts.includes('reflink')) rows.push(...reflink({ work, artifacts, pairs, say }));
  printTable(rows);
} finally {
  rmSync(work, { recursive: true, force: true });
}
