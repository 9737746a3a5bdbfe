import { join } from 'node:path';
import { record, text, texts } from '../../../images/json.ts';
import { DockerError } from './docker-error.ts';
import type { StoredImage } from './image-store.ts';
import { readJson, writeJson } from './json-file.ts';
import type { KnownProcess } from './processes.ts';

/** A container as it is kept in containers/ID/config.v2.json below --graph. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** As it was asked for. */
  readonly image: string;
  readonly imageId: string;
  /** RFC 3339. */
  readonly created: string;
  /** What is run: the program, then its arguments. */
  readonly command: readonly string[];
  readonly env: readonly string[];
  readonly folder: string;
  readonly labels: Readonly<Record<string, unknown>>;
  /** Config and HostConfig of the request, as inspect shows them. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly hostConfig: Readonly<Record<string, unknown>>;
  state: 'created' | 'running' | 'exited';
  process: KnownProcess | undefined;
  exitCode: number;
  error: string;
  startedAt: string;
  finishedAt: string;
  /** Its address on the bridge, without length; '' for none. */
  address: string;
}

/** Go's zero time. */
const never = '0001-01-01T00:00:00Z';

/**
 * A container from the body of POST /containers/create, with what the image says where the body says nothing.
 *
 * @throws DockerError 400 when there is nothing to run
 */
export function newContainer(
  id: string,
  name: string,
  body: Readonly<Record<string, unknown>>,
  image: StoredImage,
): Container {
  const { HostConfig, NetworkingConfig: _networks, ...config } = body;
  const own = record(image.content.config) ?? {};
  // An entrypoint of the request also takes away the image's command (runconfig.Merge).
  const entrypoint = texts(config.Entrypoint) ?? texts(own.Entrypoint) ?? [];
  const given = texts(config.Cmd) ?? [];
  const fallback = texts(config.Entrypoint) ? [] : (texts(own.Cmd) ?? []);
  const command = [...entrypoint, ...(given.length > 0 ? given : fallback)];
  if (command.length === 0) throw new DockerError(400, 'No command specified');
  return {
    id,
    name,
    image: text(config.Image) ?? '',
    imageId: image.id,
    created: new Date().toISOString(),
    command,
    env: merged(texts(own.Env) ?? [], texts(config.Env) ?? []),
    folder: text(config.WorkingDir) || text(own.WorkingDir) || '/',
    labels: { ...record(own.Labels), ...record(config.Labels) },
    config,
    hostConfig: { NetworkMode: 'default', ...record(HostConfig) },
    state: 'created',
    process: undefined,
    exitCode: 0,
    error: '',
    startedAt: never,
    finishedAt: never,
    address: '',
  };
}

/** NetworkMode of its HostConfig: default, bridge, host, none, container:ID. */
export function networkMode(container: Container): string {
  return text(container.hostConfig.NetworkMode) || 'default';
}

function merged(first: readonly string[], second: readonly string[]): readonly string[] {
  const byName = new Map([...first, ...second].map((pair) => [pair.replace(/=.*$/s, ''), pair]));
  return [...byName.values()];
}

/** Where a container's files are. */
export function containerFolder(graph: string, id: string): string {
  return join(graph, 'containers', id);
}

/** Keeps it for the next start of the daemon. */
export function keepContainer(graph: string, container: Container): void {
  writeJson(join(containerFolder(graph, container.id), 'config.v2.json'), container);
}

/** A container of an earlier daemon; undefined when its file makes no sense. */
export function readContainer(graph: string, id: string): Container | undefined {
  const kept = readJson(join(containerFolder(graph, id), 'config.v2.json'));
  return isContainer(kept) ? kept : undefined;
}

function isContainer(value: unknown): value is Container {
  const container = record(value);
  return text(container?.id) !== undefined && texts(container?.command) !== undefined;
}
