import { createHash } from 'node:crypto';
import type { ClusterPlan, HostPlan } from '../plan/types.ts';
import type { Entry } from './types.ts';

/** A file of the bundle as MANIFEST.json lists it. */
export interface ManifestFile {
  readonly path: string;
  readonly mode: string;
  readonly size: number;
  readonly sha256: string;
}

/** What was found out about an entry's bytes. */
export function describe(entry: Entry, sha256Of: (file: string) => string): ManifestFile | undefined {
  if (!entry.content) return undefined;
  const inMemory = 'bytes' in entry.content;
  return {
    path: entry.path,
    mode: entry.mode.toString(8).padStart(4, '0'),
    size: inMemory ? entry.content.bytes.length : entry.content.size,
    sha256: inMemory ? sha256(entry.content.bytes) : sha256Of(entry.content.file),
  };
}

/** MANIFEST.json: what the bundle is and what it holds; itself and SHA256SUMS excepted. */
export function manifest(plan: ClusterPlan, host: HostPlan, files: readonly ManifestFile[], version: string): string {
  return `${JSON.stringify(
    {
      kubebale: version,
      cluster: plan.cluster,
      host: { name: host.name, address: host.address, roles: host.roles, architecture: host.architecture },
      releases: Object.fromEntries(plan.releases.map(({ component, release }) => [component, release])),
      files,
    },
    null,
    2,
  )}\n`;
}

/** SHA256SUMS for `sha256sum -c`; a name with a backslash or newline would need escapes, and no entry has one. */
export function sha256Sums(files: readonly ManifestFile[]): string {
  return files.map((file) => `${file.sha256}  ${file.path}\n`).join('');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
