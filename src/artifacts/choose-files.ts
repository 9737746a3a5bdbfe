import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { systemReason } from '../diagnostics/system-reason.ts';
import type { Architecture, Component } from '../model/types.ts';
import type { ClusterPlan, HostPlan, ProgramSource } from '../plan/types.ts';
import { ArtifactError } from './artifact-error.ts';
import type { LockedFile } from './lock-file.ts';

/** A file that programs are to be taken from. */
export interface ChosenFile {
  readonly component: Component;
  readonly release: string;
  readonly kind: LockedFile['kind'];
  /** Its name in the lock: relative to the specification for `file`, else as in the artifacts folder. */
  readonly file: string;
  readonly url: string | undefined;
  /** What it has to be; undefined when nobody has said so yet. */
  readonly sha256: string | undefined;
  readonly size: number | undefined;
  /** Where it is on this machine; undefined: it has to be downloaded. */
  readonly path: string | undefined;
  readonly wanted: readonly {
    readonly name: string;
    readonly architecture: Architecture;
    readonly paths: readonly string[];
  }[];
  readonly pointer: string;
}

/** A program that is in no place, with the files that would bring it. */
export interface MissingProgram {
  readonly name: string;
  readonly architecture: Architecture;
  readonly component: Component;
  readonly release: string;
  readonly candidates: readonly ProgramSource[];
}

export interface Choice {
  readonly files: readonly ChosenFile[];
  readonly missing: readonly MissingProgram[];
}

export interface Places {
  /** Folder of the specification. */
  readonly specFolder: string;
  /** Artifacts folders, absolute, the first one wins. */
  readonly folders: readonly string[];
  /** The path of bytes that are kept already, by their SHA-256. */
  readonly kept: (sha256: string) => Promise<string | undefined>;
  /** The hash that was accepted for a file without a published one. */
  readonly accepted: (source: ProgramSource) => string | undefined;
  /** Whether what is not here may be downloaded. */
  readonly online: boolean;
}

/**
 * For each program of the cluster, choose the file that it is taken from: one that the specification gives, an official
 * archive that is here, a program that lies in an artifacts folder, or else a download.
 */
export async function chooseFiles(plan: ClusterPlan, places: Places): Promise<Choice> {
  const files: ChosenFile[] = [];
  const missing: MissingProgram[] = [];
  for (const group of groups(plan)) {
    const remaining = new Set(group.names);
    const take = async (source: ProgramSource, place: (source: ProgramSource) => Promise<Placed | undefined>) => {
      const names = Object.keys(source.programs).filter((name) => remaining.has(name));
      const placed = names.length === 0 ? undefined : await place(source);
      if (!placed) return;
      for (const name of names) remaining.delete(name);
      files.push(...filesOf(source, names, placed));
    };
    const given = group.sources.filter((source) => source.kind !== 'official');
    const official = group.sources.filter((source) => source.kind === 'official');
    for (const source of given) await take(source, (one) => placeGiven(one, places));
    // What the specification gives is taken from nowhere else: a private build is not exchanged for the official one.
    const absent = [...remaining].filter((name) => given.some(({ programs }) => Object.hasOwn(programs, name)));
    for (const name of absent) remaining.delete(name);
    for (const source of official) await take(source, (one) => placeLocal(one, places));
    for (const name of [...remaining]) {
      const loose = await looseProgram(name, group, places.folders);
      if (!loose) continue;
      remaining.delete(name);
      files.push(loose);
    }
    if (places.online)
      for (const source of official) await take(source, async (one) => (one.url ? { path: undefined } : undefined));
    for (const name of [...absent, ...remaining]) {
      const { component, release, architecture } = group;
      const candidates = group.sources.filter((source) => Object.hasOwn(source.programs, name));
      missing.push({ name, component, release, architecture, candidates });
    }
  }
  return { files: merged(files), missing };
}

interface Placed {
  readonly path: string | undefined;
}

interface Group {
  readonly component: Component;
  readonly release: string;
  readonly architecture: Architecture;
  readonly names: readonly string[];
  readonly sources: readonly ProgramSource[];
}

