import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layArtifacts, lockWith } from '../support/artifacts.ts';
import { kubebale, run } from '../support/cli.ts';
import { guideText } from '../support/specs.ts';
import { scratch } from '../support/unpack.ts';

const folder = scratch('same');
const spec = join(folder, 'cluster.json');
writeFileSync(spec, guideText);
const artifacts = join(folder, 'artifacts');
await layArtifacts(artifacts, undefined, (name) => `#!/bin/sh\necho this is ${name}\n`.repeat(60_000));
const cache = join(folder, 'cache');
process.env.KUBEBALE_CACHE = cache;
lockWith(spec, artifacts);
chmodSync(folder, 0o755);

/** Every object's keys in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

let count = 0;

/** SHA256SUMS of a compilation that is run in some other way, with nothing compressed before. */
function sums(
  wrap: readonly string[] = [],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; file?: string } = {},
): string {
  const out = join(folder, `out-${count++}`);
  mkdirSync(out);
  chmodSync(out, 0o777);
  const { file = spec, ...rest } = options;
  rmSync(join(cache, 'payloads'), { recursive: true, force: true });
  const command = [...wrap, process.execPath, kubebale, 'compile', file, '--artifacts', artifacts, '--out', out];
  const result = run(command, rest);
  expect(result.status, result.stderr).toBe(0);
  return readFileSync(join(out, 'guide/SHA256SUMS'), 'utf8');
}

describe('the same specification gives the same bytes', () => {
  const expected = sums();
  const isRoot = process.getuid?.() === 0;

  it('for all hosts', () => {
    expect(expected.trim().split('\n')).toHaveLength(3);
  });

  it.each([
    ['another time zone', { env: { ...process.env, TZ: 'Pacific/Kiritimati' } }],
    ['another locale', { env: { ...process.env, LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' } }],
    ['an empty environment', { env: { PATH: process.env.PATH } }],
    ['another folder', { cwd: '/' }],
  ])('under %s', (_what, options) => {
    expect(sums([], options)).toBe(expected);
  });

  it('under another umask', () => {
    expect(sums(['sh', '-c', 'umask 077; exec "$@"', '-'])).toBe(expected);
  });

  it('on one core', () => {
    expect(availableParallelism()).toBeGreaterThan(0);
    expect(sums(['taskset', '-c', '0'])).toBe(expected);
  });

  it('with what an earlier run has compressed, and into a folder that has it already', () => {
    const out = join(folder, 'again');
    for (const unchanged of [0, 3]) {
      const words = [kubebale, 'compile', spec, '--out', out, '--format', 'json'];
      const result = run([process.execPath, ...words]);
      expect(result.status, result.stderr).toBe(0);
      const { tarballs } = JSON.parse(result.stdout);
      expect(tarballs.filter((one: { unchanged: boolean }) => one.unchanged)).toHaveLength(unchanged);
      expect(readFileSync(join(out, 'guide/SHA256SUMS'), 'utf8')).toBe(expected);
    }
  });

  it('with the keys in another order', () => {
    const file = join(folder, 'reversed.json'); // beside the same lock
    writeFileSync(file, JSON.stringify(reversed(JSON.parse(guideText))));
    expect(sums([], { file })).toBe(expected);
  });

  // Another user and an own network namespace both need root.
  it.runIf(isRoot)('for another user', () => {
    // Root's home may be closed to others: the program is copied to where nobody can read it.
    const project = join(folder, 'project');
    const root = dirname(dirname(dirname(kubebale)));
    for (const part of [
      'dist',
      'templates',
      'schema',
      'package.json',
      'src/catalog/data',
      'src/artifacts/data',
      'node_modules',
    ])
      cpSync(join(root, part), join(project, part), { recursive: true, dereference: false, verbatimSymlinks: true });
    const out = join(folder, 'out-nobody');
    mkdirSync(out);
    chmodSync(out, 0o777);
    const node = join(folder, 'node');
    cpSync(process.execPath, node);
    const result = run(
      [
        'setpriv',
        '--reuid',
        '65534',
        '--regid',
        '65534',
        '--clear-groups',
        node,
        join(project, 'dist/cli/main.js'),
        'compile',
        spec,
        '--artifacts',
        artifacts,
        '--out',
        out,
      ],
      { cwd: '/', env: { PATH: process.env.PATH } },
    );
    expect(result.status, result.stderr).toBe(0);
    expect(readFileSync(join(out, 'guide/SHA256SUMS'), 'utf8')).toBe(expected);
  });

  it.runIf(isRoot)('without any network', () => {
    expect(sums(['unshare', '-n'])).toBe(expected);
  });
});
