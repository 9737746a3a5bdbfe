import { join, resolve } from 'node:path';
import { checkProgram } from '../archive/elf.ts';
import { openArchive, type WantedMember } from '../archive/open-archive.ts';
import type { ArtifactFile } from '../bundle/types.ts';
import type { Diagnostics } from '../diagnostics/collector.ts';
import { publicUrl } from '../fetch/shown-url.ts';
import type { ArtifactNeed, ClusterPlan, HostPlan } from '../plan/types.ts';
import { ArtifactError } from './artifact-error.ts';
import { pathsInFolders } from './choose-files.ts';
import type { DigestCache } from './digest-cache.ts';
import { fileFits, imageFits } from './fits-specification.ts';
import type { Lock, LockedFile, LockedProgram } from './lock-file.ts';
import { lockedFile } from './locked-files.ts';
import { provideImage } from './provide-images.ts';
import { lockedImage } from './resolve-images.ts';
import { attempt } from './resolve-programs.ts';
import { type Digest, damaged, type Store } from './store.ts';

export interface ProvideSettings {
  readonly lock: Lock;
  readonly lockFile: string;
  readonly specFolder: string;
  readonly folders: readonly string[];
  readonly store: Store;
  readonly digests: DigestCache;
  readonly allowMissing: boolean;
  readonly signal: AbortSignal;
}

/**
 * The files that the hosts' bundles take, exactly those that the lock says. A file in an artifacts folder goes before a
 * kept copy, so that a wrong one there is never passed over.
 *
 * @param diagnostics gets everything that is wrong, of all files
 */
export async function provideArtifacts(
  plan: ClusterPlan,
  hosts: readonly HostPlan[],
  settings: ProvideSettings,
  diagnostics: Diagnostics,
): Promise<readonly ArtifactFile[]> {
  const { lock, lockFile } = settings;
  if (lock.cluster !== plan.cluster) {
    diagnostics.add('KB4008', '/name', `${lockFile} is of the cluster ${lock.cluster}, not of ${plan.cluster}`, {
      hint: 'give each specification a folder of its own, and run kubebale fetch or kubebale lock there',
    });
    return [];
  }
  const provider = new Provider(plan, settings, diagnostics);
  const found: ArtifactFile[] = [];
  const stale: string[] = [];
  for (const { need, architecture } of needsOf(hosts)) {
    const file = await provider.provide(need, architecture);
    if (file === 'stale' || (file === 'missing' && !settings.allowMissing))
      stale.push(`${need.name} (${need.of}, ${architecture})`);
    else if (file && file !== 'missing') found.push(file);
  }
  if (stale.length > 0) {
    diagnostics.add('KB4008', '', `${lockFile} does not have ${stale.join(', ')}`, {
      hint: 'the specification has changed since: run kubebale fetch, or kubebale lock with --artifacts',
    });
  }
  return found;
}

interface HostNeed {
  readonly need: ArtifactNeed;
  readonly architecture: HostPlan['architecture'];
}

function needsOf(hosts: readonly HostPlan[]): readonly HostNeed[] {
  const needs = new Map<string, HostNeed>();
  for (const { architecture, artifacts } of hosts)
    for (const need of artifacts) needs.set(`${architecture} ${need.path}`, { need, architecture });
  return [...needs.values()];
}

class Provider {
  readonly #plan: ClusterPlan;
  readonly #settings: ProvideSettings;
  readonly #diagnostics: Diagnostics;
  /** Where each locked file is here; undefined when it could not be used, which was said then. */
  readonly #places = new Map<LockedFile, Promise<Place | undefined>>();
  /** Whether the programs could be taken out of a file again; what went wrong was said then. */
  readonly #opened = new Map<LockedFile, Promise<true | undefined>>();

  constructor(plan: ClusterPlan, settings: ProvideSettings, diagnostics: Diagnostics) {
    this.#plan = plan;
    this.#settings = settings;
    this.#diagnostics = diagnostics;
  }

