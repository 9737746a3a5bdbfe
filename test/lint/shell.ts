import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lintBash42 } from './bash42.ts';
import type { Finding } from './finding.ts';
import { systemTool } from './system-tool.ts';

/** A file of a bundle: its path in there, and its text. Several bundles go side by side under folders of their own. */
export interface ScriptFile {
  readonly path: string;
  readonly text: string;
}

/** Milliseconds that a process may take for each file. shellcheck never ends when a `source=` leads back to the script. */
const patience = 10_000;

const npmShellcheck = fileURLToPath(new URL('../../node_modules/shellcheck/bin/shellcheck.js', import.meta.url));

/**
 * Lint every script among the files: bash -n, shellcheck (all that `style` finds, libraries followed), shfmt, the ban on
 * what bash 4.2 lacks, and the rule that a disabled check says why. Scripts are the files that end in `.sh` or begin
 * with a `#!` of bash; of equal texts one is looked at. The files are written to a folder that is removed afterwards.
 * Out: all findings, by file and line. Throws when a tool is missing or breaks.
 */
export async function lintScripts(files: readonly ScriptFile[]): Promise<Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kubebale-lint-'));
  try {
    for (const { path, text } of files) {
      mkdirSync(dirname(join(folder, 'bundle', path)), { recursive: true });
      writeFileSync(join(folder, 'bundle', path), text);
    }
    const seen = new Set<string>();
    const scripts = files.filter((file) => isScript(file) && !seen.has(file.text) && seen.add(file.text));
    const found = [
      ...scripts.flatMap(({ path, text }) => [...lintBash42(text, path), ...unexplainedDisables(text, path)]),
      ...(await runTools(join(folder, 'bundle'), writableShellcheck(folder), scripts)),
    ];
    return found.toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isScript({ path, text }: ScriptFile): boolean {
  return path.endsWith('.sh') || /^#!.*\bbash\b/.test(text);
}

/** `# shellcheck disable=…` without a reason behind it or in a comment on the line before. */
export function unexplainedDisables(text: string, file: string): Finding[] {
  const lines = text.split('\n');
  return lines.flatMap((content, index) => {
    if (!/^\s*#\s*shellcheck\s+(?:\S+\s+)*disable=/.test(content)) return [];
    const before = lines[index - 1] ?? '';
    const explained =
      /#.*#\s*\S/.test(content) || (/^\s*#[^!]*[A-Za-z]{3}/.test(before) && !/#\s*shellcheck/.test(before));
    if (explained) return [];
    return [
      { file, line: index + 1, rule: 'disable-without-reason', message: 'say why, behind it or on the line before' },
    ];
  });
}

/**
 * The npm package downloads a shellcheck unless SHELLCHECKJS_BIN names a program that it may write to, which the
 * system's is not for a normal user: a script of ours that runs it, is.
 */
function writableShellcheck(folder: string): string {
  const path = join(folder, 'shellcheck');
  writeFileSync(path, `#!/bin/sh\nexec '${systemTool('shellcheck')}' "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

async function runTools(root: string, shellcheck: string, scripts: readonly ScriptFile[]): Promise<Finding[]> {
  if (scripts.length === 0) return [];
  const paths = scripts.map((file) => file.path);
  const bash = process.env.KUBEBALE_BASH ?? 'bash';
  const check = async (flags: readonly string[], chunk: readonly string[]): Promise<Finding[]> => {
    // Out of the way of the tests that run beside it, and that wait for processes.
    const command = ['-n', '10', process.execPath, npmShellcheck, '-S', 'style', '-P', 'SCRIPTDIR', '-s', 'bash'];
    const words = [...command, '-f', 'gcc', ...flags, ...chunk];
    return parseShellcheck(await run(root, 'nice', words, [0, 1], { SHELLCHECKJS_BIN: shellcheck }));
  };
  const { first, others } = byCode(scripts);
  const outputs = await Promise.all([
    run(root, bash, ['-c', 'for file; do "$BASH" -n "$file"; done', 'bash', ...paths], [0, 1, 2]).then(parseBash),
    run(root, systemTool('shfmt'), ['-d', '-i', '2', '-ci', ...paths], [0, 1]).then(parseShfmt),
    ...halves(first).map((chunk) => check(['-x'], chunk)),
    // What needs the libraries to be known was looked at in the first script with this code.
    ...halves(others).map((chunk) => check(['-e', 'SC1090,SC1091,SC2034,SC2154'], chunk)),
  ]);
  return [...new Map(outputs.flat().map((one) => [JSON.stringify(one), one])).values()];
}

/** The lists and the lines of the data block that a script begins with. What hides in odd values stays, and counts as code. */
const data = /^(?:readonly -a| {2})? ?KB_\w+=\((?:\n {2,4}\S.*)*\n *\)$|^readonly KB_\w+=.*$/gm;

/**
 * The scripts that are the first with their code, and those that differ from one of them in the data alone: shellcheck
 * takes nearly all of the time, most of it for the libraries that a script sources.
 */
export function byCode(scripts: readonly ScriptFile[]): { first: readonly string[]; others: readonly string[] } {
  const known = new Set<string>();
  const [first, others]: [string[], string[]] = [[], []];
  for (const { path, text } of scripts) {
    const names = [...text.matchAll(/\bKB_\w+(?==)/g)].map(([name]) => name);
    const key = [path.split('/').slice(2).join('/'), ...names, text.replace(data, '')].join('\n');
    (known.has(key) ? others : first).push(path);
    known.add(key);
  }
  return { first, others };
}

/** In as many parts as there are processors, none of them empty. */
function halves(paths: readonly string[]): string[][] {
  const parts = Math.min(paths.length, availableParallelism());
  return Array.from({ length: parts }, (_, part) => paths.filter((_path, index) => index % parts === part));
}

/** Run a program in a folder. Out: what it printed. Throws when it exits otherwise than expected. */
function run(
  cwd: string,
  program: string,
  args: readonly string[],
  expected: readonly number[],
  environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...environment },
      // A group of its own, so that what it started can be ended with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (part: string) => {
        output += part;
      });
    }
    const timer = setTimeout(
      () => {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      },
      120_000 + patience * args.length,
    );
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code !== null && expected.includes(code)) resolve(output);
      else
        reject(
          new Error(
            `${program} ${code === null ? 'took too long' : `ended with ${code}`}: ${args.join(' ')}\n${output}`,
          ),
        );
    });
  });
}

function parseBash(output: string): Finding[] {
  return [...output.matchAll(/^(.+?): line (\d+): (.*)$/gm)].map(([, file = '', line, message = '']) => ({
    file,
    line: Number(line),
    rule: 'bash -n',
    message,
  }));
}

function parseShellcheck(output: string): Finding[] {
  return [...output.matchAll(/^(.+?):(\d+):\d+: \w+: (.*) \[(SC\d+)\]$/gm)].map(
    ([, file = '', line, message = '', rule = '']) => ({ file: join(file), line: Number(line), rule, message }),
  );
}

/** One finding for each stretch that shfmt would write otherwise, or cannot read. */
function parseShfmt(output: string): Finding[] {
  const found: Finding[] = [];
  let file = '';
  for (const line of output.split('\n')) {
    const header = /^--- (.+?)(?:\.orig)?$/.exec(line);
    const hunk = /^@@ -(\d+)/.exec(line);
    const broken = /^(.+?):(\d+):\d+: (.*)$/.exec(line);
    if (header) file = header[1] ?? '';
    else if (hunk)
      found.push({ file, line: Number(hunk[1]), rule: 'shfmt', message: 'is not formatted: shfmt -d -i 2 -ci' });
    else if (broken && !/^[-+ ]/.test(line))
      found.push({ file: broken[1] ?? '', line: Number(broken[2]), rule: 'shfmt', message: broken[3] ?? '' });
  }
  return found;
}
