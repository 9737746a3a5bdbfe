import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import { apiHost } from '../../../images/reference.ts';
import { toNumber } from './bridge.ts';
import { DockerError } from './docker-error.ts';
import type { DockerFacts } from './facts.ts';

/** What to send to a registry. */
interface Question {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** A registry that has answered to /v2/. */
export interface Registry {
  /** Asks for a path below the registry, or a URL that it named itself. The body is to be read. */
  readonly ask: (path: string, question?: Question) => Promise<IncomingMessage>;
}

export interface RegistryOptions {
  readonly facts: DockerFacts;
  /** Values of --insecure-registry: names, or networks. */
  readonly insecure: readonly string[];
  /** Of X-Registry-Auth. */
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
}

const patience = 30_000;

/**
 * Finds out how a registry is spoken to, by GET /v2/ as docker does it (distribution/registry.go): https, and for
 * insecure ones then http.
 *
 * @throws DockerError 500 with what Go says of the last attempt
 */
export async function connectRegistry(host: string, options: RegistryOptions): Promise<Registry> {
  const insecure = isInsecure(host, options.insecure);
  let last: unknown;
  for (const scheme of insecure ? ['https', 'http'] : ['https']) {
    const registry = registryAt(`${scheme}://${apiHost(host)}`, host, insecure, options);
    try {
      const answer = await registry.ask('/v2/');
      answer.resume();
      if (answer.statusCode === 200 || answer.statusCode === 401) return registry;
      last = new DockerError(500, `received unexpected HTTP status: ${answer.statusCode} ${answer.statusMessage}`);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

function registryAt(base: string, host: string, insecure: boolean, options: RegistryOptions): Registry {
  const { facts, credentials } = options;
  const basic = credentials
    ? { authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}` }
    : {};
  const ask = (path: string, { method = 'GET', headers = {}, body }: Question = {}): Promise<IncomingMessage> => {
    const url = new URL(path, base);
    return new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const sent = send(url, {
        method,
        agent: false,
        ...(url.protocol === 'https:' && { rejectUnauthorized: !insecure, ca: authorities(host) }),
        headers: { connection: 'close', ...basic, ...headers, ...(body && { 'content-length': body.length }) },
      });
      sent.setTimeout(patience, () =>
        sent.destroy(new Error('net/http: request canceled while waiting for connection')),
      );
      sent.on('error', (error) => reject(new DockerError(500, said(method, url, inGoWords(error, url, facts), facts))));
      sent.on('response', resolve);
      sent.end(body);
    });
  };
  return { ask };
}

/** net/url's Error: method, URL and cause; `Get` rather than `GET`. */
function said(method: string, url: URL, cause: string, facts: DockerFacts): string {
  const shown = facts.quotedUrls ? `"${url.href}"` : url.href;
  return `${method[0]}${method.slice(1).toLowerCase()} ${shown}: ${cause}`;
}

function inGoWords(error: Error, url: URL, facts: DockerFacts): string {
  const code = 'code' in error ? String(error.code) : '';
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const dial = `dial tcp ${url.hostname}:${port}: `;
  const calls: Readonly<Record<string, string>> = {
    ECONNREFUSED: `${facts.connectCall}: connection refused`,
    EHOSTUNREACH: `${facts.connectCall}: no route to host`,
    ENETUNREACH: `${facts.connectCall}: network is unreachable`,
    ETIMEDOUT: 'i/o timeout',
  };
  if (code in calls) return dial + calls[code];
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${url.hostname}: no such host`;
  if (code === 'ECONNRESET') return 'EOF';
  if (code === 'EPROTO' || /wrong version number|packet length/.test(error.message)) {
    return 'http: server gave HTTP response to HTTPS client';
  }
  if (/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code)) {
    return 'x509: certificate signed by unknown authority';
  }
  if (code === 'CERT_HAS_EXPIRED') return 'x509: certificate has expired or is not yet valid';
  return error.message;
}

/** /etc/docker/certs.d/HOST/ca.crt beside what everybody trusts (registry/registry.go, ReadCertsDirectory). */
function authorities(host: string): string[] {
  try {
    return [...rootCertificates, readFileSync(`/etc/docker/certs.d/${host}/ca.crt`, 'utf8')];
  } catch {
    return [...rootCertificates];
  }
}

/** registry/config.go, isSecureIndex: by name with its port, by network; 127.0.0.0/8 always. */
export function isInsecure(registry: string, listed: readonly string[]): boolean {
  if (listed.includes(registry)) return true;
  const host = registry.replace(/:[0-9]+$/, '');
  const address = host === 'localhost' ? '127.0.0.1' : host;
  if (isIP(address) !== 4) return false;
  return ['127.0.0.0/8', ...listed].some((entry) => {
    const [network = '', length] = entry.split('/');
    if (length === undefined || isIP(network) !== 4) return false;
    const size = 2 ** (32 - Number(length));
    return Math.floor(toNumber(network) / size) === Math.floor(toNumber(address) / size);
  });
}

/** The whole body of an answer. */
export async function bodyOf(answer: IncomingMessage, limit = 8 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += chunk.length;
    if (size > limit) throw new DockerError(500, 'http: request body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
