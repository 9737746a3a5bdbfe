import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Bridge } from './bridge.ts';
import { type Container, containerFolder, networkMode } from './container.ts';
import { plugIn } from './container-network.ts';
import { startProcess } from './container-process.ts';
import { DockerError } from './docker-error.ts';
import type { DockerFacts } from './facts.ts';
import type { ImageStore } from './image-store.ts';
import { type KnownProcess, knownProcess, signal } from './processes.ts';
import { programIn, unpackImage } from './rootfs.ts';
import { mountedCgroups, notOnPath, onPath } from './system-checks.ts';

export interface LaunchOptions {
  /** --graph or --data-root. */
  readonly graph: string;
  readonly bridge: Bridge;
  readonly mtu: number;
}

interface Launched {
  readonly child: ChildProcess;
  readonly known: KnownProcess;
  readonly address: string;
}

/**
 * Starts the process of a container and plugs it into the network.
 *
 * @param others all containers, for their addresses and for a network that is shared
 * @throws DockerError in the words of the release when it cannot start
 */
export async function launch(
  container: Container,
  images: ImageStore,
  facts: DockerFacts,
  options: LaunchOptions,
  others: readonly Container[],
): Promise<Launched> {
  checkRuntime(container, facts);
  const root = join(containerFolder(options.graph, container.id), 'rootfs');
  if (!existsSync(root)) await unpackImage(images.get(container.imageId), images, root);
  const [program = ''] = container.command;
  if (programIn(root, program, container.env) === undefined) {
    throw commandNotFound(program, facts, `exec: "${program}": stat ${program}: no such file or directory`);
  }
  const shared = sharedNetwork(container, others);
  const { child, pid } = startProcess(options.graph, container, root, shared);
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  try {
    const own = shared === undefined && networkMode(container) !== 'host';
    const bridge = networkMode(container) === 'none' ? { name: '', address: '' } : options.bridge;
    const taken = others.map(({ address }) => address).filter((address) => address !== '');
    const plugged = own ? plugIn(pid, bridge, options.mtu, taken) : Promise.resolve('');
    const address = await Promise.race([plugged, failed]);
    const known = knownProcess(pid);
    if (!known && child.exitCode === null) throw new Error('the process of the container is not there');
    return { child, known: known ?? { pid, started: '', boot: '' }, address };
  } catch (error) {
    signal(pid, 'SIGKILL');
    const why = error instanceof Error ? error.message.trim() : String(error);
    throw new DockerError(500, `failed to create endpoint ${container.name} on network bridge: ${why}`);
  }
}

function checkRuntime(container: Container, facts: DockerFacts): void {
  const missing = facts.runtime.find((name) => !onPath(name));
  const [program = ''] = container.command;
  // The old daemons take this for the command of the container that is missing (daemon/start.go).
  if (missing !== undefined) throw commandNotFound(program, facts, notOnPath(missing));
  if (facts.unifiedConfuses && mountedCgroups().unified) {
    throw new DockerError(500, 'rpc error: code = 2 desc = "oci runtime error: no subsystem for mount"');
  }
}

function commandNotFound(program: string, facts: DockerFacts, cause: string): DockerError {
  if (!facts.wrappedErrors) return new DockerError(404, `Container command '${program}' not found or does not exist.`);
  return new DockerError(
    400,
    `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${cause}: unknown`,
  );
}

function sharedNetwork(container: Container, others: readonly Container[]): number | undefined {
  const mode = networkMode(container);
  if (!mode.startsWith('container:')) return undefined;
  const wanted = mode.slice('container:'.length);
  const other = others.find(
    ({ id, name }) => name === wanted || id === wanted || (wanted !== '' && id.startsWith(wanted)),
  );
  if (!other) throw new DockerError(404, `No such container: ${wanted}`);
  if (!other.process) throw new DockerError(409, `cannot join network of a non running container: ${other.id}`);
  return other.process.pid;
}
