import { createHash } from 'node:crypto';
import type { ClusterPlan, HostPlan } from '../plan/types.ts';
import { document, renderHost, renderShared } from '../render/render-host.ts';
import type { Templates } from '../render/templates.ts';
import type { ArtifactFile } from './find-artifacts.ts';
import { describe, type ManifestFile, manifest, sha256Sums } from './manifest.ts';
import type { Entry, HostBundle } from './types.ts';

export interface Assembly {
  readonly plan: ClusterPlan;
  readonly hosts: readonly HostPlan[];
  /** Bytes of the files that the specification names, by their path in it. */
  readonly inputs: ReadonlyMap<string, Uint8Array>;
  /** Programs and images by name; empty with --scripts-only. */
  readonly artifacts: ReadonlyMap<string, ArtifactFile>;
  readonly templates: Templates;
  readonly version: string;
}

/** Put together what each host's tarball holds, one after the other, while they are asked for. Pure. */
export function* assembleBundles(assembly: Assembly): Generator<HostBundle> {
  const { plan, artifacts, templates, version } = assembly;
  const hashes = new Map([...artifacts.values()].map((file) => [file.file, file.sha256]));
  const sha256Of = (file: string): string => {
    const hash = hashes.get(file);
    if (hash === undefined) throw new Error(`${file} was not hashed`);
    return hash;
  };
  const common = renderShared(plan, templates);
  const sharedSets = new Map<string, SharedSet>();

  for (const host of assembly.hosts) {
    const names = host.artifacts.filter((need) => artifacts.has(need.name)).map((need) => need.path);
    const setKey = names.join('\0');
    const shared = sharedSets.get(setKey) ?? sharedSet(common, artifactEntries(host, artifacts), sha256Of);
    sharedSets.set(setKey, shared);

    const inputs = inputEntries(host, assembly.inputs);
    const rendered = sorted([...renderHost(plan, host, templates), ...inputs]);
    const files = [...shared.files, ...described(rendered, sha256Of)].toSorted(byPath);
    const manifestEntry = document('MANIFEST.json', manifest(plan, host, files, version));
    const sums = sha256Sums([...files, ...described([manifestEntry], sha256Of)].toSorted(byPath));
    yield {
      cluster: plan.cluster,
      host: host.name,
      sharedKey: shared.key,
      shared: shared.entries,
      own: sorted([...rendered, manifestEntry, document('SHA256SUMS', sums), ...emptyFolders(host)]),
      secret: inputs.some((entry) => entry.mode === 0o600),
    };
  }
}

/** What hosts with the same programs and images have in common; `key` is the digest of names, modes and contents. */
interface SharedSet {
  readonly key: string;
  readonly entries: readonly Entry[];
  readonly files: readonly ManifestFile[];
}

function sharedSet(common: readonly Entry[], own: readonly Entry[], sha256Of: (file: string) => string): SharedSet {
  const entries = sorted([...common, ...own]);
  const files = described(entries, sha256Of);
  return { key: createHash('sha256').update(JSON.stringify(files)).digest('hex'), entries, files };
}

function artifactEntries(host: HostPlan, artifacts: ReadonlyMap<string, ArtifactFile>): Entry[] {
  return host.artifacts.flatMap((need) => {
    const file = artifacts.get(need.name);
    if (!file) return [];
    const mode = need.kind === 'binary' ? 0o755 : 0o644;
    return [{ path: need.path, mode, content: { file: file.file, size: file.size } }];
  });
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

function described(entries: readonly Entry[], sha256Of: (file: string) => string): ManifestFile[] {
  return entries.flatMap((entry) => describe(entry, sha256Of) ?? []);
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

function sorted(entries: readonly Entry[]): Entry[] {
  return entries.toSorted(byPath);
}
