import { checkProgram } from '../archive/elf.ts';
import { openArchive } from '../archive/open-archive.ts';
import type { Diagnostics } from '../diagnostics/collector.ts';
import { shownUrl } from '../fetch/shown-url.ts';
import { ArtifactError } from './artifact-error.ts';
import type { ChosenFile } from './choose-files.ts';
import { fileDigest } from './file-digest.ts';
import { acceptedHash, type Lock, type LockedFile, type LockedProgram, type Trust } from './lock-file.ts';
import type { Settings, Unverified } from './resolve-artifacts.ts';
import { type Digest, damaged } from './store.ts';

/** A chosen file, and its bytes on this machine. */
interface PlacedFile extends ChosenFile {
  readonly path: string;
}

/** A file whose hash is known to be right, or waits for somebody to say so. */
interface CheckedFile {
  readonly file: PlacedFile;
  readonly digest: Digest;
  /** Undefined: nobody vouches for it yet. */
  readonly trust: Trust | undefined;
}

/**
 * Bring the files here, check their hashes, and take the programs out of them.
 *
 * @param diagnostics gets everything that is wrong, of all files
 * @returns what the lock says of them; files that nobody vouches for yet are in `unverified`
 */
export async function resolvePrograms(
  files: readonly ChosenFile[],
  settings: Settings,
  diagnostics: Diagnostics,
): Promise<{ readonly files: readonly LockedFile[]; readonly unverified: readonly Unverified[] }> {
  const checked: CheckedFile[] = [];
  const unverified: Unverified[] = [];
  for (const file of await bringHere(files, settings, unverified, diagnostics)) {
    const result = await attempt(file.pointer, diagnostics, () => checkFile(file, settings));
    if (!result) continue;
    checked.push(result);
    if (result.trust === undefined)
      unverified.push({ what: file.file, sha256: result.digest.sha256, pointer: file.pointer });
  }
  const locked: LockedFile[] = [];
  for (const one of checked) {
    const programs = await attempt(one.file.pointer, diagnostics, () => takePrograms(one, settings, diagnostics));
    if (!programs) continue;
    const { component, release, kind, file, url } = one.file;
    const known = url === undefined ? {} : { url };
    locked.push({ component, release, kind, file, ...known, ...one.digest, trust: one.trust ?? 'first-use', programs });
  }
  return { files: locked, unverified };
}

/** Download what is not here, all at once; what has no known hash only when that was accepted. */
async function bringHere(
  files: readonly ChosenFile[],
  settings: Settings,
  unverified: Unverified[],
  diagnostics: Diagnostics,
): Promise<readonly PlacedFile[]> {
  const absent = files.filter((file) => file.path === undefined);
  const askedFor = absent.flatMap((file) => {
    const { url } = file;
    if (url === undefined) return [];
    const sha256 = expectedHash(file, settings.previous)?.sha256;
    if (sha256 !== undefined || settings.trustFirstUse) return [{ ...file, url, sha256 }];
    unverified.push({ what: shownUrl(url), sha256: undefined, pointer: file.pointer });
    return [];
  });
  const results = askedFor.length === 0 ? new Map() : await settings.online?.download(askedFor);
  return files.flatMap((file) => {
    if (file.path !== undefined) return [{ ...file, path: file.path }];
    const result = file.url === undefined ? undefined : results?.get(file.url);
    if (result instanceof ArtifactError) report(result, file.pointer, diagnostics);
    return typeof result === 'string' ? [{ ...file, path: result }] : [];
  });
}

async function checkFile(file: PlacedFile, settings: Settings): Promise<CheckedFile> {
  const { previous, store } = settings;
  const { component, release, kind, wanted } = file;
  const expected = expectedHash(file, previous);
  const isKept = expected !== undefined && file.path === store.path(expected.sha256);
  const hint = `put ${wanted.map(({ name }) => name).join(', ')} of ${component} ${release} there`;
  const digest = await fileDigest(
    file.path,
    settings,
    kind === 'file'
      ? { code: 'KB4011', hint: 'the path is relative to the folder of the specification' }
      : { code: 'KB4002', hint, mayBeEmpty: isKept },
  );
  if (isKept && expected.sha256 !== digest.sha256) throw damaged(file.path, digest.sha256);
  if (expected && expected.sha256 !== digest.sha256)
    throw differs(file.path, expected.sha256, digest.sha256, expected.trust);
  return { file, digest, trust: expected?.trust };
}

