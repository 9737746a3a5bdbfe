import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArtifactNeed, ClusterPlan, HostPlan } from '../plan/types.ts';
import { shellQuote } from '../render/shell-quote.ts';
import { LabError } from './lab-error.ts';
import { runCommand } from './run-command.ts';
import { pauseImageArchive } from './stand-ins/pause-image.ts';
import type { LabHost } from './types.ts';

/** Where a person would unpack the tarball: root's home. */
export function bundleFolder(host: LabHost, plan: ClusterPlan): string {
  return join(host.folder, 'disk/root', plan.cluster);
}

/** Where a host finds the stand-ins, and the Node.js that runs them. */
const onHost = '/run/kubebale-lab';

/** Name of the processor that this machine has, as hosts have it in the specification. */
const machineArchitecture: string = process.arch === 'x64' ? 'amd64' : process.arch;

/** What a host needs and its bundle does not have, or has for another processor. */
export async function missingFrom(host: LabHost, plan: ClusterPlan): Promise<readonly ArtifactNeed[]> {
  const { artifacts, architecture } = host.plan;
  if (architecture !== machineArchitecture) return artifacts;
  const folder = bundleFolder(host, plan);
  const there = await Promise.all(artifacts.map(({ path }) => exists(join(folder, path))));
  return artifacts.filter((_, index) => !there[index]);
}

/** Unpack a host's tarball on its disk, as its user would. */
export async function unpack(host: LabHost, tarball: string): Promise<void> {
  const target = join(host.folder, 'disk/root');
  await mkdir(target, { recursive: true, mode: 0o700 });
  const { code, output } = await runCommand('tar', ['xzf', tarball, '-C', target]);
  if (code !== 0)
    throw new LabError(`cannot unpack ${tarball}: ${output.trim()}`, `is the disk full? Look with: df -h ${target}`);
}

/** Put stand-ins into a host's bundle. */
export async function layStandIns(host: LabHost, plan: ClusterPlan, needs: readonly ArtifactNeed[]): Promise<void> {
  const folder = bundleFolder(host, plan);
  for (const need of needs) {
    const file = join(folder, need.path);
    await mkdir(dirname(file), { recursive: true });
    if (need.kind === 'image') {
      await writeFile(file, await pauseImageArchive(need.of, architectureOf(host.plan)));
      continue;
    }
    const words = [`${onHost}/node`, `${onHost}/dist/lab/stand-in.js`, need.name, need.release]
      .map(shellQuote)
      .join(' ');
    await writeFile(file, `#!/bin/bash\nexec -a ${shellQuote(need.name)} ${words} "$@"\n`);
    await chmod(file, 0o755);
  }
}

/** The pause image is for the machine that runs it. */
function architectureOf({ architecture }: HostPlan): HostPlan['architecture'] {
  return machineArchitecture === 'amd64' || machineArchitecture === 'arm64' ? machineArchitecture : architecture;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
