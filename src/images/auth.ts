import { ArtifactError } from '../artifacts/artifact-error.ts';
import { PassingFailure } from '../fetch/retry.ts';
import type { Challenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import { parseJson, record, text } from './json.ts';
import { failureOf, header, type RegistryHttp, readSmall } from './registry-http.ts';

const loginHint = 'type docker login for that registry, and give the config.json that it writes as "credentialsFile"';

interface AuthorizeOptions {
  readonly http: RegistryHttp;
  readonly signal: AbortSignal;
  readonly credentials: Credentials | undefined;
  /** What access is asked for when the registry does not say. */
  readonly scope: string;
  /** Whether the registry is asked without TLS, and so its token server may be. */
  readonly plain: boolean;
  /** The registry's URL, for messages. */
  readonly url: string;
}

/**
 * Meet a registry's challenge. Out: the `Authorization` header to ask with.
 *
 * @throws ArtifactError KB4313 when it cannot be met; PassingFailure when the token server is not well
 */
export async function authorize(challenge: Challenge | undefined, options: AuthorizeOptions): Promise<string> {
  const { credentials, url } = options;
  const basic = credentials && basicHeader(credentials);
  if (challenge?.scheme === 'bearer') return bearerToken(challenge, basic, options);
  if (challenge?.scheme === 'basic' && basic) return basic;
  throw new ArtifactError(
    'KB4313',
    challenge
      ? `${url}: the registry wants credentials, and none are known for it`
      : `${url}: the registry wants to be asked in a way that is not known (neither bearer nor basic)`,
    loginHint,
  );
}

/** What a registry's refusal after all that means. */
export function refusedCredentials(url: string, known: boolean): ArtifactError {
  return new ArtifactError(
    'KB4313',
    known
      ? `${url}: the registry refuses the credentials that are known for it`
      : `${url}: the registry does not give this without credentials, or there is no such repository`,
    loginHint,
  );
}

function basicHeader({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function bearerToken(
  challenge: Challenge & { readonly scheme: 'bearer' },
  basic: string | undefined,
  { http, signal, scope, plain, url }: AuthorizeOptions,
): Promise<string> {
  const realm = tokenUrl(challenge.realm, plain);
  if (!realm) {
    throw new ArtifactError('KB4313', `${url}: the registry sends to a token server without https`, loginHint);
  }
  if (challenge.service !== undefined) realm.searchParams.set('service', challenge.service);
  realm.searchParams.set('scope', challenge.scope ?? scope);
  const response = await http.get(realm.href, { headers: basic ? { authorization: basic } : {}, signal });
  const body = await readSmall(response, realm.origin);
  if (response.status === 401 || response.status === 403) throw refusedCredentials(realm.origin, basic !== undefined);
  if (response.status !== 200) throw failureOf(realm.origin + realm.pathname, response);
  const answer = record(parseJson(body));
  const token = text(answer?.token) || text(answer?.access_token);
  // A line break in it would write headers of its own.
  if (token && /^[\x21-\x7e]+$/.test(token)) return `Bearer ${token}`;
  throw new PassingFailure(
    `${realm.origin}${realm.pathname} gives no token (${header(response, 'content-type') ?? 'no type'})`,
  );
}

function tokenUrl(realm: string, plain: boolean): URL | undefined {
  if (!URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  const allowed = url.protocol === 'https:' || (plain && url.protocol === 'http:');
  return allowed && url.username === '' && url.password === '' ? url : undefined;
}
