import { ArtifactError } from '../artifacts/artifact-error.ts';
import { contentRange, failureOfStatus, headerOf, isMissing, lengthOf, letGo, validatorOf } from './answer.ts';
import type { DownloadEvent } from './events.ts';
import type { Http, HttpResponse } from './http.ts';
import type { Partial } from './partial.ts';
import { PassingFailure } from './retry.ts';
import { shownUrl } from './shown-url.ts';

/** The server at a URL does not have the file. */
export class MissingFile extends Error {}

interface Wanted {
  readonly file: string;
  readonly sha256: string | undefined;
  /** Bytes of the whole file, where they are known beforehand. */
  readonly size?: number | undefined;
}

interface ReceiveOptions {
  readonly http: Http;
  readonly signal: AbortSignal;
  readonly onEvent?: ((event: DownloadEvent) => void) | undefined;
}

/**
 * Ask once for what is missing of a file, and append it.
 *
 * @throws MissingFile; PassingFailure when it is worth trying again; ArtifactError otherwise
 */
export async function receive(url: string, wanted: Wanted, partial: Partial, options: ReceiveOptions): Promise<void> {
  const { http, signal, onEvent } = options;
  const range = partial.rangeHeaders();
  const response = await http.get(url, { signal, ...(range && { headers: range }) });
  try {
    const total = await placeOf(url, response, partial, range !== undefined);
    if (total === 'again') {
      await letGo(response);
      await partial.discard();
      return await receive(url, wanted, partial, options);
    }
    onEvent?.({ kind: 'start', file: wanted.file, total: total ?? wanted.size, resumedAt: partial.size });
    for await (const bytes of response.body) {
      signal.throwIfAborted();
      // More than that cannot have the right hash, and might never end.
      if (wanted.sha256 !== undefined && wanted.size !== undefined && partial.size > wanted.size) return;
      await partial.append(bytes);
      onEvent?.({ kind: 'bytes', file: wanted.file, count: bytes.length });
    }
    const whole = total ?? (headerOf(response, 'transfer-encoding') === undefined ? wanted.size : undefined);
    if (whole !== undefined && partial.size < whole) {
      throw new PassingFailure(`the connection ended after ${partial.size} of ${whole} bytes`);
    }
  } catch (error) {
    await letGo(response);
    throw error;
  }
}

/** Where an answer's bytes belong, and the size of the whole file if the answer says it. */
async function placeOf(
  url: string,
  response: HttpResponse,
  partial: Partial,
  asked: boolean,
): Promise<number | undefined | 'again'> {
  const { status } = response;
  if (status === 200) {
    await partial.restart(validatorOf(response));
    return lengthOf(response);
  }
  if (status === 206 && asked) {
    const place = contentRange(response);
    if (place?.first !== partial.size || !partial.isOfVersion(validatorOf(response))) return 'again';
    partial.goOn();
    return place.total;
  }
  // 416: the file is shorter than what is here, so that is not a part of it.
  if (status === 416 && asked) return 'again';
  if (isMissing(status)) throw new MissingFile(`${shownUrl(url)} (status ${status})`);
  if (status === 206) {
    const message = `${shownUrl(url)}: the server sends a part (status 206) where the whole was asked for`;
    throw new ArtifactError('KB4208', message, 'try the URL with curl -v, or give the file with --artifacts DIR');
  }
  throw failureOfStatus(url, response);
}
