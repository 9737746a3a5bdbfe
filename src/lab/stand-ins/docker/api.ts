import type { IncomingMessage, ServerResponse } from 'node:http';
import { compareReleases } from '../../../release/compare.ts';
import { DockerError } from './docker-error.ts';
import type { DockerFacts } from './facts.ts';
import { oldestApi } from './facts.ts';

/** A request that fits a route. */
export interface ApiRequest {
  /** What stands for the braces of the route, decoded. */
  readonly name: string;
  readonly query: URLSearchParams;
  readonly raw: IncomingMessage;
  readonly response: ServerResponse;
}

/** One route: `GET /images/{}/json`. The braces take slashes too, as names of images have them. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly answer: (request: ApiRequest) => void | Promise<void>;
}

/**
 * The daemon's HTTP API (api/server/server.go): each route with and without /vN.NN in front. An error is a text up to
 * API 1.23 and JSON after; a client that is too new or too old is refused.
 */
export function apiServer(
  routes: readonly Route[],
  release: string,
  facts: DockerFacts,
): (request: IncomingMessage, response: ServerResponse) => void {
  const patterns = routes.map((route) => ({
    route,
    pattern: new RegExp(`^${route.path.replace('{}', '(.+)')}$`),
  }));

  async function answer(raw: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Server', `Docker/${release} (linux)`);
    const url = new URL(`http://docker${raw.url ?? '/'}`);
    const [, version, path = '/'] = /^(?:\/v([0-9.]+))?(\/.*)$/.exec(url.pathname) ?? [];
    const fail = (error: unknown): void => {
      const old = compareReleases(version ?? facts.api, '1.24') < 0;
      refuse(error, response, old, facts);
    };
    const found = patterns.find(({ route, pattern }) => route.method === raw.method && pattern.test(path));
    if (!found) {
      raw.resume();
      // Before 17.12 it is the router's own answer, and never JSON.
      if (!facts.wrappedErrors) sendPlain(response, 404, '404 page not found\n');
      else fail(new DockerError(404, 'page not found'));
      return;
    }
    try {
      if (version !== undefined) checkVersion(version, facts);
      const name = decodeURIComponent(found.pattern.exec(path)?.[1] ?? '');
      await found.route.answer({ name, query: url.searchParams, raw, response });
    } catch (error) {
      raw.resume();
      fail(error);
    }
  }
  return (request, response) => {
    response.on('error', () => undefined);
    void answer(request, response);
  };
}

/** api/server/middleware/version.go. */
function checkVersion(version: string, facts: DockerFacts): void {
  if (compareReleases(version, facts.api) > 0) {
    throw new DockerError(
      400,
      facts.wrappedErrors
        ? `client version ${version} is too new. Maximum supported API version is ${facts.api}`
        : `client is newer than server (client API version: ${version}, server API version: ${facts.api})`,
    );
  }
  if (compareReleases(version, oldestApi) < 0) {
    const advice = 'please upgrade your client to a newer version';
    throw new DockerError(
      400,
      `client version ${version} is too old. Minimum supported API version is ${oldestApi}, ${advice}`,
    );
  }
}

/** api/server/httputils/errors.go: up to 17.09 the status comes from words in the message. */
function refuse(error: unknown, response: ServerResponse, old: boolean, facts: DockerFacts): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  let status = error instanceof DockerError ? error.status : 500;
  if (!facts.wrappedErrors && status === 400 && !/bad parameter|client (is|version)/i.test(message)) status = 500;
  if (status === 304) response.writeHead(304).end();
  else if (old) sendPlain(response, status, `${message}\n`);
  else sendJson(response, status, { message });
}

/** Answers with JSON, as Go's encoder writes it: with a newline behind. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
}

function sendPlain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
}

/** BoolValue of api/server/httputils/form.go: what is set and no known word for no. */
export function isSet(query: URLSearchParams, name: string): boolean {
  const value = (query.get(name) ?? '').trim().toLowerCase();
  return !['', '0', 'no', 'false', 'none'].includes(value);
}