/** The hash that a file has to have, and who says so. */
function expectedHash(
  file: ChosenFile,
  previous: Lock | undefined,
): { readonly sha256: string; readonly trust: Trust } | undefined {
  if (file.sha256 !== undefined)
    return { sha256: file.sha256, trust: file.kind === 'official' ? 'catalogue' : 'specification' };
  const sha256 = acceptedHash(previous, file);
  return sha256 === undefined ? undefined : { sha256, trust: 'first-use' };
}

/** A file whose bytes are not the expected ones. */
export function differs(path: string, expected: string, actual: string, trust: Trust): ArtifactError {
  const who = {
    catalogue: 'the published one is',
    specification: 'the specification says',
    'first-use': 'cluster.lock.json has recorded',
  }[trust];
  const cure = {
    catalogue: 'bring the right file: it may be of another release, or incomplete',
    specification: 'bring the right file, or correct "sha256" in the specification',
    'first-use': 'bring that file back; if the change is meant, move cluster.lock.json away and use --trust-first-use',
  }[trust];
  return new ArtifactError('KB4009', `${path} has the SHA-256 ${actual}, but ${who} ${expected}`, cure);
}

async function takePrograms(
  { file, digest }: CheckedFile,
  settings: Settings,
  diagnostics: Diagnostics,
): Promise<readonly LockedProgram[]> {
  const known = await knownPrograms(file, digest, settings);
  if (known) return known;
  settings.onOpen?.(file.path);
  const loose = file.wanted.every(({ paths }) => paths.length === 1 && paths[0] === '');
  if (loose) await settings.store.keep(file.path, digest);
  const found = loose
    ? file.wanted.map(({ name, architecture }) => ({ name, architecture, path: '', ...digest }))
    : await openArchive(file.path, file.wanted, settings.store, {
        signal: settings.signal,
        all: true,
        sha256: digest.sha256,
      });
  const programs = found.map(({ name, architecture, path, size, sha256 }) => ({
    name,
    architecture,
    path,
    size,
    sha256,
  }));
  for (const { name, architecture, path, sha256 } of programs) {
    const where = path === '' ? file.path : settings.store.path(sha256);
    const problem = await checkProgram(where, name, architecture);
    if (problem)
      report(named(problem, where, path === '' ? file.path : `${path} in ${file.path}`), file.pointer, diagnostics);
  }
  return programs;
}

/** Speak of the file that people know, not of the copy that was looked at. */
function named(problem: ArtifactError, copy: string, shown: string): ArtifactError {
  return new ArtifactError(problem.code, problem.message.replaceAll(copy, shown), problem.hint);
}

/** The same archive was opened before, and its programs are still kept. */
async function knownPrograms(
  file: PlacedFile,
  digest: Digest,
  { previous, store }: Settings,
): Promise<readonly LockedProgram[] | undefined> {
  const locked = previous?.files.find(
    (one) => one.sha256 === digest.sha256 && one.file === file.file && one.kind === file.kind,
  );
  if (!locked) return undefined;
  // A program at another path than is asked for now, one that was found by its name too, is looked for again.
  const programs = file.wanted.flatMap(({ name, architecture, paths }) => {
    const isIt = (one: LockedProgram): boolean => one.name === name && one.architecture === architecture;
    return locked.programs.find((one) => isIt(one) && one.path !== '' && paths.includes(one.path)) ?? [];
  });
  if (programs.length < file.wanted.length) return undefined;
  for (const program of programs) if (!(await store.has(program))) return undefined;
  return programs;
}

/** Run one step; what it finds wrong is a finding, and the next step goes on. */
export async function attempt<T>(
  pointer: string,
  diagnostics: Diagnostics,
  step: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    report(error, pointer, diagnostics);
    return undefined;
  }
}

/** Make a finding of an error. */
export function report(error: ArtifactError, pointer: string, diagnostics: Diagnostics): void {
  diagnostics.add(error.code, pointer, error.message, error.hint === undefined ? {} : { hint: error.hint });
}
