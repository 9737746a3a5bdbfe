import { stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { printable } from '../../diagnostics/printable.ts';
import { systemReason } from '../../diagnostics/system-reason.ts';
import type { Defect } from '../../verify/defects.ts';
import { type Candidate, SumsBeside } from '../../verify/tarball-list.ts';
import { type Verdict, verifyTarball } from '../../verify/verify-tarball.ts';
import { type Command, positionals, switchOption, textOption } from '../command.ts';
import { sizeText } from '../name-list.ts';
import { progressOn } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** What is wrong with a tarball or a SHA256SUMS, or nothing. */
interface Finding {
  /** As the user would write it. */
  readonly path: string;
  readonly defects: readonly Defect[];
  readonly remarks: readonly string[];
  /** Undefined when the path is no tarball that was read. */
  readonly verdict?: Verdict;
}

/** `kubebale verify TARBALL…`: every byte of tarballs, checked against the lists beside and in them. */
export const verify: Command = {
  name: 'verify',
  positional: '<TARBALL..>',
  positionalOptions: { type: 'string', describe: 'A tarball, or a folder of them', demandOption: true },
  summary: 'Check tarballs against SHA256SUMS beside them and MANIFEST.json within',
  options: {
    format: {
      type: 'string',
      choices: ['text', 'json'],
      describe: 'How defects are written: text on stderr, json on stdout',
      requiresArg: true,
    },
    quiet: { type: 'boolean', describe: 'Write defects only' },
  },
  examples: [
    ['kubebale verify out/guide', 'All tarballs of a cluster'],
    ['kubebale verify sandbox-1.tar.gz', 'One of them'],
  ],
  epilogue:
    'Each defect is a line. Nothing is unpacked or written, and no network is used.\nOf a folder, the tarballs that its SHA256SUMS names have to be there.',
  run: async (args, terminal) => {
    const json = textOption(args, 'format') === 'json';
    const quiet = switchOption(args, 'quiet');
    const sums = new SumsBeside();
    const { paths, findings } = await expand(positionals(args, 'TARBALL'), sums, terminal);
    const write = (finding: Finding): void => writeText(finding, quiet, terminal);
    if (!json) findings.forEach(write);
    for (const path of paths) {
      const finding = await check(await sums.candidate(path), quiet || json, terminal);
      findings.push(finding);
      if (!json) write(finding);
    }
    for (const { path, defect } of await sums.defects()) {
      const finding = { path: shown(path, terminal), defects: [defect], remarks: [] };
      findings.push(finding);
      if (!json) write(finding);
    }
    if (json) terminal.out.write(`${JSON.stringify({ tarballs: findings.map(jsonOf) }, null, 2)}\n`);
    return findings.some(({ defects }) => defects.length > 0) ? 1 : 0;
  },
};

/** Absolute paths of all tarballs, each once, and what the folders lack. */
async function expand(
  given: readonly string[],
  sums: SumsBeside,
  terminal: Terminal,
): Promise<{ readonly paths: readonly string[]; readonly findings: Finding[] }> {
  const paths = new Set<string>();
  const findings: Finding[] = [];
  for (const name of given) {
    const path = resolve(terminal.cwd, name);
    const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`${name} cannot be read: ${systemReason(error)}`);
    });
    if (info.isFile()) paths.add(path);
    else if (!info.isDirectory()) throw new UsageError(`${name} is no regular file and no folder`);
    else {
      const folder = await sums.folder(path);
      if (folder.paths.length + folder.defects.length === 0) {
        throw new UsageError(`${name} holds no tarball`, 'name the folder of one cluster, such as out/guide');
      }
      for (const one of folder.paths) paths.add(one);
      if (folder.defects.length > 0) {
        findings.push({ path: shown(join(path, 'SHA256SUMS'), terminal), defects: folder.defects, remarks: [] });
      }
    }
  }
  return { paths: [...paths], findings };
}

async function check(candidate: Candidate, quiet: boolean, terminal: Terminal): Promise<Finding> {
  const { path, expectedSha256 } = candidate;
  const progress = progressOn(terminal, quiet);
  const total = Math.max(1, (await stat(path)).size);
  try {
    const verdict = await verifyTarball(path, {
      ...(expectedSha256 !== undefined && { expectedSha256 }),
      signal: terminal.signal,
      onProgress: (bytes) => {
        progress.show(`checking ${printable(basename(path))}: ${Math.floor((Math.min(bytes, total) / total) * 100)} %`);
      },
    });
    return {
      path: shown(path, terminal),
      defects: [...candidate.defects, ...verdict.defects],
      remarks: [...candidate.remarks, ...verdict.remarks],
      verdict,
    };
  } finally {
    progress.clear();
  }
}

/** A path relative to the working folder where it lies below it. */
function shown(path: string, terminal: Terminal): string {
  const below = relative(terminal.cwd, path);
  return printable(below.startsWith('..') ? path : below);
}

function writeText({ path, defects, remarks, verdict }: Finding, quiet: boolean, terminal: Terminal): void {
  for (const { code, message } of defects) terminal.err.write(`${path}: ${code}: ${printable(message)}\n`);
  if (quiet) return;
  if (defects.length === 0 && verdict) {
    terminal.out.write(`${path}: ${verdict.files} files, ${sizeText(verdict.size)}, right\n`);
  }
  for (const remark of remarks) terminal.err.write(`${path}: ${remark}\n`);
}

function jsonOf({ path, defects, remarks, verdict }: Finding): Readonly<Record<string, unknown>> {
  const about = verdict && { host: verdict.host, files: verdict.files, size: verdict.size, sha256: verdict.sha256 };
  return { path, ...about, right: defects.length === 0, defects, remarks };
}
