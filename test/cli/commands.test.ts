import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Interruption } from '../../src/cli/terminal.ts';
import * as readDocument from '../../src/source/read-document.ts';
import { ran } from './fake-terminal.ts';

vi.mock('../../src/source/read-document.ts', { spy: true });

const cwd = mkdtempSync(join(tmpdir(), 'kubebale-cli-'));
const guide = readFileSync(new URL('../../examples/guide/cluster.json', import.meta.url), 'utf8');
const file = (...parts: string[]) => join(cwd, ...parts);
writeFileSync(file('cluster.json'), guide);
writeFileSync(file('broken.json'), '{ "name": "x", }');
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const compileArgs = ['compile', 'cluster.json', '--scripts-only'];

describe('kubebale init', () => {
  it('writes a specification that passes check, beside the schema, and overwrites nothing', async () => {
    expect((await ran(['init', 'new/folder'], { cwd })).code).toBe(0);
    expect(readdirSync(file('new/folder'))).toEqual(['cluster.json', 'cluster.schema.json']);
    const { code, out } = await ran(['check', 'new/folder/cluster.json'], { cwd });
    expect([code, out]).toEqual([0, expect.stringContaining('no error; cluster guide with 3 hosts')]);
    const again = await ran(['init', 'new/folder'], { cwd });
    expect(again.code).toBe(2);
    expect(again.err).toContain('new/folder/cluster.json exists already');
  });

  it('plans the same cluster as the guide', async () => {
    await ran(['init', 'starter'], { cwd });
    const plans = ['starter/cluster.json', 'cluster.json'].map(async (spec) => {
      const { out } = await ran(['plan', spec, '--format', 'json'], { cwd });
      return JSON.parse(out, (key, value) => (key === 'pointer' ? undefined : value));
    });
    const [starter, example] = await Promise.all(plans);
    expect(starter).toEqual(example);
  });

  it('leaves nothing behind when only the schema is in the way', async () => {
    await ran(['init', 'half'], { cwd });
    rmSync(file('half/cluster.json'));
    expect((await ran(['init', 'half'], { cwd })).code).toBe(2);
    expect(readdirSync(file('half'))).toEqual(['cluster.schema.json']);
  });
});

describe('kubebale check', () => {
  it('reads the standard input', async () => {
    const { code, out } = await ran(['check', '-'], { cwd, stdin: guide });
    expect([code, out]).toEqual([0, expect.stringMatching(/^<stdin>: no error/)]);
  });

  it('ends with 1 after an error, and after a warning with --strict', async () => {
    expect((await ran(['check', 'broken.json'], { cwd })).code).toBe(1);
    expect((await ran(['check', 'cluster.json', '--strict'], { cwd })).code).toBe(1);
  });

  it('writes findings for machines to stdout only', async () => {
    const json = await ran(['check', 'broken.json', '--format', 'json'], { cwd });
    expect(json.err).toBe('');
    expect(JSON.parse(json.out)).toMatchObject({
      diagnostics: [{ code: 'KB1001' }],
      summary: { errors: 1, warnings: 0 },
    });
    const github = await ran(['check', 'broken.json', '--format', 'github'], { cwd });
    expect(github).toMatchObject({ err: '', out: expect.stringMatching(/^::error file=broken.json,line=1,col=14,/) });
  });
});

describe('kubebale plan', () => {
  it('prints the plan as JSON that only depends on the specification', async () => {
    const first = await ran(['plan', 'cluster.json', '--format', 'json'], { cwd });
    const second = await ran(['plan', '-', '--format=json'], { cwd, stdin: guide });
    expect(JSON.parse(first.out)).toMatchObject({ cluster: 'guide', hosts: [{ name: 'sandbox-1' }, {}, {}] });
    expect(second.out).toBe(first.out);
  });
});