/** What is needed, by component and architecture. */
function groups(plan: ClusterPlan): readonly Group[] {
  const found = new Map<string, Group & { names: string[] }>();
  for (const host of plan.hosts) {
    for (const need of host.artifacts) {
      if (need.component === 'image') continue;
      const { component, release } = need;
      const key = `${component} ${host.architecture}`;
      const group = found.get(key) ?? newGroup(plan, component, release, host);
      found.set(key, group);
      if (!group.names.includes(need.name)) group.names.push(need.name);
    }
  }
  return [...found.values()];
}

function newGroup(plan: ClusterPlan, component: Component, release: string, { architecture }: HostPlan) {
  const sources = plan.programSources.filter(
    (source) => source.component === component && source.architecture === architecture,
  );
  return { component, release, architecture, names: [], sources };
}

/** What the specification gives is where it says, whether it is there or not; a URL may be here as a file. */
async function placeGiven(source: ProgramSource, places: Places): Promise<Placed | undefined> {
  if (source.kind !== 'url') return { path: resolve(places.specFolder, source.file) };
  const local = await placeLocal(source, places);
  return local ?? (places.online ? { path: undefined } : undefined);
}

async function placeLocal(source: ProgramSource, places: Places): Promise<Placed | undefined> {
  for (const path of pathsInFolders(places.folders, source.architecture, source.file))
    if (await isThere(path)) return { path };
  const sha256 = source.sha256 ?? places.accepted(source);
  const kept = sha256 === undefined ? undefined : await places.kept(sha256);
  return kept === undefined ? undefined : { path: kept };
}

function filesOf(source: ProgramSource, names: readonly string[], placed: Placed): readonly ChosenFile[] {
  const { component, release, architecture, kind, file, url, sha256, size, pointer } = source;
  if (kind !== 'folder') {
    const wanted = names.map((name) => ({ name, architecture, paths: source.programs[name] ?? [] }));
    return [{ component, release, kind, file, url, sha256, size, path: placed.path, wanted, pointer }];
  }
  return names.map((name) => {
    const inside = source.programs[name]?.[0] ?? name;
    return {
      component,
      release,
      kind: 'file',
      file: join(file, inside),
      url: undefined,
      sha256: source.programSha256[name],
      size: undefined,
      path: placed.path && join(placed.path, inside),
      wanted: [{ name, architecture, paths: [''] }],
      pointer,
    };
  });
}

/** A program under its own name, in the folder of its architecture or directly in an artifacts folder. */
async function looseProgram(
  name: string,
  { component, release, architecture }: Group,
  folders: readonly string[],
): Promise<ChosenFile | undefined> {
  for (const folder of folders) {
    for (const file of [join(architecture, name), name]) {
      const path = join(folder, file);
      if (!(await isThere(path))) continue;
      const wanted = [{ name, architecture, paths: [''] }];
      return {
        component,
        release,
        kind: 'loose',
        file,
        url: undefined,
        sha256: undefined,
        size: undefined,
        path,
        wanted,
        pointer: '',
      };
    }
  }
  return undefined;
}

/** Where a file may lie in artifacts folders: in the folder of its architecture, or directly. */
export function pathsInFolders(folders: readonly string[], architecture: string, file: string): readonly string[] {
  return folders.flatMap((folder) => [join(folder, architecture, file), join(folder, file)]);
}

/** One archive may hold the programs of several architectures: it is opened once. */
function merged(files: readonly ChosenFile[]): readonly ChosenFile[] {
  const byFile = new Map<string, ChosenFile>();
  for (const file of files) {
    const key = [file.component, file.kind, file.file, file.url, file.path, file.sha256].join('\0');
    const known = byFile.get(key);
    byFile.set(key, known ? { ...known, wanted: [...known.wanted, ...file.wanted] } : file);
  }
  return [...byFile.values()];
}

/**
 * Whether there is something that has this path; what it is, its reader says.
 *
 * @throws ArtifactError KB4002 when nobody can say, because a folder above it is closed, for example
 */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return false;
    const hint = 'let yourself read it and the folders above it (ls -l shows the modes), or give another folder';
    throw new ArtifactError('KB4002', `${path} cannot be used: ${systemReason(error)}`, hint);
  }
}
