import { ArtifactError } from '../artifacts/artifact-error.ts';
import type { HttpResponse } from './http.ts';
import { PassingFailure, retryAfter } from './retry.ts';
import { shownUrl } from './shown-url.ts';

/** Statuses that pass by themselves: too slow, too early, too many, and servers that are not well (RFC 9110, 6585, 8470). */
const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Whether another URL of the same file may be tried: this server does not have it. */
export function isMissing(status: number): boolean {
  return status === 404 || status === 410;
}

/** What a status means that brings no bytes: PassingFailure, or ArtifactError KB4202 or KB4208. */
export function failureOfStatus(url: string, response: HttpResponse): Error {
  const { status } = response;
  if (passing.has(status)) {
    return new PassingFailure(
      `status ${status}`,
      retryAfter(headerOf(response, 'retry-after'), headerOf(response, 'date')),
    );
  }
  if (status === 401 || status === 403) {
    return new ArtifactError(
      'KB4202',
      `${shownUrl(url)}: the server does not give it to you (status ${status})`,
      'give user and password with --mirror https://USER:PASSWORD@HOST, or the file with --artifacts DIR',
    );
  }
  return new ArtifactError(
    'KB4208',
    `${shownUrl(url)}: the server answers with status ${status}`,
    'try the URL with curl -v; correct it, or give the file with --artifacts DIR',
  );
}

/** A header's value, the first one when it was sent twice. */
export function headerOf({ headers }: HttpResponse, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** A count of bytes in a header; undefined when there is none. */
export function lengthOf(response: HttpResponse): number | undefined {
  const text = headerOf(response, 'content-length');
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/**
 * What may stand in `If-Range`: a strong ETag, or a date of last change at least a second before the answer
 * (RFC 9110, section 8.8.2.2). undefined when the answer has neither.
 */
export function validatorOf(response: HttpResponse): string | undefined {
  const etag = headerOf(response, 'etag');
  if (etag?.startsWith('"')) return etag;
  const changed = headerOf(response, 'last-modified');
  const age = Date.parse(headerOf(response, 'date') ?? '') - Date.parse(changed ?? '');
  return age >= 1000 ? changed : undefined;
}

/** First byte and total of a `Content-Range: bytes FIRST-LAST/TOTAL`; undefined when it is none. */
export function contentRange(response: HttpResponse): { first: number; total: number | undefined } | undefined {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headerOf(response, 'content-range') ?? '');
  if (!match) return undefined;
  return { first: Number(match[1]), total: match[2] === '*' ? undefined : Number(match[2]) };
}

/** Let an answer's connection go without reading the answer. */
export async function letGo({ body }: HttpResponse): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}