describe('kubebale compile', () => {
  it('says on request in JSON what it wrote', async () => {
    const { code, out } = await ran([...compileArgs, '--out', 'j', '--format', 'json'], { cwd });
    const document = JSON.parse(out);
    expect(code).toBe(0);
    expect(document.tarballs.map(({ host }: { host: string }) => host)).toEqual([
      'sandbox-1',
      'sandbox-2',
      'sandbox-3',
    ]);
    expect(statSync(document.tarballs[0].path).size).toBe(document.tarballs[0].size);
  });

  it('writes nothing after an error, nor after a warning with --strict', async () => {
    expect((await ran([...compileArgs, '--strict', '--out', 's'], { cwd })).code).toBe(1);
    expect((await ran(['compile', 'cluster.json', '--out', 's'], { cwd })).code).toBe(1);
    expect(readdirSync(cwd)).not.toContain('s');
  });

  it('shows progress on a terminal, and clears it', async () => {
    const { err } = await ran([...compileArgs, '--out', 'p'], { cwd, isTerminal: true, env: { NO_COLOR: '1' } });
    // Whichever is done last: they are written side by side.
    expect(err).toMatch(/\r\x1b\[K\[3\/3\] sandbox-[123]/);
    expect(err.endsWith('\r\x1b[K')).toBe(true);
    const quiet = await ran([...compileArgs, '--out', 'p', '--quiet'], {
      cwd,
      isTerminal: true,
      env: { NO_COLOR: '1' },
    });
    expect([quiet.out, quiet.err.includes('\x1b')]).toEqual(['', false]);
    const pipe = await ran([...compileArgs, '--out', 'p'], { cwd });
    expect(pipe.err).not.toContain('\x1b');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stops at %s with one line', async (name, exitCode) => {
    const abort = new AbortController();
    abort.abort(new Interruption(name));
    const { code, err } = await ran([...compileArgs, '--out', 'i'], { cwd, signal: abort.signal });
    expect(err.trimEnd().split('\n').at(-1)).toBe(`kubebale: interrupted by ${name}; the output is as it was before`);
    expect(code).toBe(exitCode);
    expect(readdirSync(cwd)).not.toContain('i');
  });
});

describe('the rest', () => {
  it('prints its version and the completion script', async () => {
    expect((await ran(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await ran(['completion'])).out).toContain('_kubebale_yargs_completions');
    expect((await ran(['--get-yargs-completions', 'kubebale', 'compile', '--'])).out).toContain('--scripts-only');
  });

  it('finds the page of a code however it is typed, and lists all', async () => {
    const pages = await Promise.all(['KB1001', 'kb1001', '1001'].map((code) => ran(['explain', code])));
    expect(new Set(pages.map(({ out }) => out)).size).toBe(1);
    expect((await ran(['explain'])).out).toContain('KB1001  error    ');
  });

  it('colours on request, on terminals, and not against NO_COLOR', async () => {
    const coloured = async (env: Record<string, string>, isTerminal: boolean) =>
      (await ran(['check', 'broken.json'], { cwd, env, isTerminal })).err.includes('\x1b[');
    expect(await coloured({}, true)).toBe(true);
    expect(await coloured({}, false)).toBe(false);
    expect(await coloured({ TERM: 'dumb' }, true)).toBe(false);
    expect(await coloured({ FORCE_COLOR: '1' }, false)).toBe(true);
    expect(await coloured({ FORCE_COLOR: '0' }, true)).toBe(false);
    expect(await coloured({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false);
  });

  it('takes the blame for its own errors: one paragraph, KB9001, 70, the stack only when asked for', async () => {
    const fail = () => {
      throw new Error('the cat sat on the keyboard');
    };
    vi.mocked(readDocument.readDocument).mockImplementationOnce(fail).mockImplementationOnce(fail);
    const plain = await ran(['check', 'cluster.json'], { cwd });
    expect([plain.code, plain.out]).toEqual([70, '']);
    expect(plain.err).toMatch(/^KB9001: /);
    expect(plain.err.replace(/\s+/g, ' ')).toContain('the cat sat on the keyboard');
    expect(plain.err).not.toMatch(/^\s+at /m);
    expect(plain.err).not.toContain('\n\n');
    const debug = await ran(['check', 'cluster.json'], { cwd, env: { KUBEBALE_DEBUG: '1' } });
    expect(debug.err).toMatch(/^\s+at /m);
  });
});
