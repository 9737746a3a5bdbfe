import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { layArtifacts, lockWith } from '../support/artifacts.ts';
import { kubebale, run } from '../support/cli.ts';
import { guideText } from '../support/specs.ts';
import { scratch } from '../support/unpack.ts';

const folder = scratch('interrupted');
const spec = join(folder, 'cluster.json');
writeFileSync(spec, guideText);

process.env.KUBEBALE_CACHE = join(folder, 'cache');
/** Programs that take seconds to compress. */
const artifacts = await layArtifacts(join(folder, 'artifacts'), undefined, () => randomBytes(8 * 1024 * 1024));
lockWith(spec, artifacts);
let runs = 0;

function state(out: string): string[] {
  return readdirSync(join(out, 'guide'))
    .toSorted()
    .map((name) => {
      const info = statSync(join(out, 'guide', name));
      return `${name} ${info.ino} ${info.size} ${info.mtimeMs}`;
    });
}

/** An output folder that holds the result of an earlier run. */
function earlier(name: string): string {
  const out = join(folder, name);
  const result = run([process.execPath, kubebale, 'compile', spec, '--scripts-only', '--out', out]);
  expect(result.status, result.stderr).toBe(0);
  return out;
}

/** Start a compilation and send it a signal as soon as it has written something. */
async function interrupt(
  out: string,
  signal: NodeJS.Signals,
  after: number,
): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [kubebale, 'compile', spec, '--artifacts', artifacts, '--out', out], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Nothing is compressed yet.
    env: { ...process.env, KUBEBALE_CACHE: join(folder, `cache-${runs++}`) },
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  for (let tries = 0; tries < 400 && !readdirSync(out).some((name) => name.startsWith('.kubebale-')); tries++)
    await sleep(10);
  await sleep(after);
  child.kill(signal);
  return { code: await ended, stderr };
}

describe('a compilation that does not come to its end', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: leaves the output as it was and says so in one line', async (signal, code) => {
    const out = earlier(signal);
    const before = state(out);
    const result = await interrupt(out, signal, 100);
    expect(result.code).toBe(code);
    // Warnings about the specification come first; the last line is about the interruption.
    const last = result.stderr.trimEnd().split('\n').at(-1) ?? '';
    expect(last).toMatch(/interrupted/i);
    expect(last.length).toBeLessThanOrEqual(80);
    expect(state(out)).toEqual(before);
    expect(readdirSync(out)).toEqual(['guide']);
  });

  it('SIGKILL at several moments: leaves the output as it was, and the next run clears up', async () => {
    const out = earlier('SIGKILL');
    const before = state(out);
    for (const after of [0, 50, 200, 500, 900]) {
      await interrupt(out, 'SIGKILL', after);
      expect(state(out)).toEqual(before);
    }
    const result = run([process.execPath, kubebale, 'compile', spec, '--scripts-only', '--out', out]);
    expect(result.status, result.stderr).toBe(0);
    expect(readdirSync(out)).toEqual(['guide']);
  });

  // A file system of the test's own needs root.
  it.runIf(process.getuid?.() === 0)('a full disk: leaves the output as it was and says so', () => {
    const mount = join(folder, 'small');
    mkdirSync(mount);
    const script = `
      set -e
      mount -t tmpfs -o size=8m none "$1"
      "$2" "$3" compile "$4" --scripts-only --out "$1" >/dev/null 2>&1
      (cd "$1/guide" && sha256sum *) >"$6/before"
      set +e
      "$2" "$3" compile "$4" --artifacts "$5" --out "$1" >/dev/null 2>"$6/stderr"
      echo $? >"$6/code"
      set -e
      (cd "$1/guide" && sha256sum *) >"$6/after"
      ls -A "$1" >"$6/list"
    `;
    const result = run([
      'unshare',
      '-m',
      'bash',
      '-c',
      script,
      '-',
      mount,
      process.execPath,
      kubebale,
      spec,
      artifacts,
      folder,
    ]);
    expect(result.status, result.stderr).toBe(0);
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    expect(Number(read('code'))).toBeGreaterThan(0);
    const line = read('stderr')
      .split('\n')
      .find((one) => one.includes('no space is left'));
    expect(line).toContain('the output is as it was before');
    expect(line?.length).toBeLessThanOrEqual(80);
    expect(read('after')).toBe(read('before'));
    expect(read('list')).toBe('guide\n');
  });

  it('without an earlier result leaves nothing', async () => {
    const out = join(folder, 'fresh');
    mkdirSync(out);
    await interrupt(out, 'SIGINT', 50);
    expect(existsSync(join(out, 'guide'))).toBe(false);
    expect(readdirSync(out)).toEqual([]);
  });
});
