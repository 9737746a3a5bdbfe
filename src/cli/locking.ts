import { join, resolve } from 'node:path';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import { DigestCache } from '../artifacts/digest-cache.ts';
import type { Lock, LockedFile, LockedImage, Trust } from '../artifacts/lock-file.ts';
import { isPublishedByAuthors } from '../artifacts/official.ts';
import { type Online, type Resolution, resolveArtifacts, type Unverified } from '../artifacts/resolve-artifacts.ts';
import { report as addError } from '../artifacts/resolve-programs.ts';
import { Store } from '../artifacts/store.ts';
import { check } from '../compile.ts';
import { wrapText } from '../diagnostics/wrap.ts';
import type { ClusterPlan } from '../plan/types.ts';
import { checkFolders } from './artifact-folders.ts';
import { type Arguments, listOption, positional, switchOption, textOption } from './command.ts';
import { lockPath, readLock, writeLock } from './lock-file.ts';
import { sizeText } from './name-list.ts';
import { specOptions } from './options.ts';
import { readSpec, type Spec } from './read-spec.ts';
import { failed, findings, formats, report } from './report.ts';
import type { Terminal } from './terminal.ts';

/** What lock and fetch have in common. */
export const lockingOptions = {
  artifacts: {
    type: 'array',
    string: true,
    describe: 'DIR with archives, programs and images; may be given again',
    requiresArg: true,
  },
  'trust-first-use': { type: 'boolean', describe: 'Accept files whose hash nobody published, and record it' },
  'allow-missing': { type: 'boolean', describe: 'Write a lock although something is missing' },
  format: specOptions.format,
  quiet: { type: 'boolean', describe: 'Write findings only' },
} as const;

/** What a resolution needs of the world outside. */
export interface Surroundings {
  readonly plan: ClusterPlan;
  readonly spec: Spec;
  readonly store: Store;
}

/** What a run with a network does beside. */
export interface Connection {
  readonly connect: (surroundings: Surroundings) => Promise<Online>;
  /** Lays what the lock names into an artifacts folder. */
  readonly layOut: (lock: Lock, store: Store, folder: string, signal: AbortSignal) => Promise<void>;
  /** Called before anything is written, to take a progress display away. */
  readonly beforeWords: () => void;
}

/**
 * Check a specification, find all that it needs, and write the lock.
 *
 * @param cache where files are kept
 * @param online undefined for a run without a network
 * @returns the exit code
 */
export async function writeLockOf(
  args: Arguments,
  terminal: Terminal,
  cache: string,
  online: Connection | undefined,
): Promise<number> {
  const format = formats.find((one) => one === textOption(args, 'format')) ?? 'text';
  const quiet = switchOption(args, 'quiet');
  const spec = await readSpec(positional(args, 'SPEC') ?? '', terminal);
  const folders = listOption(args, 'artifacts').map((folder) => resolve(terminal.cwd, folder));
  checkFolders(folders);
  const { diagnostics, plan } = check(spec.source);
  const where = lockPath(spec);
  let resolution: Resolution | undefined;
  if (plan && !diagnostics.hasErrors) {
    try {
      const store = new Store(cache);
      resolution = await resolveArtifacts(
        {
          ...{ plan, folders, store, specFolder: spec.folder, signal: terminal.signal },
          digests: new DigestCache(join(cache, 'digests')),
          previous: await readLock(where),
          trustFirstUse: switchOption(args, 'trust-first-use'),
          allowMissing: switchOption(args, 'allow-missing'),
          ask: terminal.ask && ((list) => askAbout(list, terminal)),
          online: await online?.connect({ plan, spec, store }),
        },
        diagnostics,
      );
      const [folder] = folders;
      if (resolution && folder !== undefined) await online?.layOut(resolution.lock, store, folder, terminal.signal);
    } catch (error) {
      if (!(error instanceof ArtifactError)) throw error;
      addError(error, '', diagnostics);
    }
  }
  online?.beforeWords();
  // Warnings about the cluster are check's and compile's to show.
  const list = findings(diagnostics.list(), false).filter((one) => one.severity === 'error');
  if (!resolution || failed(list)) {
    report(list, spec.source, format, terminal);
    return 1;
  }
  terminal.signal.throwIfAborted();
  await writeLock(resolution.lock, where);
  if (format === 'json')
    report(list, spec.source, format, terminal, { lock: resolution.lock, missing: resolution.missing });
  else report(list, spec.source, format, terminal);
  if (format === 'text' && !quiet) terminal.out.write(lockText(resolution, where.shown, spec.source.path));
  return 0;
}

async function askAbout(list: readonly Unverified[], terminal: Terminal): Promise<boolean> {
  const lines = [
    'Nobody has published a hash of these files. Compare what is here with what you trust:',
    ...list.flatMap(({ what, sha256 }) => ['', `  ${what}`, `    ${sha256 ?? ''}`]),
    '',
  ];
  terminal.err.write(`${lines.join('\n')}\n`);
  return (await terminal.ask?.('Record these hashes in the lock? [y/N] '))?.trim().toLowerCase() === 'y';
}

/** Who vouches for a hash, in words. */
function voucher(trust: Trust, sha256: string): string {
  if (trust === 'specification') return 'hash in the specification';
  if (trust === 'first-use') return 'hash accepted on first use';
  return isPublishedByAuthors(sha256) ? 'hash published' : 'hash published by others';
}

function lockText({ lock, missing }: Resolution, shown: string, specification: string): string {
  const rows = [...lock.files.map(fileLines), ...lock.images.map(imageLines)];
  const absent =
    missing.length === 0 ? [] : ['', ...wrapText(`Missing, and left out of the lock: ${missing.join('; ')}`)];
  const next = `Next: kubebale compile ${specification}${missing.length > 0 ? ' --allow-missing' : ''}`;
  return `${[`${shown}: ${countText(lock)}`, ...rows.flat(), ...absent, '', next].join('\n')}\n`;
}

function countText(lock: Lock): string {
  const programs = lock.files.reduce((sum, file) => sum + file.programs.length, 0);
  const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
  return `${many(programs, 'program')} from ${many(lock.files.length, 'file')}, ${many(lock.images.length, 'image')}`;
}

function fileLines(file: LockedFile): readonly string[] {
  const names = file.programs.map(({ name }) => name).join(', ');
  return [
    '',
    ...wrapText(
      `${file.component} ${file.release}: ${file.file}, ${sizeText(file.size)}, ${voucher(file.trust, file.sha256)}`,
      '  ',
    ),
    `    ${file.sha256}`,
    ...(file.programs.every(({ path }) => path === '') ? [] : wrapText(names, '    ')),
  ];
}

function imageLines(image: LockedImage): readonly string[] {
  const origin = image.from ?? image.file ?? image.archive;
  // The digest of what was pulled; an archive's own hash nobody publishes.
  const digest = image.from?.split('@sha256:')[1] ?? '';
  return [
    '',
    ...wrapText(`image ${image.name}, ${sizeText(image.size)}, ${voucher(image.trust, digest)}`, '  '),
    `    ${image.source.sha256}`,
    ...wrapText(`from ${origin}`, '    '),
  ];
}
