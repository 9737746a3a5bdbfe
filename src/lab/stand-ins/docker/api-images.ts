import type { IncomingMessage, ServerResponse } from 'node:http';
import { record, text } from '../../../images/json.ts';
import { type ApiRequest, isSet, type Route, sendJson } from './api.ts';
import type { Containers } from './containers.ts';
import { DockerError } from './docker-error.ts';
import type { DockerFacts } from './facts.ts';
import { imageDetails, listedImages } from './image-details.ts';
import { loadImages } from './image-load.ts';
import { removeImage } from './image-remove.ts';
import type { ImageStore } from './image-store.ts';
import { imageName } from './names.ts';
import { bodyOf, type RegistryOptions } from './registry-connection.ts';
import { pull, type Say } from './registry-pull.ts';
import { push } from './registry-push.ts';

export interface ImageApiOptions {
  readonly images: ImageStore;
  readonly containers: Containers;
  readonly facts: DockerFacts;
  readonly insecure: readonly string[];
  /** Where the daemon unpacks what is loaded. */
  readonly temporary: string;
}

/** All of /images. */
export function imageRoutes(options: ImageApiOptions): readonly Route[] {
  const { images, facts } = options;
  return [
    {
      method: 'GET',
      path: '/images/json',
      answer: ({ response, query }) => sendJson(response, 200, listedImages(images, query)),
    },
    {
      method: 'GET',
      path: '/images/{}/json',
      answer: ({ response, name }) => sendJson(response, 200, imageDetails(images, name, facts)),
    },
    { method: 'POST', path: '/images/load', answer: (request) => load(request, options) },
    { method: 'POST', path: '/images/create', answer: (request) => create(request, options) },
    {
      method: 'POST',
      path: '/images/{}/push',
      answer: async ({ name, query, raw, response }) => {
        const tag = query.get('tag') ?? '';
        const registry = await registryOptions(raw, options, true);
        const full = imageName(tag === '' ? name : `${name}:${tag}`);
        const wanted = tag === '' ? full.shown : `${full.shown}:${tag}`;
        await stream(response, (say) => push(wanted, images, registry, say));
      },
    },
    {
      method: 'POST',
      path: '/images/{}/tag',
      answer: ({ name, query, response }) => {
        const { id } = images.get(name);
        const tag = query.get('tag') ?? '';
        try {
          images.tag(id, `${query.get('repo') ?? ''}${tag === '' ? '' : `:${tag}`}`);
        } catch (error) {
          // Of no type there, so it is the daemon's own failure.
          throw new DockerError(500, error instanceof Error ? error.message : String(error));
        }
        response.writeHead(201).end();
      },
    },
    {
      method: 'DELETE',
      path: '/images/{}',
      answer: ({ name, query, response }) =>
        sendJson(response, 200, removeImage(name, isSet(query, 'force'), images, options.containers, facts)),
    },
  ];
}

/** Quiet, up to 1.11: nothing is said, and an error is the answer's status; otherwise both are lines of JSON. */
async function load({ raw, response, query }: ApiRequest, options: ImageApiOptions): Promise<void> {
  const { facts, images, temporary } = options;
  const silent = facts.api === '1.22' || (facts.api === '1.23' && (query.get('quiet') ?? '1') !== '0');
  if (silent) {
    await loadImages(raw, images, temporary);
    response.writeHead(200).end();
    return;
  }
  await stream(
    response,
    async (say) => {
      try {
        for (const line of await loadImages(raw, images, temporary)) say(line);
      } catch (error) {
        raw.resume();
        response.flushHeaders();
        throw error;
      }
    },
    'stream',
  );
}

async function create({ raw, response, query }: ApiRequest, options: ImageApiOptions): Promise<void> {
  const image = (query.get('fromImage') ?? '').replace(/:$/, '');
  const tag = query.get('tag') ?? '';
  if (image === '') throw new DockerError(501, 'stand-in: of POST /images/create, only fromImage is there');
  const name = tag === '' ? image : `${image}${tag.startsWith('sha256:') ? '@' : ':'}${tag}`;
  imageName(name);
  const registry = await registryOptions(raw, options, false);
  await stream(response, (say) => pull(name, options.images, registry, say));
}

/** Lines of JSON; the first makes it a 200, and what fails after it is one more line (pkg/streamformatter). */
async function stream(
  response: ServerResponse,
  work: (say: Say) => Promise<void>,
  key: 'status' | 'stream' = 'status',
): Promise<void> {
  const line = (value: unknown): void => {
    if (!response.headersSent) response.writeHead(200, { 'Content-Type': 'application/json' });
    response.write(`${JSON.stringify(value)}\r\n`);
  };
  const say: Say = (said, id) =>
    line(key === 'stream' ? { stream: `${said}\n` } : { status: said, ...(id !== undefined && { id }) });
  try {
    await work(say);
  } catch (error) {
    if (!response.headersSent) throw error;
    const message = error instanceof Error ? error.message : String(error);
    line({ errorDetail: { message }, error: message });
  }
  if (!response.headersSent) response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end();
}

/** X-Registry-Auth, base64 of JSON; for a push it, or a body in the old form, has to be there. */
async function registryOptions(
  raw: IncomingMessage,
  { facts, insecure }: ImageApiOptions,
  required: boolean,
): Promise<RegistryOptions> {
  const { 'x-registry-auth': header } = raw.headers;
  const body = await bodyOf(raw);
  if (header === undefined && required && body.length === 0) {
    throw new DockerError(400, 'Bad parameters and missing X-Registry-Auth: EOF');
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(String(header ?? ''), 'base64').toString('utf8'));
  } catch {
    // As the daemon does it: nothing that can be read is no credentials.
  }
  const username = text(record(parsed)?.username) ?? '';
  const password = text(record(parsed)?.password) ?? '';
  return { facts, insecure, credentials: username === '' ? undefined : { username, password } };
}
