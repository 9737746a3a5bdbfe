import { sha256Of } from '../artifacts/digest-meter.ts';
import type { ClusterPlan, HostPlan } from '../plan/types.ts';
import type { Entry } from './types.ts';

/** A file of the bundle as MANIFEST.json lists it. */
export interface ManifestFile {
  readonly path: string;
  readonly mode: string;
  readonly size: number;
  readonly sha256: string;
  /** The archive that it was taken from; the scripts come from kubebale itself. */
  readonly from?: string;
}

/** What was found out about an entry's bytes. */
export function describe(entry: Entry, from?: string): ManifestFile | undefined {
  if (!entry.content) return undefined;
  const inMemory = 'bytes' in entry.content;
  return {
    path: entry.path,
    mode: entry.mode.toString(8).padStart(4, '0'),
    size: inMemory ? entry.content.bytes.length : entry.content.size,
    sha256: inMemory ? sha256Of(entry.content.bytes) : entry.content.sha256,
    ...(from !== undefined && { from }),
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
