import { type IncomingMessage, request } from 'node:http';
import type { Readable } from 'node:stream';
import { compareReleases } from '../../../release/compare.ts';
import type { DockerFacts } from './facts.ts';
import { parseHost } from './listeners.ts';
import { bodyOf } from './registry-connection.ts';

/** What the client says and ends with. */
export class ClientFailure extends Error {
  readonly status: number | undefined;

  /** @param status of the daemon's answer, when there was one */
  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

interface Question {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it comes. */
  readonly stream?: Readable;
}

/** The daemon as a client sees it. */
export interface DaemonClient {
  /** The answer, whose status is below 400. */
  readonly open: (path: string, question?: Question) => Promise<IncomingMessage>;
  /** The same, read as JSON. */
  readonly json: (path: string, question?: Question) => Promise<unknown>;
}

/**
 * A client of the daemon at -H. Up to 1.12 it speaks its own protocol, after that the daemon's if that is older.
 *
 * @throws ClientFailure (from what is returned) "Error response from daemon: …" and "Cannot connect …"
 */
export function daemonClient(host: string, facts: DockerFacts): DaemonClient {
  const { kind, address } = parseHost(host);
  let version: Promise<string> | undefined;
  const where = kind === 'unix' ? { socketPath: address } : tcp(address);

  function send(
    path: string,
    { method = 'GET', query = {}, headers = {}, json, stream }: Question,
  ): Promise<IncomingMessage> {
    const search = new URLSearchParams(query).toString();
    const body = json === undefined ? undefined : JSON.stringify(json);
    return new Promise((resolve, reject) => {
      const sent = request({
        ...where,
        method,
        path: `${path}${search === '' ? '' : `?${search}`}`,
        agent: false,
        headers: {
          Host: 'docker',
          'User-Agent': 'Docker-Client/stand-in (linux)',
          ...(body !== undefined && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
          ...(stream && { 'Content-Type': 'application/x-tar' }),
          ...(method === 'POST' && body === undefined && !stream && { 'Content-Length': 0 }),
          ...headers,
        },
      });
      sent.on('response', resolve);
      sent.on('error', (error) => reject(new ClientFailure(unreachable(error, kind, address, facts))));
      // A daemon that refuses what is sent answers before its end.
      if (stream) stream.on('error', (error) => sent.destroy(error)).pipe(sent);
      else sent.end(body);
    });
  }

  async function negotiated(): Promise<string> {
    const given = process.env.DOCKER_API_VERSION ?? '';
    if (given !== '') return given;
    if (!facts.pflagClient) return facts.api;
    const answer = await send('/_ping', {});
    await bodyOf(answer);
    const theirs = String(answer.headers['api-version'] ?? '1.24');
    return compareReleases(theirs, facts.api) < 0 ? theirs : facts.api;
  }

  async function open(path: string, question: Question = {}): Promise<IncomingMessage> {
    version ??= negotiated();
    const answer = await send(`/v${await version}${path}`, question);
    const { statusCode = 0 } = answer;
    if (statusCode < 400) return answer;
    const text = (await bodyOf(answer)).toString('utf8').trim();
    throw new ClientFailure(`Error response from daemon: ${messageOf(text)}`, statusCode);
  }

  return {
    open,
    json: async (path, question) => {
      const text = (await bodyOf(await open(path, question), 64 * 1024 * 1024)).toString('utf8');
      return text === '' ? undefined : JSON.parse(text);
    },
  };
}

function tcp(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

/** Of JSON from API 1.24 on, of a text before. */
function messageOf(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) return String(parsed.message);
  } catch {
    // A text, then.
  }
  return text;
}

function unreachable(error: Error, kind: string, address: string, facts: DockerFacts): string {
  const code = 'code' in error ? error.code : '';
  if (code === 'EACCES')
    return `Got permission denied while trying to connect to the Docker daemon socket at unix://${address}`;
  if (code !== 'ECONNREFUSED' && code !== 'ENOENT') return `An error occurred trying to connect: ${error.message}`;
  if (!facts.pflagClient) return 'Cannot connect to the Docker daemon. Is the docker daemon running on this host?';
  return `Cannot connect to the Docker daemon at ${kind}://${address}. Is the docker daemon running?`;
}
