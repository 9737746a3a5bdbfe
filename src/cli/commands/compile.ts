import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findArtifacts } from '../../bundle/find-artifacts.ts';
import { OutputError, type WrittenTarball, writeBundles } from '../../bundle/write-bundles.ts';
import { type CompileResult, compile } from '../../compile.ts';
import type { ClusterPlan } from '../../plan/types.ts';
import { type Arguments, type Command, listOption, positional, switchOption, textOption } from '../command.ts';
import { sourceDateEpoch } from '../epoch.ts';
import { specOptions } from '../options.ts';
import { ownVersion } from '../package-files.ts';
import { progressOn } from '../progress.ts';
import { readSpec } from '../read-spec.ts';
import { type Format, failed, findings, formats, report } from '../report.ts';
import { Interruption, type Terminal } from '../terminal.ts';
import { didYouMean, systemReason, UsageError } from '../usage-error.ts';
import { writtenText } from '../written-text.ts';

interface CompileOptions {
  readonly out: string;
  readonly artifacts: readonly string[];
  readonly hosts: readonly string[];
  readonly scriptsOnly: boolean;
  readonly strict: boolean;
  readonly format: Format;
  readonly quiet: boolean;
  readonly epoch: number;
}

/** `kubebale compile SPEC`: the tarballs. */
export const compileCommand: Command = {
  name: 'compile',
  positional: '<SPEC>',
  positionalOptions: specOptions.positional,
  summary: 'Write one tarball per host into OUT/<cluster>',
  options: {
    out: { type: 'string', describe: 'DIR for the output; out without it', requiresArg: true },
    artifacts: {
      type: 'array',
      string: true,
      describe: 'DIR with binaries and image archives; may be given again',
      requiresArg: true,
    },
    host: {
      type: 'array',
      string: true,
      describe: 'NAME of a host: only this one; may be given again',
      requiresArg: true,
    },
    'scripts-only': { type: 'boolean', describe: 'Leave binaries and images out' },
    strict: specOptions.strict,
    format: specOptions.format,
    quiet: { type: 'boolean', describe: 'Write findings only' },
  },
  examples: [
    ['kubebale compile a.json --artifacts bin', 'Tarballs with everything'],
    ['kubebale compile a.json --scripts-only', 'Tarballs without binaries'],
    ['kubebale compile a.json --host node-7 …', 'Only that host, the others stay'],
  ],
  epilogue:
    'OUT/<cluster> changes at the very end, or not at all. SOURCE_DATE_EPOCH sets the\ntime of the files in the tarballs.',
  run: async (args, terminal) => {
    const options = optionsOf(args, terminal);
    const spec = await readSpec(positional(args, 'SPEC') ?? '', terminal);
    const result = compile(spec.source, {
      version: ownVersion(),
      scriptsOnly: options.scriptsOnly,
      artifacts: options.scriptsOnly ? [] : await artifactFiles(options.artifacts, terminal),
      hosts: options.hosts,
      readInput: (path) => readSmallFile(resolve(spec.folder, path)),
    });
    const list = findings(result.diagnostics.list(), options.strict);
    const { plan } = result;
    if (failed(list) || !plan) {
      report(list, spec.source, options.format, terminal);
      return 1;
    }
    const json = options.format === 'json';
    if (!json) report(list, spec.source, options.format, terminal);
    checkHosts(options.hosts, plan);
    const tarballs = await write(result, plan, options, terminal);
    const folder = join(options.out, plan.cluster);
    const strays = await straysIn(resolve(terminal.cwd, folder), plan);
    if (json) report(list, spec.source, 'json', terminal, { tarballs, strays });
    if (options.format === 'text' && !options.quiet) {
      terminal.out.write(writtenText({ plan, folder, tarballs, scriptsOnly: options.scriptsOnly, strays }));
    }
    return 0;
  },
};

/** Tarballs of hosts that the specification does not have: SHA256SUMS speaks of them, so they are named. */
async function straysIn(folder: string, plan: ClusterPlan): Promise<readonly string[]> {
  const own = new Set(plan.hosts.map((host) => `${host.name}.tar.gz`));
  return (await readdir(folder)).filter((name) => name.endsWith('.tar.gz') && !own.has(name)).toSorted();
}

/** No certificate or credentials file is larger; a device would be read for ever. */
const largestInput = 1024 * 1024;

function readSmallFile(path: string): Uint8Array {
  const info = statSync(path);
  if (!info.isFile()) throw new Error('it is no regular file');
  if (info.size > largestInput) throw new Error('it is larger than 1 MB');
  return readFileSync(path);
}

function optionsOf(args: Arguments, terminal: Terminal): CompileOptions {
  return {
    out: textOption(args, 'out') ?? 'out',
    artifacts: listOption(args, 'artifacts'),
    hosts: [...new Set(listOption(args, 'host'))],
    scriptsOnly: switchOption(args, 'scripts-only'),
    strict: switchOption(args, 'strict'),
    format: formats.find((one) => one === textOption(args, 'format')) ?? 'text',
    quiet: switchOption(args, 'quiet'),
    epoch: sourceDateEpoch(terminal.env),
  };
}

async function artifactFiles(folders: readonly string[], terminal: Terminal) {
  try {
    return await findArtifacts(folders.map((folder) => resolve(terminal.cwd, folder)));
  } catch (error) {
    if (!(error instanceof Error) || !('path' in error) || !('code' in error)) throw error;
    const why = systemReason(error.code);
    throw new UsageError(
      `cannot read the artifacts folder ${String(error.path)}: ${why}`,
      'give a folder with --artifacts',
    );
  }
}

function checkHosts(wanted: readonly string[], plan: ClusterPlan): void {
  const names = plan.hosts.map((host) => host.name);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const hint = didYouMean(unknown, names) ?? `its hosts are ${names.slice(0, 12).join(', ')}`;
  throw new UsageError(`the specification has no host ${unknown}`, hint);
}

async function write(
  result: CompileResult,
  plan: ClusterPlan,
  options: CompileOptions,
  terminal: Terminal,
): Promise<readonly WrittenTarball[]> {
  const progress = progressOn(terminal, options.quiet);
  try {
    terminal.signal.throwIfAborted();
    return await writeBundles(result.bundles, options.hosts.length || plan.hosts.length, {
      out: resolve(terminal.cwd, options.out),
      sourceDateEpoch: options.epoch,
      signal: terminal.signal,
      onProgress: progress.show,
    });
  } catch (error) {
    progress.clear();
    if (error instanceof OutputError)
      throw new UsageError(`KB4005: ${error.message}; the output is as it was before`, error.hint);
    if (error instanceof Interruption) error.message += '; the output is as it was before';
    throw error;
  } finally {
    progress.clear();
  }
}
