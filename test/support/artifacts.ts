import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { program } from '../archive/programs.ts';
import { kubebale, run } from './cli.ts';
import { archiveOf, imageOf, savedOld } from './images.ts';

/** Every program and image archive that the guide's hosts need, by name. */
export const guideArtifacts = {
  etcd: ['etcd', 'etcdctl'],
  master: ['flanneld', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'],
  node: [
    'docker',
    'docker-containerd',
    'docker-containerd-ctr',
    'docker-containerd-shim',
    'docker-runc',
    'kube-proxy',
    'kubelet',
  ],
  images: ['pause.tar'],
} as const;

/** All of them. */
export const allArtifacts: readonly string[] = Object.values(guideArtifacts).flat();

/**
 * Lay artifacts under their own names into a folder: programs that have an ELF header, and the pause image.
 *
 * @param content what stands behind the header, so that there is something to compress
 */
export async function layArtifacts(
  folder: string,
  names: readonly string[] = allArtifacts,
  content: (name: string) => Buffer | string = (name) => `program ${name}`,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    if (name.endsWith('.tar')) {
      const image = await imageOf([`${name} says pause`]);
      await archiveOf(join(folder, name), savedOld(image, ['registry.Xcloud.com/public/pause:1.0.2']));
    } else writeFileSync(join(folder, name), Buffer.concat([program(name), Buffer.from(content(name))]));
  }
  return folder;
}

/** Lock a specification with what lies in a folder; returns the path of the lock. */
export function lockWith(spec: string, artifacts: string, env: NodeJS.ProcessEnv = process.env): string {
  const words = [kubebale, 'lock', spec, '--artifacts', artifacts, '--trust-first-use'];
  const result = run([process.execPath, ...words], { env });
  if (result.status !== 0) throw new Error(result.stderr);
  return join(dirname(spec), 'cluster.lock.json');
}