  /**
   * The file for a need; 'missing' when the lock has nothing of that name, 'stale' when it has another than is asked for
   * now, undefined after an error.
   */
  async provide(
    need: ArtifactNeed,
    architecture: HostPlan['architecture'],
  ): Promise<ArtifactFile | 'missing' | 'stale' | undefined> {
    if (need.kind === 'image') {
      const image = lockedImage(this.#settings.lock, need.of, architecture);
      const source = this.#plan.imageSources.find((one) => one.name === need.of && one.architecture === architecture);
      if (!image) return 'missing';
      if (!source || !imageFits(image, source)) return 'stale';
      return attempt('', this.#diagnostics, () => provideImage(need.name, image, this.#settings));
    }
    let isOther = false;
    for (const file of this.#settings.lock.files) {
      const program = file.programs.find((one) => one.name === need.name && one.architecture === architecture);
      if (file.component !== need.component || !program) continue;
      if (file.release === need.release) return this.#fits(file, program) ? this.#program(file, program) : 'stale';
      isOther = true;
    }
    return isOther ? 'stale' : 'missing';
  }

  #fits(file: LockedFile, { name, architecture }: LockedProgram): boolean {
    const sources = this.#plan.programSources.filter(
      (source) =>
        source.component === file.component &&
        source.architecture === architecture &&
        Object.hasOwn(source.programs, name),
    );
    return fileFits(file, name, sources);
  }

  async #program(file: LockedFile, program: LockedProgram): Promise<ArtifactFile | undefined> {
    const place = this.#places.get(file) ?? attempt('', this.#diagnostics, () => this.#place(file));
    this.#places.set(file, place);
    const placed = await place;
    if (!placed) return undefined;
    const { store } = this.#settings;
    const isFile = program.path === '' && placed.path !== undefined;
    const path = isFile ? placed.path : store.path(program.sha256);
    if (!isFile && !(await store.has(program))) {
      const opened = this.#opened.get(file) ?? attempt('', this.#diagnostics, () => this.#open(file, placed.path));
      this.#opened.set(file, opened);
      if (!(await opened)) return undefined;
    }
    const isProgram = await attempt('', this.#diagnostics, async () => {
      const problem = await checkProgram(path, program.name, program.architecture);
      if (!problem) return true;
      await this.#checkKept(path, program);
      throw problem;
    });
    if (!isProgram) return undefined;
    const { name, architecture, size, sha256 } = program;
    return {
      name,
      architecture,
      file: path,
      size,
      sha256,
      from: { file: file.file, sha256: file.sha256, ...(file.url !== undefined && { url: publicUrl(file.url) }) },
    };
  }

  /** Where the archive is: as the specification or an artifacts folder has it, checked; or kept; or only its members. */
  async #place(file: LockedFile): Promise<Place> {
    const { store, specFolder, folders } = this.#settings;
    const isNamed = file.kind === 'file';
    const inFolders = () =>
      file.kind === 'loose'
        ? folders.map((folder) => join(folder, file.file))
        : pathsInFolders(folders, file.programs[0]?.architecture ?? '', file.file);
    const paths = isNamed ? [resolve(specFolder, file.file)] : inFolders();
    const path = await lockedFile(paths, isNamed, file, this.#settings);
    return { path: path ?? ((await store.has(file)) ? store.path(file.sha256) : undefined) };
  }

  /** Take all programs of an archive out of it again. */
  async #open(file: LockedFile, path: string | undefined): Promise<true> {
    const { store, signal } = this.#settings;
    if (path === undefined) {
      throw new ArtifactError(
        'KB4001',
        `${file.file} (${file.component} ${file.release}) is not here, nor what was taken out of it`,
        `give its folder with --artifacts, or run kubebale fetch again`,
      );
    }
    await this.#checkKept(path, file);
    const wanted: WantedMember[] = file.programs.map((program) => ({ ...program, paths: [program.path] }));
    const found = await openArchive(path, wanted, store, { signal, sha256: file.sha256 });
    for (const program of file.programs) {
      const member = found.find(
        ({ name, architecture }) => name === program.name && architecture === program.architecture,
      );
      if (member?.sha256 === program.sha256) continue;
      throw new ArtifactError(
        'KB4009',
        member
          ? `${program.path} in ${path} has the SHA-256 ${member.sha256}, but ${this.#settings.lockFile} says ${program.sha256}`
          : `${path} does not hold ${program.path}, which ${this.#settings.lockFile} names`,
        'run kubebale fetch or kubebale lock again',
      );
    }
    return true;
  }

  /** A kept copy that was damaged is to blame itself, not the file that it is a copy of. */
  async #checkKept(path: string, { sha256 }: Digest): Promise<void> {
    const { store, digests, signal } = this.#settings;
    if (path !== store.path(sha256)) return;
    const actual = await digests.digest(path, signal);
    if (actual.sha256 !== sha256) throw damaged(path, actual.sha256);
  }
}

interface Place {
  readonly path: string | undefined;
}
