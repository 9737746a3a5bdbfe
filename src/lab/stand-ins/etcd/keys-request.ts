import type { ServedRequest } from '../http-server.ts';
import { EtcdError } from './errors.ts';
import { type KeyRequest, keyRequest } from './payload.ts';
import { cleanPath } from './tree.ts';

/** What someone asked of a key. */
export interface AskedKey {
  readonly request: KeyRequest;
  /** A read that is answered from this member's own copy. */
  readonly local: boolean;
  readonly wait: boolean;
  readonly stream: boolean;
  readonly waitIndex: number;
}

/** Reads a request below /v2/keys (etcdhttp/client.go parseKeyRequest). Throws an EtcdError for what is wrong in it. */
export function parseKeyRequest(served: ServedRequest): AskedKey {
  const { method, url } = served;
  const form = readForm(served);
  const path = cleanPath(`/1/${decoded(url.pathname.slice('/v2/keys'.length))}`);
  const number = (key: string, code: number): number => {
    const text = form.get(key);
    if (text === null) return 0;
    if (!/^\d{1,20}$/.test(text) || BigInt(text) > 0xffffffffffffffffn) {
      throw new EtcdError(code, `invalid value for "${key}"`);
    }
    return Number(text);
  };
  const flag = (key: string, shown = `"${key}"`): boolean => {
    const text = form.get(key);
    if (text === null) return false;
    if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
    if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
    throw new EtcdError(209, `invalid value for ${shown}`);
  };
  const prevIndex = number('prevIndex', 203);
  const waitIndex = number('waitIndex', 203);
  const [recursive, sorted, wait, dir] = [flag('recursive'), flag('sorted'), flag('wait'), flag('dir')];
  const [quorum, stream] = [flag('quorum'), flag('stream')];
  if (wait && method !== 'GET') throw new EtcdError(209, '"wait" can only be used with GET requests');
  if (form.get('prevValue') === '') throw new EtcdError(201, '"prevValue" cannot be empty');
  const seconds = form.get('ttl') ? number('ttl', 202) : undefined;
  const prevExist = form.has('prevExist') ? flag('prevExist', 'prevExist') : undefined;
  const refresh = flag('refresh', 'refresh');
  if (refresh && form.get('value')) throw new EtcdError(211, 'A value was provided on a refresh');
  if (refresh && seconds === undefined) throw new EtcdError(212, 'No TTL value set');
  const request = keyRequest(methodOf(method), path, {
    value: form.get('value') ?? '',
    dir,
    recursive,
    sorted,
    prevValue: form.get('prevValue') ?? '',
    prevIndex,
    refresh,
    ...(prevExist !== undefined && { prevExist }),
    ...(seconds !== undefined && { expires: Date.now() + seconds * 1000 }),
  });
  const isRead = method === 'GET' || method === 'HEAD';
  const local = isRead && !(quorum && method === 'GET');
  return { request, local, wait: wait && local, stream, waitIndex };
}

function methodOf(method: string): KeyRequest['method'] {
  return method === 'PUT' || method === 'POST' || method === 'DELETE' ? method : 'QGET';
}

/** Go's ParseForm: the body counts for PUT and POST only, and comes before the query. */
function readForm({ method, url, body, raw }: ServedRequest): URLSearchParams {
  const type = String(raw.headers['content-type'] ?? '').split(';')[0] ?? '';
  const isForm = type.trim().toLowerCase() === 'application/x-www-form-urlencoded';
  const texts = [...((method === 'PUT' || method === 'POST') && isForm ? [body] : []), url.search.slice(1)];
  for (const text of texts) {
    const bad = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text)?.[0];
    if (bad !== undefined) throw new EtcdError(210, `invalid URL escape "${bad}"`);
  }
  return new URLSearchParams(texts.filter((text) => text !== '').join('&'));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
