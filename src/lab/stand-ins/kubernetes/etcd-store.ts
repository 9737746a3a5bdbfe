import { ask, type HttpAnswer, type HttpQuestion } from '../http-client.ts';
import { count, field, type JsonObject, objects, parseJson, text } from './json.ts';

/** A value that etcd keeps, with the index of its last change. */
export interface Stored {
  readonly key: string;
  readonly value: string;
  readonly index: number;
}

/** etcd answered, but not as wished: 100 no such key, 101 compare failed, 105 exists already. */
export class EtcdError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** No member answered with what needs a majority (client.ErrClusterUnavailable and client.ClusterError of etcd 2.3). */
export class EtcdUnavailable extends Error {}

/** Keys in etcd over its v2 API, at whichever of the members answers. */
export interface EtcdStore {
  /** Undefined when there is no such key. */
  get(key: string): Promise<Stored | undefined>;
  /** All values in a folder and the folders in it; none when it is missing. */
  list(folder: string): Promise<readonly Stored[]>;
  /** EtcdError 105 when it is there already. */
  create(key: string, value: string, ttlSeconds?: number): Promise<Stored>;
  /** `index`: only while that is its last change (EtcdError 101 otherwise); undefined: if it is there (100 otherwise). */
  update(key: string, value: string, index: number | undefined): Promise<Stored>;
  /** EtcdError 100 when there is no such key. */
  remove(key: string): Promise<void>;
}

/** `servers` as in --etcd-servers. Rejects with EtcdUnavailable when none of them did it in time. */
export function etcdStore(servers: readonly string[]): EtcdStore {
  let first = 0;
  const call = async (path: string, question: HttpQuestion = {}): Promise<unknown> => {
    const errors: string[] = [];
    for (let turn = 0; turn < servers.length; turn++) {
      const at = (first + turn) % servers.length;
      const answer = await attempt(`${(servers[at] ?? '').replace(/\/$/, '')}/v2/keys${path}`, question);
      if (typeof answer === 'string') {
        errors.push(answer);
        continue;
      }
      first = at;
      if (answer.status < 400) return answer.json;
      throw new EtcdError(count(answer.json, 'errorCode'), text(answer.json, 'message') || answer.text.trim());
    }
    const details = errors.map((error, at) => `; error #${at}: ${error}`).join('');
    throw new EtcdUnavailable(`client: etcd cluster is unavailable or misconfigured${details}`);
  };
  /** 5xx is a member without a leader: the next one is asked (httpClusterClient.Do in etcd's client). */
  const attempt = async (url: string, question: HttpQuestion): Promise<HttpAnswer | string> => {
    try {
      const answer = await ask(url, question);
      if (answer.status < 500) return answer;
      return text(answer.json, 'cause') || text(answer.json, 'message') || `client: etcd member ${url} has no leader`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const write = async (key: string, value: string, conditions: Record<string, string>): Promise<Stored> => {
    const query = new URLSearchParams(conditions);
    const answer = await call(`${encoded(key)}?${query}`, {
      method: 'PUT',
      body: new URLSearchParams({ value }).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    return stored(field(answer, 'node'));
  };
  return {
    async get(key) {
      const answer = await orMissing(call(encoded(key)));
      return answer === undefined ? undefined : stored(field(answer, 'node'));
    },
    async list(folder) {
      const answer = await orMissing(call(`${encoded(folder)}?recursive=true`));
      return answer === undefined ? [] : leaves(field(answer, 'node'));
    },
    create: (key, value, ttl) =>
      write(key, value, { prevExist: 'false', ...(ttl === undefined ? {} : { ttl: String(ttl) }) }),
    update: (key, value, index) =>
      write(key, value, index === undefined ? { prevExist: 'true' } : { prevIndex: String(index) }),
    async remove(key) {
      await call(encoded(key), { method: 'DELETE' });
    },
  };
}

async function orMissing(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof EtcdError && error.code === 100) return undefined;
    throw error;
  }
}

function encoded(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

function stored(node: unknown): Stored {
  return { key: text(node, 'key'), value: text(node, 'value'), index: count(node, 'modifiedIndex') };
}

function leaves(node: unknown): readonly Stored[] {
  if (field(node, 'dir') !== true) return [stored(node)];
  return objects(node, 'nodes').flatMap(leaves);
}

/** An object of the API as it is kept in etcd, with the index as its resourceVersion. */
export function objectFrom(kept: Stored): JsonObject {
  const parsed = parseJson(kept.value);
  const object: JsonObject = typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  const metadata = typeof object.metadata === 'object' ? object.metadata : {};
  return { ...object, metadata: { ...metadata, resourceVersion: String(kept.index) } };
}
