import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ArtifactError } from '../../artifacts/artifact-error.ts';
import { DigestCache } from '../../artifacts/digest-cache.ts';
import { provideArtifacts } from '../../artifacts/provide.ts';
import { report as addError } from '../../artifacts/resolve-programs.ts';
import { Store } from '../../artifacts/store.ts';
import { artifactKey } from '../../bundle/assemble.ts';
import type { ArtifactFile } from '../../bundle/types.ts';
import { OutputError, type WrittenTarball, writeBundles } from '../../bundle/write-bundles.ts';
import { bundle, type CompileResult, check, hostsOf } from '../../compile.ts';
import type { Diagnostics } from '../../diagnostics/collector.ts';
import type { ClusterPlan } from '../../plan/types.ts';
import { checkFolders } from '../artifact-folders.ts';
import { openCache } from '../cache-folder.ts';
import { type Arguments, type Command, listOption, positional, switchOption, textOption } from '../command.ts';
import { sourceDateEpoch } from '../epoch.ts';
import { lockPath, readLock } from '../lock-file.ts';
import { sizeText } from '../name-list.ts';
import { specOptions } from '../options.ts';
import { ownVersion } from '../package-files.ts';
import { progressOn } from '../progress.ts';
import { readSpec, type Spec } from '../read-spec.ts';
import { type Format, failed, findings, formats, report } from '../report.ts';
import { Interruption, type Terminal } from '../terminal.ts';
import { didYouMean, UsageError } from '../usage-error.ts';
import { writtenText } from '../written-text.ts';

interface CompileOptions {
  readonly out: string;
  readonly artifacts: readonly string[];
  readonly hosts: readonly string[];
  readonly scriptsOnly: boolean;
  readonly allowMissing: boolean;
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
      describe: 'DIR with archives, programs and images; may be given again',
      requiresArg: true,
    },
    host: {
      type: 'array',
      string: true,
      describe: 'NAME of a host: only this one; may be given again',
      requiresArg: true,
    },
    'scripts-only': { type: 'boolean', describe: 'Leave programs and images out; no lock is needed' },
    'allow-missing': { type: 'boolean', describe: 'Go on without what the lock does not have' },
    strict: specOptions.strict,
    format: specOptions.format,
    quiet: { type: 'boolean', describe: 'Write findings only' },
  },
  examples: [
    ['kubebale compile a.json', 'Tarballs with everything that the lock names'],
    ['kubebale compile a.json --scripts-only', 'Tarballs without programs'],
    ['kubebale compile a.json --host node-7 …', 'Only that host, the others stay'],
  ],
  epilogue:
    'OUT/<cluster> changes at the very end, or not at all. SOURCE_DATE_EPOCH sets the\ntime of the files in the tarballs.',
  run: async (args, terminal) => {
    const options = optionsOf(args, terminal);
    const spec = await readSpec(positional(args, 'SPEC') ?? '', terminal);
    const checked = check(spec.source);
    const cache = await openCache(terminal, true);
    try {
      return await compileChecked(checked, spec, cache.folder, options, terminal);
    } finally {
      await cache.close();
    }
  },
};

async function compileChecked(
  checked: CompileResult,
  spec: Spec,
  cache: string,
  options: CompileOptions,
  terminal: Terminal,
): Promise<number> {
  const { diagnostics, plan } = checked;
  const say = (more?: Readonly<Record<string, unknown>>): void =>
    report(findings(diagnostics.list(), options.strict), spec.source, options.format, terminal, more);
  const refused = (): boolean => failed(findings(diagnostics.list(), options.strict));
  if (!plan || refused()) {
    say();
    return 1;
  }
  checkHosts(options.hosts, plan);
  const artifacts = options.scriptsOnly ? [] : await lockedArtifacts(plan, spec, cache, options, terminal, diagnostics);
  const result = bundle(checked, {
    version: ownVersion(),
    scriptsOnly: options.scriptsOnly,
    artifacts,
    allowMissing: options.allowMissing,
    epoch: options.epoch,
    hosts: options.hosts,
    readInput: (path) => readSmallFile(resolve(spec.folder, path)),
  });
  if (refused()) {
    say();
    return 1;
  }
  const json = options.format === 'json';
  if (!json) say();
  const tarballs = await write(result, plan, cache, options, terminal);
  if (tarballs instanceof ArtifactError) {
    addError(tarballs, '', diagnostics);
    say();
    return 1;
  }
  const folder = join(options.out, plan.cluster);
  const strays = await straysIn(resolve(terminal.cwd, folder), plan);
  if (json) say({ tarballs, strays });
  if (options.format === 'text' && !options.quiet) {
    const has = new Set(artifacts.map((file) => artifactKey(file.architecture, file.name)));
    terminal.out.write(writtenText({ plan, folder, tarballs, has, strays }));
  }
  return 0;
}

/** What the lock names, checked; without a lock that is a finding. */
async function lockedArtifacts(
  plan: ClusterPlan,
  spec: Spec,
  cache: string,
  options: CompileOptions,
  terminal: Terminal,
  diagnostics: Diagnostics,
): Promise<readonly ArtifactFile[]> {
  const folders = options.artifacts.map((folder) => resolve(terminal.cwd, folder));
  checkFolders(folders);
  const where = lockPath(spec);
  try {
    const lock = await readLock(where);
    if (lock === undefined) {
      diagnostics.add('KB4006', '', `there is no ${where.shown}, so that no program or image is known`, {
        hint: `run kubebale fetch ${spec.source.path}, or kubebale lock ${spec.source.path} --artifacts DIR`,
      });
      return [];
    }
    const { signal } = terminal;
    return await provideArtifacts(
      plan,
      hostsOf(plan, options.hosts),
      {
        ...{ lock, lockFile: where.shown, specFolder: spec.folder, folders, signal },
        ...{ store: new Store(cache), digests: new DigestCache(join(cache, 'digests')) },
        allowMissing: options.allowMissing,
      },
      diagnostics,
    );
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    addError(error, '', diagnostics);
    return [];
  }
}

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
    allowMissing: switchOption(args, 'allow-missing'),
    strict: switchOption(args, 'strict'),
    format: formats.find((one) => one === textOption(args, 'format')) ?? 'text',
    quiet: switchOption(args, 'quiet'),
    epoch: sourceDateEpoch(terminal.env),
  };
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
  cache: string,
  options: CompileOptions,
  terminal: Terminal,
): Promise<readonly WrittenTarball[] | ArtifactError> {
  const progress = progressOn(terminal, options.quiet);
  const total = options.hosts.length || plan.hosts.length;
  let done = 0;
  try {
    terminal.signal.throwIfAborted();
    return await writeBundles(result.bundles, {
      out: resolve(terminal.cwd, options.out),
      cache,
      sourceDateEpoch: options.epoch,
      signal: terminal.signal,
      onHost: (host) => {
        done += 1;
        progress.show(`[${done}/${total}] ${host}`);
      },
      onPayload: (bytes, size) => progress.show(`compressing ${sizeText(bytes)} of ${sizeText(size)}`),
    });
  } catch (error) {
    progress.clear();
    if (error instanceof ArtifactError) return error;
    if (error instanceof OutputError)
      throw new UsageError(`KB4005: ${error.message}; the output is as it was before`, error.hint);
    if (error instanceof Interruption) error.message += '; the output is as it was before';
    throw error;
  } finally {
    progress.clear();
  }
}
