import { constants } from 'node:os';
import { record, text } from '../../../images/json.ts';
import { type ApiRequest, isSet, type Route, sendJson } from './api.ts';
import type { Bridge } from './bridge.ts';
import type { Container } from './container.ts';
import { detailsOf, statusText } from './container-details.ts';
import type { Containers } from './containers.ts';
import { DockerError } from './docker-error.ts';
import type { DockerFacts } from './facts.ts';
import { bodyOf } from './registry-connection.ts';

export interface ContainerApiOptions {
  readonly containers: Containers;
  readonly facts: DockerFacts;
  readonly graph: string;
  readonly bridge: Bridge;
}

/** All of /containers. */
export function containerRoutes(options: ContainerApiOptions): readonly Route[] {
  const { containers, facts } = options;
  const route = (method: string, path: string, answer: Route['answer']): Route => ({ method, path, answer });
  return [
    route('GET', '/containers/json', ({ query, response }) => sendJson(response, 200, listed(query, options))),
    route('GET', '/containers/{}/json', ({ name, response }) =>
      sendJson(response, 200, detailsOf(containers.get(name), options.graph, options.bridge)),
    ),
    route('POST', '/containers/create', (request) => create(request, options)),
    route('POST', '/containers/{}/start', async ({ name, response }) => {
      const done = await containers.start(containers.get(name));
      response.writeHead(done ? 204 : 304).end();
    }),
    route('POST', '/containers/{}/stop', async ({ name, query, response }) => {
      const seconds = Number.parseInt(query.get('t') ?? '', 10);
      const given = Number.isNaN(seconds) ? (facts.wrappedErrors ? 10 : 0) : seconds;
      const done = await containers.stop(containers.get(name), given < 0 ? 1e9 : given);
      response.writeHead(done ? 204 : 304).end();
    }),
    route('POST', '/containers/{}/kill', async ({ name, query, response }) => {
      const wanted = signalOf(query.get('signal') ?? '');
      try {
        await containers.kill(containers.get(name), wanted);
      } catch (error) {
        if (!(error instanceof DockerError)) throw error;
        // fmt.Errorf before, errors.Wrapf after: the colon has another place.
        const before = facts.wrappedErrors ? `Cannot kill container: ${name}: ` : `Cannot kill container ${name}: `;
        throw new DockerError(error.status, before + error.message);
      }
      response.writeHead(204).end();
    }),
    route('DELETE', '/containers/{}', async ({ name, query, response }) => {
      await containers.remove(containers.get(name), isSet(query, 'force'));
      response.writeHead(204).end();
    }),
  ];
}

async function create({ raw, query, response }: ApiRequest, { containers }: ContainerApiOptions): Promise<void> {
  const { 'content-type': type = '' } = raw.headers;
  const bytes = await bodyOf(raw);
  if (type.split(';')[0]?.trim() !== 'application/json') {
    throw new DockerError(400, `Content-Type specified (${type}) must be 'application/json'`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    const [first = ''] = bytes.toString('utf8').trim();
    throw new DockerError(500, first === '' ? 'EOF' : `invalid character '${first}' looking for beginning of value`);
  }
  const body = record(parsed) ?? {};
  const { HostConfig: _, ...config } = body;
  if (Object.keys(config).length === 0) {
    throw new DockerError(400, 'Config cannot be empty in order to create a container');
  }
  const { id } = containers.create(query.get('name') ?? '', body);
  sendJson(response, 201, { Id: id, Warnings: null });
}

function listed(query: URLSearchParams, options: ContainerApiOptions): unknown {
  const limit = query.get('limit') ?? '';
  if (limit !== '' && !/^-?[0-9]+$/.test(limit)) {
    throw new DockerError(
      500,
      `strconv.${options.facts.wrappedErrors ? 'Atoi' : 'ParseInt'}: parsing "${limit}": invalid syntax`,
    );
  }
  const filters = filtersOf(query.get('filters'));
  const all = isSet(query, 'all') || Number(limit) > 0 || filters.has('status');
  const chosen = options.containers
    .all()
    .filter((container) => (all || container.state === 'running') && passes(container, filters))
    .toSorted((a, b) => (a.created < b.created ? 1 : -1));
  return (Number(limit) > 0 ? chosen.slice(0, Number(limit)) : chosen).map((container) => ({
    Id: container.id,
    Names: [`/${container.name}`],
    Image: container.image,
    ImageID: container.imageId,
    Command: container.command.join(' '),
    Created: Math.floor(Date.parse(container.created) / 1000),
    Ports: [],
    Labels: container.labels,
    State: container.state,
    Status: statusText(container),
    HostConfig: { NetworkMode: text(container.hostConfig.NetworkMode) ?? 'default' },
    NetworkSettings: { Networks: { bridge: { IPAddress: container.address } } },
  }));
}

/** Both forms of filters: lists, and from API 1.22 on also sets. */
function filtersOf(query: string | null): ReadonlyMap<string, readonly string[]> {
  if (query === null || query === '') return new Map();
  let parsed: unknown;
  try {
    parsed = JSON.parse(query);
  } catch {
    throw new DockerError(500, `invalid character '${query[0] ?? ''}' looking for beginning of value`);
  }
  const pairs = Object.entries(record(parsed) ?? {});
  return new Map(
    pairs.map(([key, value]) => [key, Array.isArray(value) ? value.map(String) : Object.keys(record(value) ?? {})]),
  );
}

function passes(container: Container, filters: ReadonlyMap<string, readonly string[]>): boolean {
  return [...filters].every(([key, values]) => {
    if (key === 'label') return values.every((value) => hasLabel(container, value));
    if (key === 'id') return values.some((value) => container.id.startsWith(value));
    if (key === 'name') return values.some((value) => `/${container.name}`.includes(value));
    if (key === 'status') return values.includes(container.state);
    throw new DockerError(400, `Invalid filter '${key}'`);
  });
}

function hasLabel({ labels }: Container, wanted: string): boolean {
  const [, name = '', , value] = /^([^=]*)(=(.*))?$/s.exec(wanted) ?? [];
  return name in labels && (value === undefined || labels[name] === value);
}

/** pkg/signal: a number, or a name with or without SIG; '' is KILL. */
function signalOf(given: string): NodeJS.Signals {
  const known = Object.entries(constants.signals);
  const name = `SIG${given.toUpperCase().replace(/^SIG/, '')}`;
  const found = known.find(([one, number]) =>
    given === '' ? one === 'SIGKILL' : one === name || String(number) === given,
  );
  if (!found) throw new DockerError(400, `Invalid signal: ${given}`);
  return signalNamed(found[0]);
}

function signalNamed(name: string): NodeJS.Signals {
  const isSignal = (one: string): one is NodeJS.Signals => one in constants.signals;
  return isSignal(name) ? name : 'SIGKILL';
}
