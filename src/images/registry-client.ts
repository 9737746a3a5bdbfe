import { ArtifactError } from '../artifacts/artifact-error.ts';
import { type Sleep, withRetry } from '../fetch/retry.ts';
import { authorize, refusedCredentials } from './auth.ts';
import { parseChallenge } from './challenge.ts';
import type { CredentialsOf } from './credentials.ts';
import { apiHost, type Reference } from './reference.ts';
import { failureOf, header, type RegistryHttp, type RegistryResponse, readSmall } from './registry-http.ts';

export interface RegistryOptions {
  readonly http: RegistryHttp;
  readonly signal: AbortSignal;
  readonly credentials: CredentialsOf;
  /** Ask with http, for registries without TLS. */
  readonly insecure: boolean;
  readonly sleep: Sleep;
}

/** Asks for things below `/v2/REPOSITORY/`. What is done with the answer is done again when the connection breaks. */
export type Ask = <T>(
  path: string,
  accept: string,
  use: (response: RegistryResponse, url: string) => Promise<T>,
) => Promise<T>;

/**
 * A client for one repository of a registry (distribution API v2): meets its challenges, asks again when the registry
 * is not well. http is for registries on this machine, as docker has it, and where it is permitted.
 *
 * @throws ArtifactError (from what is returned) KB4311 to KB4313
 */
export function registryClient(reference: Reference, options: RegistryOptions): Ask {
  const { registry, repository } = reference;
  const { http, signal } = options;
  const plain = options.insecure || /^(?:localhost|127(?:\.\d{1,3}){3})(?::\d+)?$/.test(registry);
  const base = `${plain ? 'http' : 'https'}://${apiHost(registry)}/v2/${repository}`;
  const credentials = options.credentials(registry);
  let authorization: string | undefined;

  async function ask(url: string, accept: string): Promise<RegistryResponse> {
    const send = (): Promise<RegistryResponse> =>
      http
        .get(url, { headers: { accept, ...(authorization !== undefined && { authorization }) }, signal })
        .catch((error: unknown) => {
          throw plain ? error : withoutTls(error);
        });
    let response = await send();
    if (response.status === 401) {
      await readSmall(response, url);
      const challenge = parseChallenge(header(response, 'www-authenticate') ?? '');
      const scope = `repository:${repository}:pull`;
      authorization = await authorize(challenge, { http, signal, credentials, scope, plain, url });
      response = await send();
    }
    if (response.status === 200) return response;
    await readSmall(response, url);
    if (response.status === 401 || response.status === 403) throw refusedCredentials(url, credentials !== undefined);
    throw failureOf(url, response);
  }

  return (path, accept, use) => {
    const url = `${base}/${path}`;
    return withRetry(url, options, async () => use(await ask(url, accept), url));
  };
}

/** The usual reason why TLS fails is a registry that has none. */
function withoutTls(error: unknown): unknown {
  if (!(error instanceof ArtifactError) || error.code !== 'KB4204') return error;
  const hint = `set "insecure": true for the image if its registry speaks http; otherwise ${error.hint ?? ''}`;
  return new ArtifactError(error.code, error.message, hint, error);
}
