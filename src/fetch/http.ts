import { request } from 'undici';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import { explainFailure, proxyRefuses } from './http-errors.ts';
import { type Environment, proxyAgents, type Timeouts } from './proxies.ts';
import { authorizationOf, nextHop, redirectStatus } from './redirects.ts';
import { isWebUrl, parsedUrl, shownUrl, type WebUrl } from './shown-url.ts';

export interface HttpResponse {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The bytes as they were sent. Read it, or call its iterator's `return`, to let the connection go. */
  readonly body: AsyncIterable<Buffer>;
}

export interface HttpRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface Http {
  /**
   * Asks for a URL and follows redirects. Whatever the status, the answer is returned.
   *
   * @throws ArtifactError KB4203 to KB4205 and KB4210 for what will fail again; PassingFailure for what may pass;
   *   the signal's reason. The body throws the same.
   */
  get(url: string, request: HttpRequest): Promise<HttpResponse>;
  /** Ends all connections, those in use too. */
  close(): Promise<void>;
}

const patience: Timeouts = { connect: 15_000, headers: 60_000, body: 30_000 };

/**
 * A client for http and https.
 *
 * @param options.env HTTP_PROXY for http URLs, HTTPS_PROXY for https URLs, NO_PROXY (host names, with their subdomains,
 *   with or without a port); lower case goes before upper case, as with curl
 * @throws ArtifactError KB4210 when a proxy is no http(s) URL
 */
export function createHttp(options: {
  readonly env: Environment;
  readonly userAgent: string;
  readonly timeouts?: Partial<Timeouts>;
}): Http {
  const timeouts = { ...patience, ...options.timeouts };
  const { agents, names } = proxyAgents(options.env, timeouts);

  async function get(address: string, { headers, signal }: HttpRequest): Promise<HttpResponse> {
    let url = checkedUrl(address);
    let authorization = authorizationOf(url);
    const seen: URL[] = [];
    for (;;) {
      signal.throwIfAborted();
      const { protocol } = url;
      const proxy = names[protocol];
      const explain = (error: unknown): unknown => (signal.aborted ? signal.reason : explainFailure(error, url, proxy));
      const answer = await request(bare(url), {
        dispatcher: agents[protocol],
        method: 'GET',
        headers: {
          'user-agent': options.userAgent,
          // The file's own bytes are wanted, and its ranges.
          'accept-encoding': 'identity',
          ...headers,
          ...(authorization !== undefined && { authorization }),
        },
        signal,
        headersTimeout: timeouts.headers,
        bodyTimeout: timeouts.body,
      }).catch((error: unknown) => {
        throw explain(error);
      });
      // A body that nobody reads any more may still fail.
      answer.body.on('error', () => {});
      if (answer.statusCode === 407) {
        answer.body.destroy();
        throw proxyRefuses(url, 407, proxy);
      }
      if (!redirectStatus(answer.statusCode)) {
        return { status: answer.statusCode, headers: answer.headers, body: explainedBody(answer.body, explain) };
      }
      answer.body.destroy();
      seen.push(url);
      const next = checkedUrl(nextHop(seen, answer.headers.location));
      if (next.origin !== url.origin) {
        authorization = undefined;
        headers = withoutAuthorization(headers);
      }
      authorization = authorizationOf(next) ?? authorization;
      url = next;
    }
  }

  return {
    get,
    async close() {
      await Promise.all([agents['http:'].destroy(), agents['https:'].destroy()]);
    },
  };
}

/** The bytes of an answer, whose failures are explained, and which is let go when its reader stops. */
function explainedBody(
  body: AsyncIterable<Buffer> & { destroy(): unknown },
  explain: (error: unknown) => unknown,
): AsyncIterable<Buffer> {
  return {
    [Symbol.asyncIterator]() {
      const source = body[Symbol.asyncIterator]();
      return {
        next: () =>
          source.next().catch((error: unknown) => {
            throw explain(error);
          }),
        async return() {
          body.destroy();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

function checkedUrl(text: string): WebUrl {
  const url = parsedUrl(text);
  if (!url) throw new ArtifactError('KB4210', `${shownUrl(text)} is not a URL`, urlHint);
  if (isWebUrl(url)) return url;
  throw new ArtifactError('KB4210', `${shownUrl(url)} is neither an http nor an https URL`, urlHint);
}

const urlHint =
  'a URL is written as https://HOST/PATH; a file of this machine is given by its path, or with --artifacts';

/** What is sent to the server: user name and password travel in a header. */
function bare(url: URL): string {
  return `${url.origin}${url.pathname}${url.search}`;
}

function withoutAuthorization(headers: HttpRequest['headers'] = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
}
