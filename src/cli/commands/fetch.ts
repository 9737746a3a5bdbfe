import { resolve } from 'node:path';
import { ArtifactError } from '../../artifacts/artifact-error.ts';
import { fetching, layOut } from '../../artifacts/fetching.ts';
import { type PlannedDownloads, plannedDownloads } from '../../artifacts/planned-downloads.ts';
import { attempt } from '../../artifacts/resolve-programs.ts';
import { Store } from '../../artifacts/store.ts';
import { makeFolder } from '../../bundle/make-folder.ts';
import { check } from '../../compile.ts';
import { systemReason } from '../../diagnostics/system-reason.ts';
import { wrapText } from '../../diagnostics/wrap.ts';
import type { Http } from '../../fetch/http.ts';
import { openCache } from '../cache-folder.ts';
import { type Arguments, type Command, listOption, positional, switchOption, textOption } from '../command.ts';
import { lockPath, readLock } from '../lock-file.ts';
import { type Connection, lockingOptions, type Surroundings, writeLockOf } from '../locking.ts';
import { sizeText } from '../name-list.ts';
import { specOptions } from '../options.ts';
import { ownVersion } from '../package-files.ts';
import { readSpec } from '../read-spec.ts';
import { registryCredentials } from '../registry-credentials.ts';
import { findings, formats, report } from '../report.ts';
import type { Terminal } from '../terminal.ts';
import { transferProgress } from '../transfer-progress.ts';
import { UsageError } from '../usage-error.ts';

/** `kubebale fetch SPEC`: downloads what is not here, and the lock. */
export const fetch: Command = {
  name: 'fetch',
  positional: '<SPEC>',
  positionalOptions: specOptions.positional,
  summary: 'Download programs and images, and record what they are',
  options: {
    ...lockingOptions,
    mirror: { type: 'string', describe: 'URL to ask instead of the official hosts', requiresArg: true },
    'dry-run': { type: 'boolean', describe: 'List what is not here (URL, size, hash), and fetch nothing' },
  },
  examples: [
    ['kubebale fetch cluster.json', 'Download what is not here, and write the lock'],
    ['kubebale fetch … --artifacts DIR', 'Use what is in DIR, and lay the rest there'],
    ['kubebale fetch … --dry-run', 'For people who download by other means'],
  ],
  epilogue:
    'The only command that uses a network. What is here is not fetched again; what\nstopped half-way goes on where it was. HTTP_PROXY, HTTPS_PROXY and NO_PROXY are\nobeyed. At MIRROR each file is looked for as HOST/PATH, PATH and under its name.',
  run: async (args, terminal) => {
    await makeFirstFolder(args, terminal);
    const cache = await openCache(terminal, false);
    if (switchOption(args, 'dry-run')) return dryRun(args, terminal, cache.folder);
    const mirror = textOption(args, 'mirror');
    if (mirror !== undefined && !/^https?:\/\/[^/]/.test(mirror))
      throw new UsageError(`--mirror is ${mirror}`, 'give a URL that begins with http:// or https://');
    const quiet = switchOption(args, 'quiet');
    const http = await client(terminal);
    const progress = transferProgress(terminal, { quiet, now: () => performance.now() });
    const connect = async ({ plan, spec, store }: Surroundings) =>
      fetching({
        ...{ store, http, mirror, signal: terminal.signal, onEvent: progress.onEvent },
        credentials: registryCredentials(plan, spec, terminal),
      });
    try {
      const online: Connection = { connect, layOut, beforeWords: progress.end };
      return await writeLockOf(args, terminal, cache.folder, online);
    } finally {
      progress.end();
      await http.close();
    }
  },
};

/** The HTTP client; a proxy that is none is a matter of the environment, as a wrong option is. */
async function client({ env }: Terminal): Promise<Http> {
  // Loaded here: no other command has a network, and none should wait for this to load.
  const { createHttp } = await import('../../fetch/http.ts');
  try {
    return createHttp({ env, userAgent: `kubebale/${ownVersion()}` });
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    throw new UsageError(`${error.code}: ${error.message}`, error.hint);
  }
}

/** What is fetched is laid into the first folder, which need not be there yet. */
async function makeFirstFolder(args: Arguments, terminal: Terminal): Promise<void> {
  const [first] = listOption(args, 'artifacts');
  if (first === undefined || switchOption(args, 'dry-run')) return;
  try {
    await makeFolder(resolve(terminal.cwd, first));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw new UsageError(`cannot make the artifacts folder ${first}: ${systemReason(error)}`);
  }
}

async function dryRun(args: Arguments, terminal: Terminal, cache: string): Promise<number> {
  const spec = await readSpec(positional(args, 'SPEC') ?? '', terminal);
  const { diagnostics, plan } = check(spec.source);
  const format = formats.find((one) => one === textOption(args, 'format')) ?? 'text';
  const folders = listOption(args, 'artifacts').map((folder) => resolve(terminal.cwd, folder));
  const planned = await attempt('', diagnostics, async () => {
    if (!plan || diagnostics.hasErrors) return undefined;
    const previous = await readLock(lockPath(spec));
    return plannedDownloads({ plan, folders, previous, specFolder: spec.folder, store: new Store(cache) });
  });
  const list = findings(diagnostics.list(), false).filter((one) => one.severity === 'error');
  if (!planned) {
    report(list, spec.source, format, terminal);
    return 1;
  }
  if (format === 'json') report(list, spec.source, format, terminal, { ...planned });
  else terminal.out.write(dryRunText(planned, spec.source.path));
  return 0;
}

function dryRunText({ downloads, missing }: PlannedDownloads, specification: string): string {
  const unknown = missing.length === 0 ? [] : wrapText(`Not here, and without a known URL: ${missing.join('; ')}`);
  if (downloads.length === 0 && missing.length > 0) return `${unknown.join('\n')}\n`;
  if (downloads.length === 0) return `Nothing is missing: kubebale lock ${specification} writes the lock.\n`;
  const rows = downloads.flatMap(({ kind, from, file, what, size, sha256 }) => [
    '',
    from,
    ...wrapText(`${what}: ${kind === 'image' ? 'docker save to' : 'save as'} ${file}`, '  '),
    ...(size === undefined ? [] : [`  ${sizeText(size)}`]),
    ...(kind === 'image' ? [] : [sha256 === undefined ? '  SHA-256 not published' : `  ${sha256}`]),
  ]);
  const steps = wrapText(
    `Lay them into a folder under these names, then: kubebale lock ${specification} --artifacts DIR`,
  );
  const count = `${downloads.length} ${downloads.length === 1 ? 'thing is' : 'things are'} not here yet:`;
  return `${[count, ...rows, ...(missing.length > 0 ? ['', ...unknown] : []), '', ...steps].join('\n')}\n`;
}
