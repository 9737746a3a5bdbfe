import { ask, type HttpAnswer, type HttpQuestion } from '../http-client.ts';

/** etcd answered with an error of the keys API. */
export class KeyError extends Error {
  readonly code: number;
  readonly index: number;

  /** The words are those of etcd's own client: `100: Key not found (/coreos.com) [12]`. */
  constructor(code: number, message: string, cause: string, index: number) {
    super(`${code}: ${message} (${cause}) [${index}]`);
    this.code = code;
    this.index = index;
  }
}

/** A key, or a folder with its keys. */
export interface KeyNode {
  readonly key: string;
  readonly value: string;
  readonly expiration: string | undefined;
  readonly modifiedIndex: number;
  readonly nodes: readonly KeyNode[];
}

/** An answer: what was done, to which key, and etcd's index then. */
export interface KeyAnswer {
  readonly action: string;
  readonly node: KeyNode;
  readonly index: number;
}

/**
 * The v2 keys API of an etcd cluster: the endpoints are tried one after the other, beginning with the one that
 * answered last (etcd client/client.go). Throws a KeyError, or says that the cluster is unavailable.
 */
export class EtcdKeys {
  private readonly endpoints: readonly string[];
  private first = 0;

  constructor(endpoints: readonly string[]) {
    this.endpoints = endpoints;
  }

  get(key: string, query: Readonly<Record<string, string>> = {}): Promise<KeyAnswer> {
    return this.exchange(`${key}${queryText(query)}`, { timeoutMilliseconds: 10_000 });
  }

  /** Waits for the first change below `key` whose index is `waitIndex` or later; a day at most. */
  watch(key: string, waitIndex: number): Promise<KeyAnswer> {
    const query = { wait: 'true', recursive: 'true', waitIndex: String(waitIndex) };
    return this.exchange(`${key}${queryText(query)}`, { timeoutMilliseconds: 24 * 3600 * 1000 });
  }

  put(key: string, form: Readonly<Record<string, string>>): Promise<KeyAnswer> {
    return this.exchange(key, {
      method: 'PUT',
      body: new URLSearchParams(form).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      timeoutMilliseconds: 10_000,
    });
  }

  delete(key: string): Promise<KeyAnswer> {
    return this.exchange(key, { method: 'DELETE', timeoutMilliseconds: 10_000 });
  }

  private async exchange(path: string, question: HttpQuestion): Promise<KeyAnswer> {
    for (let tried = 0; tried < this.endpoints.length; tried += 1) {
      const at = (this.first + tried) % this.endpoints.length;
      const answer = await ask(`${this.endpoints[at]}/v2/keys${path}`, question).catch(() => undefined);
      if (!answer || answer.status >= 500) continue;
      this.first = at;
      return answerOf(answer);
    }
    throw new Error('client: etcd cluster is unavailable or misconfigured');
  }
}

function queryText(query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString();
  return text === '' ? '' : `?${text}`;
}

function answerOf({ status, json, headers }: HttpAnswer): KeyAnswer {
  const index = Number(headers['x-etcd-index'] ?? 0);
  if (status < 300) return { action: text(field(json, 'action')), node: toNode(field(json, 'node')), index };
  const code = Number(field(json, 'errorCode'));
  if (!Number.isFinite(code))
    throw new Error(`client: response is invalid json. The endpoint is probably not valid etcd cluster endpoint.`);
  throw new KeyError(code, text(field(json, 'message')), text(field(json, 'cause')), Number(field(json, 'index') ?? 0));
}

function toNode(value: unknown): KeyNode {
  const nodes = field(value, 'nodes');
  const expiration = field(value, 'expiration');
  return {
    key: text(field(value, 'key')),
    value: text(field(value, 'value')),
    expiration: typeof expiration === 'string' ? expiration : undefined,
    modifiedIndex: Number(field(value, 'modifiedIndex') ?? 0),
    nodes: Array.isArray(nodes) ? nodes.map(toNode) : [],
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A field of something that came as JSON. */
export function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
