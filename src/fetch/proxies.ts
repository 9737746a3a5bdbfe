import { EnvHttpProxyAgent, Pool } from 'undici';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import { authorizationOf } from './redirects.ts';
import { isWebUrl, parsedUrl, type WebUrl } from './shown-url.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Milliseconds: until connected, until the headers are there, and between two pieces of a body. */
export interface Timeouts {
  readonly connect: number;
  readonly headers: number;
  readonly body: number;
}

type ByProtocol<T> = { readonly [protocol in WebUrl['protocol']]: T };

/**
 * The connections of each protocol, through its proxy if there is one, and the variables that name the proxies.
 *
 * @throws ArtifactError KB4210 when a proxy is no http(s) URL
 */
export function proxyAgents(
  env: Environment,
  timeouts: Timeouts,
): { readonly agents: ByProtocol<EnvHttpProxyAgent>; readonly names: ByProtocol<string | undefined> } {
  const proxies = { 'http:': proxyOf(env, 'HTTP_PROXY'), 'https:': proxyOf(env, 'HTTPS_PROXY') };
  const noProxy = (setting(env, 'NO_PROXY')?.value ?? '').trim();
  const common = (proxy: Proxy | undefined): EnvHttpProxyAgent.Options => ({
    ...agentOptions(timeouts, noProxy),
    ...(proxy?.login !== undefined && { token: proxy.login }),
  });
  // Two agents: undici would take HTTP_PROXY for https URLs as well, and the empty text keeps it off process.env.
  const agents = {
    'http:': new EnvHttpProxyAgent({ ...common(proxies['http:']), httpProxy: proxies['http:']?.origin ?? '' }),
    'https:': new EnvHttpProxyAgent({ ...common(proxies['https:']), httpsProxy: proxies['https:']?.origin ?? '' }),
  };
  return { agents, names: { 'http:': proxies['http:']?.name, 'https:': proxies['https:']?.name } };
}

function agentOptions(timeouts: Timeouts, noProxy: string): EnvHttpProxyAgent.Options {
  const connect = { timeout: timeouts.connect };
  return {
    httpProxy: '',
    httpsProxy: '',
    noProxy,
    // Ordinary forward proxies allow CONNECT to port 443 only: http URLs are asked of them by their whole URI.
    proxyTunnel: false,
    connect,
    proxyTls: connect,
    clientFactory: (origin, pool) => new Pool(origin, { ...pool, headersTimeout: timeouts.headers }),
  };
}

interface Proxy {
  /** The variable that names it. */
  readonly name: string;
  readonly origin: string;
  /** Its `Proxy-Authorization`. undici would fail on a `%` that is no escape, and drop a user without a password. */
  readonly login: string | undefined;
}

interface Setting {
  readonly name: string;
  readonly value: string;
}

function setting(env: Environment, name: string): Setting | undefined {
  for (const spelling of [name.toLowerCase(), name]) {
    const value = env[spelling];
    if (value !== undefined && value !== '') return { name: spelling, value };
  }
  return undefined;
}

/** A proxy is an http URL; `proxy:3128` is short for one, as with curl. */
function proxyOf(env: Environment, name: string): Proxy | undefined {
  const given = setting(env, name);
  if (!given) return undefined;
  const value = given.value.includes('://') ? given.value : `http://${given.value}`;
  const url = parsedUrl(value);
  if (url && isWebUrl(url)) return { name: given.name, origin: url.origin, login: authorizationOf(url) };
  throw new ArtifactError(
    'KB4210',
    `${given.name} is not the http or https URL of a proxy`,
    `write it as ${given.name}=http://HOST:PORT, or unset it`,
  );
}
