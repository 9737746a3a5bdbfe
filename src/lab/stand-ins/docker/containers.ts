import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from '../../../images/json.ts';
import { type Container, containerFolder, keepContainer, newContainer, readContainer } from './container.ts';
import { type LaunchOptions, launch } from './container-launch.ts';
import { watchProcess } from './container-process.ts';
import { DockerError } from './docker-error.ts';
import type { DockerFacts } from './facts.ts';
import type { ImageStore } from './image-store.ts';
import { signal, stillRuns } from './processes.ts';

/** The daemon's containers. References are IDs, beginnings of them, or names. */
export interface Containers {
  readonly all: () => readonly Container[];
  readonly find: (reference: string) => Container | undefined;
  readonly get: (reference: string) => Container;
  readonly create: (name: string, body: Readonly<Record<string, unknown>>) => Container;
  /** Out: whether it had to be started. */
  readonly start: (container: Container) => Promise<boolean>;
  /** SIGTERM, and SIGKILL after so many seconds. Out: whether it ran. */
  readonly stop: (container: Container, seconds: number) => Promise<boolean>;
  readonly kill: (container: Container, name: NodeJS.Signals) => Promise<void>;
  readonly remove: (container: Container, force: boolean) => Promise<void>;
  /** What a starting daemon does with the containers of the one before. */
  readonly restore: (keepRunning: boolean) => Promise<void>;
  readonly shutDown: (seconds: number) => Promise<void>;
}

/** Opens the containers below a graph folder. */
export function openContainers(images: ImageStore, facts: DockerFacts, options: LaunchOptions): Containers {
  const { graph } = options;
  const folder = join(graph, 'containers');
  const known = new Map<string, Container>();
  for (const id of existsSync(folder) ? readdirSync(folder) : []) {
    const container = readContainer(graph, id);
    if (container) known.set(container.id, container);
  }
  const keep = (container: Container): void => {
    if (known.has(container.id)) keepContainer(graph, container);
  };

  function ended(container: Container, exitCode: number): void {
    if (container.state !== 'running') return;
    container.state = 'exited';
    container.process = undefined;
    container.exitCode = exitCode;
    container.address = '';
    container.finishedAt = new Date().toISOString();
    keep(container);
  }

  function find(reference: string): Container | undefined {
    const name = reference.replace(/^\//, '');
    const exact = known.get(reference) ?? [...known.values()].find((container) => container.name === name);
    const some = [...known.keys()].filter((id) => reference !== '' && id.startsWith(reference));
    return exact ?? (some.length === 1 ? known.get(some[0] ?? '') : undefined);
  }

  function get(reference: string): Container {
    const found = find(reference);
    if (!found) throw new DockerError(404, `No such container: ${reference}`);
    return found;
  }

  async function wait(container: Container, seconds: number): Promise<boolean> {
    const end = Date.now() + seconds * 1000;
    while (container.state === 'running' && Date.now() < end) {
      await sleep(20);
      if (container.process && !stillRuns(container.process)) await sleep(20);
    }
    return container.state !== 'running';
  }

  async function stop(container: Container, seconds: number): Promise<boolean> {
    const { process: running } = container;
    if (!running || container.state !== 'running') return false;
    signal(running.pid, 'SIGTERM');
    if (!(await wait(container, seconds))) {
      signal(running.pid, 'SIGKILL');
      if (!(await wait(container, 10)))
        throw new DockerError(500, `Cannot stop container ${container.id}: tried to kill it, but it did not exit`);
    }
    return true;
  }

  return {
    all: () => [...known.values()],
    find,
    get,
    create(name, body) {
      const wanted = text(body.Image) ?? '';
      const image = images.get(wanted);
      if (name !== '' && !/^\/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
        throw new DockerError(400, `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
      }
      const bare = name.replace(/^\//, '');
      const other = [...known.values()].find((container) => container.name === bare);
      if (other) {
        const quoted = facts.wrappedErrors
          ? `container name "/${bare}" is already in use by container "${other.id}"`
          : `name "/${bare}" is already in use by container ${other.id}`;
        throw new DockerError(
          409,
          `Conflict. The ${quoted}. You have to remove (or rename) that container to be able to reuse that name.`,
        );
      }
      const id = randomBytes(32).toString('hex');
      const container = newContainer(id, bare || `stand_in_${id.slice(0, 8)}`, body, image);
      known.set(id, container);
      keep(container);
      return container;
    },
    async start(container) {
      if (container.state === 'running') return false;
      try {
        const { child, known: process, address } = await launch(container, images, facts, options, [...known.values()]);
        Object.assign(container, {
          state: 'running',
          process,
          address,
          exitCode: 0,
          error: '',
          startedAt: new Date().toISOString(),
        });
        keep(container);
        const report = (code: number | null, name: NodeJS.Signals | null): void =>
          ended(container, exitCodeOf(code, name));
        if (child.exitCode !== null || child.signalCode !== null) report(child.exitCode, child.signalCode);
        else child.on('exit', report);
      } catch (error) {
        container.error = error instanceof Error ? error.message : String(error);
        container.exitCode = /not found|no such file/.test(container.error) ? 127 : 128;
        keep(container);
        throw error;
      }
      return true;
    },
    stop,
    async kill(container, name) {
      if (!container.process || container.state !== 'running')
        throw new DockerError(facts.killStopped, `Container ${container.id} is not running`);
      signal(container.process.pid, name);
      if (name === 'SIGKILL') await wait(container, 10);
    },
    async remove(container, force) {
      if (container.state === 'running') {
        const advice = facts.wrappedErrors
          ? 'Stop the container before attempting removal or force remove'
          : 'Stop the container before attempting removal or use -f';
        if (!force) throw new DockerError(409, `You cannot remove a running container ${container.id}. ${advice}`);
        await stop(container, 0);
      }
      known.delete(container.id);
      rmSync(containerFolder(graph, container.id), { recursive: true, force: true });
    },
    async restore(keepRunning) {
      await Promise.all(
        [...known.values()]
          .filter(({ state }) => state === 'running')
          .map(async (container) => {
            // 255 is what the daemon writes of one whose end it did not see.
            if (!container.process || !stillRuns(container.process)) return ended(container, 255);
            let code = 255;
            watchProcess(container, () => ended(container, code));
            if (keepRunning) return;
            // libcontainerd/client_shutdownrestore_linux.go of 1.11: what an earlier daemon left is ended.
            code = 137;
            await stop(container, 10);
          }),
      );
    },
    async shutDown(seconds) {
      await Promise.all([...known.values()].map((container) => stop(container, seconds)));
    },
  };
}

const numbers: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGTERM: 15,
};

function exitCodeOf(code: number | null, name: NodeJS.Signals | null): number {
  return code ?? 128 + (name ? (numbers[name] ?? 0) : 0);
}
