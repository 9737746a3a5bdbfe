import { ArtifactError } from '../artifacts/artifact-error.ts';
import { PassingFailure, retryAfter } from '../fetch/retry.ts';

export interface RegistryResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What is used of the HTTP client; redirects are followed by it, and lose `Authorization` on the way to another host. */
export interface RegistryHttp {
  get(
    url: string,
    options: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
  ): Promise<RegistryResponse>;
}

/** A manifest or an answer in JSON has at most so many bytes: the distribution project's own limit. */
const smallLimit = 4 * 1024 * 1024;

/** A header's value, the first one when it was sent twice. */
export function header({ headers }: RegistryResponse, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/**
 * The whole body of an answer that has to be small.
 *
 * @throws ArtifactError KB4311 when it is not
 */
export async function readSmall({ body }: RegistryResponse, url: string, limit = smallLimit): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) {
      throw new ArtifactError('KB4311', `${url} sends more than ${limit} bytes, as no registry does`, lookHint);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What an answer other than 200, 401 and 403 means: for 429 and 5xx that it is worth asking again. */
export function failureOf(url: string, response: RegistryResponse): Error {
  const { status } = response;
  if (status === 429 || status >= 500) {
    return new PassingFailure(
      `status ${status}`,
      retryAfter(header(response, 'retry-after'), header(response, 'date')),
    );
  }
  if (status === 404) {
    return new ArtifactError(
      'KB4312',
      `${url}: the registry does not have it (404)`,
      'correct "from", or push the image',
    );
  }
  return new ArtifactError('KB4311', `${url} answers with status ${status}, and not as a registry does`, lookHint);
}

const lookHint = 'try that URL with a browser or curl; "insecure": true is for a registry that speaks http';
