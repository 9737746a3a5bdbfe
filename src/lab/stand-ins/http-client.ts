import { request } from 'node:http';

/** What to ask, beside the URL. */
export interface HttpQuestion {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the whole exchange; 5 seconds when not given. */
  readonly timeoutMilliseconds?: number;
  /** Path of a unix socket, to which the request goes instead of the URL's host. */
  readonly socketPath?: string;
}

/** An answer of any status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** The body read as JSON; undefined when it is none. */
  readonly json: unknown;
}

/**
 * One HTTP request on a connection of its own, which nothing keeps open afterwards. Resolves to an answer of any status;
 * rejects with an error in Go's words ("dial tcp 127.0.0.1:8080: connection refused") when there was none in time.
 */
export function ask(url: string | URL, question: HttpQuestion = {}): Promise<HttpAnswer> {
  const where = new URL(url);
  const body = encode(question.body);
  const type = typeof question.body === 'string' ? {} : { 'Content-Type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = request({
      ...(question.socketPath === undefined
        ? { host: where.hostname.replace(/^\[|\]$/g, ''), port: where.port === '' ? 80 : Number(where.port) }
        : { socketPath: question.socketPath }),
      path: `${where.pathname}${where.search}`,
      method: question.method ?? 'GET',
      agent: false,
      headers: {
        Host: where.host,
        Connection: 'close',
        ...(body === undefined ? {} : { ...type, 'Content-Length': String(body.length) }),
        ...question.headers,
      },
    });
    const fail = (error: unknown): void => reject(new Error(inGoWords(error, where, question.socketPath)));
    const timer = setTimeout(
      () => sent.destroy(new Error('net/http: request canceled (Client.Timeout exceeded while awaiting headers)')),
      question.timeoutMilliseconds ?? 5000,
    );
    sent.on('error', fail);
    sent.on('close', () => clearTimeout(timer));
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
      });
    });
    sent.end(body);
  });
}

function encode(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What Go's net package says of the same failure. */
function inGoWords(error: unknown, url: URL, socketPath: string | undefined): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const dial = socketPath === undefined ? `dial tcp ${url.hostname}:${url.port || '80'}` : `dial unix ${socketPath}`;
  switch (code) {
    case 'ECONNREFUSED':
      return `${dial}: connection refused`;
    case 'ENOENT':
      return `${dial}: no such file or directory`;
    case 'EACCES':
      return `${dial}: permission denied`;
    case 'EHOSTUNREACH':
      return `${dial}: no route to host`;
    case 'ENETUNREACH':
      return `${dial}: network is unreachable`;
    case 'ETIMEDOUT':
      return `${dial}: i/o timeout`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${url.hostname}: no such host`;
    case 'ECONNRESET':
      return 'EOF';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
