import { sha256Of } from '../artifacts/digest-meter.ts';
import { type OfficialFile, officialFiles } from '../artifacts/official.ts';
import type { Architecture, ArtifactModel, ClusterModel, Component } from '../model/types.ts';
import { artifactsFor } from './artifacts.ts';
import type { ProgramSource } from './types.ts';

const architectures: readonly Architecture[] = ['amd64', 'arm64'];
const components: readonly Component[] = ['kubernetes', 'etcd', 'flannel', 'docker'];

/** All that one component needs for one architecture. */
interface Wanted {
  readonly component: Component;
  readonly release: string;
  readonly architecture: Architecture;
  readonly names: readonly string[];
}

/**
 * Where the programs of the cluster come from: first what the specification gives, then the official archives, the ones
 * with a published hash first. Whoever looks takes the first place that has a program.
 */
export function programSources(model: ClusterModel): readonly ProgramSource[] {
  return architectures.flatMap((architecture) => {
    const needs = artifactsFor(model, architecture);
    return components.flatMap((component) => {
      const names = needs.filter((need) => need.component === component).map((need) => need.name);
      if (names.length === 0) return [];
      const wanted: Wanted = { component, release: model.releases[component], architecture, names };
      return [...given(model.artifacts, wanted), ...official(wanted)];
    });
  });
}

function given(artifacts: readonly ArtifactModel[], wanted: Wanted): readonly ProgramSource[] {
  return artifacts.flatMap((artifact, index) => {
    const { file, folder, url, sha256, programs } = artifact;
    const place = file ?? folder ?? url;
    if (artifact.component !== wanted.component || artifact.architecture !== wanted.architecture || place === undefined)
      return [];
    const kind = file !== undefined ? 'file' : folder !== undefined ? 'folder' : 'url';
    const name = fileName(place);
    return [
      {
        ...identity(wanted),
        kind,
        file: kind === 'url' ? downloadName(artifact, artifacts) : place,
        url,
        sha256: typeof sha256 === 'string' ? sha256 : undefined,
        programSha256: typeof sha256 === 'object' ? sha256 : {},
        size: undefined,
        programs: kind === 'folder' ? inFolder(wanted, programs) : inArchive(wanted, programs, name),
        pointer: `/artifacts/${index}`,
      },
    ];
  });
}

/**
 * What a download is called in an artifacts folder: its own name, behind the beginning of its URL's SHA-256 when the
 * specification has another URL that ends with that name (two releases, say, both `linux-amd64.tar.gz`).
 */
function downloadName({ url = '', architecture }: ArtifactModel, artifacts: readonly ArtifactModel[]): string {
  const name = fileName(url);
  // Those of another architecture have a folder of their own.
  const isTaken = artifacts.some(
    (other) =>
      other.url !== undefined &&
      other.url !== url &&
      other.architecture === architecture &&
      fileName(other.url) === name,
  );
  return isTaken ? `${sha256Of(url).slice(0, 8)}-${name}` : name;
}

function inFolder(wanted: Wanted, programs: ArtifactModel['programs']): ProgramSource['programs'] {
  const names = programs ? wanted.names.filter((name) => Object.hasOwn(programs, name)) : wanted.names;
  return Object.fromEntries(names.map((name) => [name, [programs?.[name] ?? name]]));
}

function inArchive(wanted: Wanted, programs: ArtifactModel['programs'], file: string): ProgramSource['programs'] {
  if (programs) {
    const names = wanted.names.filter((name) => Object.hasOwn(programs, name));
    return Object.fromEntries(names.map((name) => [name, [programs[name] ?? name]]));
  }
  // A file that has the name of a program is that program.
  return wanted.names.includes(file) ? { [file]: [''] } : everything(wanted);
}

function official(wanted: Wanted): readonly ProgramSource[] {
  const { component, release, architecture, names } = wanted;
  const listed = officialFiles().archives.filter(
    (row) =>
      row.component === component && row.release === release && (row.architecture ?? architecture) === architecture,
  );
  const known = new Set(listed.map((row) => row.file));
  const usual = officialFiles()
    .files[component].map((template) => fill(template, wanted))
    .filter((file) => !known.has(file));
  return [
    ...listed.toSorted(byPreference).flatMap((row) => {
      if (row.program !== undefined && !names.includes(row.program)) return [];
      const programs: ProgramSource['programs'] =
        row.program === undefined ? everything(wanted) : { [row.program]: [''] };
      const { file, url, size } = row;
      return [{ ...officialSource(wanted, file), url, sha256: row.sha256 ?? undefined, size, programs }];
    }),
    // Not listed, so without URL and hash: only taken when somebody has put it there.
    ...usual.map((file) => ({ ...officialSource(wanted, file), programs: everything(wanted) })),
  ];
}

/** A published hash first, then the smaller archive of one architecture, then one that holds everything. */
function byPreference(a: OfficialFile, b: OfficialFile): number {
  const rank = (row: OfficialFile): number =>
    (row.sha256 === null ? 4 : 0) + (row.architecture === null ? 2 : 0) + (row.program === undefined ? 0 : 1);
  return rank(a) - rank(b);
}

function officialSource(wanted: Wanted, file: string): Omit<ProgramSource, 'programs'> {
  return {
    ...identity(wanted),
    kind: 'official',
    file,
    url: undefined,
    sha256: undefined,
    programSha256: {},
    size: undefined,
    pointer: '',
  };
}

function identity({ component, release, architecture }: Wanted) {
  return { component, release, architecture };
}

/** All programs, each where the component's archives have it. */
function everything(wanted: Wanted): ProgramSource['programs'] {
  const layouts = officialFiles().layouts[wanted.component];
  return Object.fromEntries(wanted.names.map((name) => [name, layouts.map((layout) => fill(layout, wanted, name))]));
}

function fill(template: string, { release, architecture }: Wanted, program = ''): string {
  return template
    .replaceAll('{release}', release)
    .replaceAll('{architecture}', architecture)
    .replaceAll('{program}', program);
}

function fileName(place: string): string {
  return (
    place
      .replace(/[?#].*$/, '')
      .replace(/\/+$/, '')
      .split('/')
      .at(-1) ?? place
  );
}
