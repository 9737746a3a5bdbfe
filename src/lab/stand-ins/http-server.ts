import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';

/** A request that was read whole. */
export interface ServedRequest {
  readonly method: string;
  /** With host, path and query; the host is of no meaning. */
  readonly url: URL;
  readonly body: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
  readonly raw: IncomingMessage;
  readonly response: ServerResponse;
}

/** Something that listens. */
export interface Listening {
  /** The port, also when 0 was asked for. */
  readonly port: number;
  /** Stops listening and breaks every open connection, also those that wait (long polls, keep-alive). */
  readonly close: () => Promise<void>;
}

/** Answers one request; what it throws is answered with 500. */
export type Handler = (request: ServedRequest) => void | Promise<void>;

/** Listening failed; the message is Go's: "listen tcp 0.0.0.0:8080: bind: address already in use". */
export class ListenError extends Error {}

/**
 * Serves HTTP on host:port ('' means all addresses), or on a unix socket when `host` begins with a slash (a file left
 * there is the caller's to remove). Rejects with a ListenError.
 */
export function serve(host: string, port: number, handler: Handler): Promise<Listening> {
  const server = createServer((raw, response) => {
    void answer(raw, response, handler);
  });
  // Clients of that age keep a connection for minutes, and one that waits on a key for longer.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 75_000;
  return listen(server, host, port);
}

/** Takes connections and says nothing: enough for "is the port open". Rejects with a ListenError. */
export function acceptOnly(host: string, port: number): Promise<Listening> {
  return listen(
    createTcpServer((socket) => socket.on('error', () => {}).resume()),
    host,
    port,
  );
}

/** Answers with a status and a JSON body. */
export function sendJson(response: ServerResponse, status: number, value: unknown, headers = {}): void {
  sendText(response, status, `${JSON.stringify(value)}\n`, { 'Content-Type': 'application/json', ...headers });
}

/** Answers with a status and a text. */
export function sendText(response: ServerResponse, status: number, text: string, headers = {}): void {
  if (response.writableEnded || response.destroyed) return;
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** Resolves when the process is told to stop, by SIGTERM or SIGINT. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

async function answer(raw: IncomingMessage, response: ServerResponse, handler: Handler): Promise<void> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of raw) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const url = new URL(`http://localhost${raw.url?.startsWith('/') ? raw.url : '/'}`);
    await handler({ method: raw.method ?? 'GET', url, body, json: parsed(body), raw, response });
  } catch (error) {
    // The other end may be gone: then there is nobody to tell.
    if (!response.headersSent) sendText(response, 500, `${error instanceof Error ? error.message : String(error)}\n`);
    else response.destroy();
  }
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listen(server: Server | ReturnType<typeof createTcpServer>, host: string, port: number): Promise<Listening> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  return new Promise((resolve, reject) => {
    server.on('error', (error) => reject(new ListenError(inGoWords(error, host, port))));
    const listening = (): void => {
      const address = server.address();
      resolve({ port: address !== null && typeof address === 'object' ? address.port : 0, close });
    };
    if (host.startsWith('/')) server.listen(host, listening);
    else if (host === '') server.listen(port, listening);
    else server.listen(port, host, listening);
  });
}

/** Go 1.5 to 1.8, net.OpError: the operation, the network, the address, then the system's word. */
function inGoWords(error: Error, host: string, port: number): string {
  const code = 'code' in error ? error.code : undefined;
  const where = host.startsWith('/')
    ? `listen unix ${host}`
    : `listen tcp ${host.includes(':') ? `[${host}]` : host}:${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return `${where}: bind: address already in use`;
    case 'EADDRNOTAVAIL':
      return `${where}: bind: cannot assign requested address`;
    case 'EACCES':
      return `${where}: bind: permission denied`;
    case 'ENOENT':
      return `${where}: bind: no such file or directory`;
    case 'ERR_SOCKET_BAD_PORT':
      return `listen tcp: invalid port ${port}`;
    default:
      return `${where}: ${error.message}`;
  }
}
