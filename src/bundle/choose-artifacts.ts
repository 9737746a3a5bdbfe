import type { Diagnostics } from '../diagnostics/collector.ts';
import type { ArtifactNeed, HostPlan } from '../plan/types.ts';
import type { ArtifactFile } from './find-artifacts.ts';

/**
 * Match what hosts need with what was found. All that is missing is one finding (KB4001), and each file that cannot be
 * used is one (KB4002).
 *
 * @returns the files by name
 */
export function chooseArtifacts(
  hosts: readonly HostPlan[],
  found: readonly ArtifactFile[],
  diagnostics: Diagnostics,
): ReadonlyMap<string, ArtifactFile> {
  const needs = new Map<string, ArtifactNeed>();
  for (const host of hosts) for (const need of host.artifacts) needs.set(need.name, need);
  const files = new Map(found.map((file) => [file.name, file]));
  const missing = [...needs.values()].filter((need) => !files.has(need.name));
  if (missing.length > 0) {
    diagnostics.add(
      'KB4001',
      '',
      `${missing.length === 1 ? 'an artifact is' : `${missing.length} artifacts are`} missing: ${byRelease(missing)}`,
      {
        hint: 'put the files with these names into a folder and give it with --artifacts, or compile with --scripts-only',
      },
    );
  }
  for (const need of needs.values()) {
    const file = files.get(need.name);
    if (file?.problem !== undefined)
      diagnostics.add('KB4002', '', `${file.file} cannot be used: ${file.problem}`, {
        hint: `put ${need.name} of ${need.of} there`,
      });
  }
  return files;
}

/** `etcd, etcdctl (etcd 2.3.7); kubelet (kubernetes 1.3.3)` */
function byRelease(needs: readonly ArtifactNeed[]): string {
  return [...group(needs)].map(([of, members]) => `${members.map((need) => need.name).join(', ')} (${of})`).join('; ');
}

// Map.groupBy came with Node 21.
function group(needs: readonly ArtifactNeed[]): Map<string, ArtifactNeed[]> {
  const groups = new Map<string, ArtifactNeed[]>();
  for (const need of needs) groups.set(need.of, [...(groups.get(need.of) ?? []), need]);
  return groups;
}
