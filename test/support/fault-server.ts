import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';

/** How a path is answered. */
export interface Route {
  /** The file; a number is that many zero bytes, which are not held in memory. Without it, an empty answer. */
  readonly body?: Buffer | number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answer ranges, as long as `If-Range` is the ETag or Last-Modified of `headers`. */
  readonly ranges?: boolean;
  /** Bytes of the body after which the line is cut. */
  readonly cutAfter?: number;
  /** Bytes of the body after which nothing comes any more; 0 sends the headers only. */
  readonly stallAfter?: number;
  /** Take the request, and never answer. */
  readonly silent?: boolean;
  /** Without Content-Length. */
  readonly chunked?: boolean;
  /** Pieces of that many bytes, with a pause of a few milliseconds between them. */
  readonly drip?: number;
  /** Begins a range so many bytes too late, and says so. */
  readonly shift?: number;
}

export interface FaultServer {
  readonly port: number;
  url(path: string): string;
  /** Body bytes that were sent for a path. */
  sent(path: string): number;
  /** The headers of each request for a path. */
  asked(path: string): readonly IncomingHttpHeaders[];
  /** Forget what was sent and asked, and the number of the requests. */
  reset(): void;
  /** Answer a path otherwise from now on. */
  route(path: string, route: Route | ((request: number) => Route)): void;
  close(): Promise<void>;
}

/**
 * An HTTP server on 127.0.0.1 that fails as it is told to.
 *
 * @param routes by path; a function gets the number of the request for this path, from 1
 */
export async function faultServer(
  routes: Readonly<Record<string, Route | ((request: number) => Route)>>,
): Promise<FaultServer> {
  const table = new Map(Object.entries(routes));
  const sent = new Map<string, number>();
  const asked = new Map<string, IncomingHttpHeaders[]>();
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/\?.*/, '');
    const seen = [...(asked.get(path) ?? []), request.headers];
    asked.set(path, seen);
    const found = table.get(path) ?? { status: 404 };
    const route = typeof found === 'function' ? found(seen.length) : found;
    response.on('error', () => {});
    void answer(route, request.headers, response, (count) => sent.set(path, (sent.get(path) ?? 0) + count));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  const { port } = bound;
  return {
    port,
    url: (path) => `http://127.0.0.1:${port}${path}`,
    sent: (path) => sent.get(path) ?? 0,
    asked: (path) => asked.get(path) ?? [],
    reset() {
      sent.clear();
      asked.clear();
    },
    route: (path, route) => void table.set(path, route),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(
  route: Route,
  request: IncomingHttpHeaders,
  response: ServerResponse,
  count: (bytes: number) => void,
): Promise<void> {
  const { body = Buffer.alloc(0), headers = {}, status = 200, silent = false } = route;
  if (silent) return;
  const size = typeof body === 'number' ? body : body.length;
  const version = request['if-range'];
  const fresh = version === undefined || version === headers.etag || version === headers['last-modified'];
  const range = route.ranges && fresh ? /^bytes=(\d+)-$/.exec(request.range ?? '') : null;
  let first = range ? Number(range[1]) : 0;
  if (range && first >= size) {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    return;
  }
  if (range) first += route.shift ?? 0;
  response.writeHead(range ? 206 : status, {
    ...(!route.chunked && { 'content-length': size - first }),
    ...(range && { 'content-range': `bytes ${first}-${size - 1}/${size}` }),
    ...headers,
  });
  response.flushHeaders();
  const end = Math.min(size, first + Math.min(route.cutAfter ?? size, route.stallAfter ?? size));
  const piece = route.drip ?? 64 * 1024;
  for (let at = first; at < end && !response.destroyed; at += piece) {
    const until = Math.min(end, at + piece);
    const bytes = typeof body === 'number' ? Buffer.alloc(until - at) : body.subarray(at, until);
    count(bytes.length);
    await new Promise((done) => {
      response.once('close', done);
      response.write(bytes, () => {
        response.off('close', done);
        done(undefined);
      });
    });
    if (route.drip !== undefined) await new Promise((done) => setTimeout(done, 5));
  }
  if (route.cutAfter !== undefined) {
    // A client drops what it has not read yet when the line is cut: let it read.
    await new Promise((done) => setTimeout(done, 200));
    response.socket?.destroy();
  } else if (route.stallAfter === undefined) response.end();
}
