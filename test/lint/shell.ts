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
    const paths = scripts.map((file) => file.path);
    const found = [
      ...scripts.flatMap(({ path, text }) => [...lintBash42(text, path), ...unexplainedDisables(text, path)]),
      ...(await runTools(join(folder, 'bundle'), writableShellcheck(folder), paths)),
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

async function runTools(root: string, shellcheck: string, paths: readonly string[]): Promise<Finding[]> {
  if (paths.length === 0) return [];
  const bash = process.env.KUBEBALE_BASH ?? 'bash';
  // shellcheck takes nearly all of the time, most of it for the libraries that each script sources.
  const processes = Math.min(paths.length, availableParallelism());
  const chunks = Array.from({ length: processes }, (_, part) =>
    paths.filter((_path, index) => index % processes === part),
  );
  const outputs = await Promise.all([
    run(root, bash, ['-c', 'for file; do "$BASH" -n "$file"; done', 'bash', ...paths], [0, 1, 2]).then(parseBash),
    run(root, systemTool('shfmt'), ['-d', '-i', '2', '-ci', ...paths], [0, 1]).then(parseShfmt),
    ...chunks.map((chunk) =>
      run(
        root,
        process.execPath,
        [npmShellcheck, '-x', '-S', 'style', '-P', 'SCRIPTDIR', '-s', 'bash', '-f', 'gcc', ...chunk],
        [0, 1],
        { SHELLCHECKJS_BIN: shellcheck },
      ).then(parseShellcheck),
    ),
  ]);
  return [...new Map(outputs.flat().map((one) => [JSON.stringify(one), one])).values()];
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
      60_000 + patience * args.length,
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
