import { basename } from 'node:path';
import { sha256Of } from '../artifacts/digest-meter.ts';
import { publicUrl } from '../fetch/shown-url.ts';
import type { ClusterPlan, HostPlan } from '../plan/types.ts';
import { document, renderHost, renderImageList, renderShared } from '../render/render-host.ts';
import type { Templates } from '../render/templates.ts';
import { describe, type ManifestFile, manifest } from './manifest.ts';
import { type SbomPart, sbomText } from './sbom.ts';
import { sumsText } from './sha256-sums.ts';
import type { ArtifactFile, Entry, EntrySet, HostBundle } from './types.ts';

export interface Assembly {
  readonly plan: ClusterPlan;
  readonly hosts: readonly HostPlan[];
  /** Bytes of the files that the specification names, by their path in it. */
  readonly inputs: ReadonlyMap<string, Uint8Array>;
  /** Programs and images by `artifactKey`; empty with --scripts-only. */
  readonly artifacts: ReadonlyMap<string, ArtifactFile>;
  readonly templates: Templates;
  readonly version: string;
  /** Seconds since 1970, for the bill of materials. */
  readonly epoch: number;
}

/** What artifacts are looked up by. */
export function artifactKey(architecture: string, name: string): string {
  return `${architecture} ${name}`;
}

/** Put together what each host's tarball holds, one after the other, while they are asked for. Pure. */
export function* assembleBundles(assembly: Assembly): Generator<HostBundle> {
  const { plan, templates, version } = assembly;
  const libraries = renderShared(plan, templates);
  const sharedSets = new Map<string, SharedSet>();

  for (const host of assembly.hosts) {
    const taken = takenBy(host, assembly.artifacts);
    const setKey = taken.map(({ need, file }) => `${need.path}\0${file.sha256}`).join('\0');
    const shared = sharedSets.get(setKey) ?? sharedSet(libraries, taken, assembly);
    sharedSets.set(setKey, shared);

    const inputs = inputEntries(host, assembly.inputs);
    const rendered = sorted([...renderHost(plan, host, templates), ...inputs]);
    const files = [...shared.files, ...described(rendered)].toSorted(byPath);
    const manifestEntry = document('MANIFEST.json', manifest(plan, host, files, version));
    const sums = sumsText([...files, ...described([manifestEntry])].toSorted(byPath));
    yield {
      cluster: plan.cluster,
      host: host.name,
      payload: shared.payload,
      common: shared.common,
      own: sorted([...rendered, manifestEntry, document('SHA256SUMS', sums), ...emptyFolders(host)]),
      secret: inputs.some((entry) => entry.mode === 0o600),
    };
  }
}

/** What hosts with the same programs and images have in common. */
interface SharedSet {
  readonly payload: EntrySet;
  readonly common: EntrySet;
  readonly files: readonly ManifestFile[];
}

/** A need of a host, and the file that it gets. */
interface Taken {
  readonly need: HostPlan['artifacts'][number];
  readonly file: ArtifactFile;
}

function takenBy(host: HostPlan, artifacts: ReadonlyMap<string, ArtifactFile>): readonly Taken[] {
  return host.artifacts.flatMap((need) => {
    const file = artifacts.get(artifactKey(host.architecture, need.name));
    return file ? [{ need, file }] : [];
  });
}

function sharedSet(libraries: readonly Entry[], taken: readonly Taken[], assembly: Assembly): SharedSet {
  const { plan, version, epoch } = assembly;
  const payload = sorted(taken.map(payloadEntry));
  const parts = taken.map(sbomPart);
  const sbom = document('sbom.cdx.json', sbomText({ cluster: plan.cluster, version, epoch, parts }));
  const common = sorted([...libraries, ...renderImageList(taken.flatMap(identified)), sbom]);
  const origins = new Map(taken.map(({ need, file }) => [need.path, basename(file.from.file)]));
  return {
    payload: { key: digest(described(payload)), entries: payload },
    common: { key: digest(described(common)), entries: common },
    files: [...described(payload, origins), ...described(common)],
  };
}

function payloadEntry({ need, file }: Taken): Entry {
  const mode = need.kind === 'binary' ? 0o755 : 0o644;
  return { path: need.path, mode, content: { file: file.file, size: file.size, sha256: file.sha256 } };
}

/** An image as lib/images.tsv names it. */
function identified({ need, file }: Taken) {
  return file.image ? [{ file: need.name, name: need.of, id: file.image.id }] : [];
}

function sbomPart({ need, file }: Taken): SbomPart {
  return {
    kind: need.kind,
    path: need.path,
    name: need.name,
    component: need.component,
    version: need.release,
    architecture: file.architecture,
    sha256: file.sha256,
    size: file.size,
    from: publicOrigin(file),
    ...(file.image && { image: { name: need.of, ...file.image } }),
  };
}

/** Where it lay on the build machine is nobody's business, and would make bundles differ; a query may be a secret. */
function publicOrigin({ from: { file, url, sha256 }, image }: ArtifactFile): ArtifactFile['from'] {
  // That of an image is a reference, which has no place for a secret.
  const shown = url === undefined || image ? url : publicUrl(url);
  return { file: basename(file), sha256, ...(shown !== undefined && { url: shown }) };
}

function digest(files: readonly ManifestFile[]): string {
  return sha256Of(JSON.stringify(files));
}

/** Folders that have to be there though nothing may be in them yet. */
function emptyFolders(host: HostPlan): Entry[] {
  const folders = ['bin', 'log', 'run', ...(host.roles.includes('node') ? ['images'] : [])];
  return folders.map((path) => ({ path, mode: 0o755 }));
}

function inputEntries(host: HostPlan, inputs: ReadonlyMap<string, Uint8Array>): Entry[] {
  return host.inputs.map((input) => {
    const bytes = inputs.get(input.source);
    if (!bytes) throw new Error(`${input.source} was not read`);
    return { path: input.path, mode: input.secret ? 0o600 : 0o644, content: { bytes } };
  });
}

function described(entries: readonly Entry[], origins?: ReadonlyMap<string, string>): ManifestFile[] {
  return entries.flatMap((entry) => describe(entry, origins?.get(entry.path)) ?? []);
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

function sorted(entries: readonly Entry[]): Entry[] {
  return entries.toSorted(byPath);
}
