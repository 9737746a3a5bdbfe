import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { kubebale, run } from '../support/cli.ts';

const cwd = mkdtempSync(join(tmpdir(), 'kubebale-process-'));
const guide = readFileSync(new URL('../../examples/guide/cluster.json', import.meta.url), 'utf8');
writeFileSync(join(cwd, 'cluster.json'), guide);
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const shell = (script: string, env: NodeJS.ProcessEnv = {}) =>
  run(['bash', '--norc', '-c', `kubebale() { "${process.execPath}" "${kubebale}" "$@"; }; ${script}`], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
  });

describe('the built program', () => {
  it('is executable and knows its version', () => {
    const { stdout, status } = run([process.execPath, kubebale, '--version'], { cwd });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });

  it('is quiet when its reader has seen enough', () => {
    const { stdout, stderr } = shell('kubebale explain | head -n 1; echo ${PIPESTATUS[*]}');
    expect(stdout).toMatch(/^KB1001 .*\n0 0\n$/);
    expect(stderr).toBe('');
    const closed = shell('kubebale plan cluster.json --format json 2>/dev/null | true; echo ${PIPESTATUS[0]}');
    expect(closed.stdout).toBe('0\n');
  });

  it('says when its output cannot be written', () => {
    const { status, stderr } = shell('kubebale explain >/dev/full');
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^kubebale: cannot write the output: ENOSPC/)]);
  });

  it('prints a large plan whole into a pipe', () => {
    const { stdout } = shell('kubebale plan - --format json 2>/dev/null <cluster.json | cat');
    expect(JSON.parse(stdout)).toMatchObject({ cluster: 'guide' });
  });

  it('colours as the environment asks', () => {
    expect(shell('kubebale check cluster.json', { FORCE_COLOR: '1' }).stderr).toContain('\x1b[');
    expect(shell('kubebale check cluster.json', { CI: '1' }).stderr).not.toContain('\x1b[');
  });

  it('completes for bash and zsh', () => {
    const bash = shell('kubebale completion > c.bash && bash -n c.bash && grep -c "complete -o" c.bash', {
      SHELL: '/bin/bash',
    });
    expect(bash.stdout).toBe('1\n');
    expect(shell('kubebale completion', { SHELL: '/usr/bin/zsh' }).stdout).toContain('compdef');
  });

  it('survives a current folder that is gone', () => {
    const { status, stderr } = shell('mkdir gone && cd gone && rmdir ../gone && kubebale explain');
    expect([status, stderr.trim().split('\n').at(-1)]).toEqual([
      2,
      expect.stringMatching(/^kubebale: the current folder/),
    ]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends at %s while it waits for its input', async (signal, exitCode) => {
    const child = spawn(process.execPath, [kubebale, 'check', '-'], { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
    });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    await sleep(1500);
    child.kill(signal);
    expect(await ended).toBe(exitCode);
    expect(stderr).toBe(`kubebale: interrupted by ${signal}\n`);
  });
});
