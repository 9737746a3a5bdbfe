import { type ServedRequest, sendJson, sendText } from '../http-server.ts';
import { ServerError } from './errors.ts';
import type { EtcdLog } from './etcd-log.ts';
import { type Member, memberId, parseId } from './ids.ts';
import type { MemberNode } from './member-node.ts';
import type { MemberChange } from './payload.ts';
import { allowMethod } from './version-api.ts';

/** Answers a request below /v2/members (etcdhttp/client.go membersHandler). */
export async function serveMembers(
  served: ServedRequest,
  node: MemberNode,
  strict: boolean,
  log: EtcdLog,
): Promise<void> {
  if (!allowMethod(served, 'GET', 'POST', 'DELETE', 'PUT')) return;
  const { method, url, response } = served;
  response.setHeader('X-Etcd-Cluster-ID', node.replica.log.header.cluster);
  const rest = url.pathname.slice('/v2/members'.length).replace(/^\//, '');
  if (method === 'GET') {
    serveList(served, node, rest);
    return;
  }
  const id = method === 'POST' ? '' : idOf(served, rest);
  if (id === undefined) return;
  const peerURLs = method === 'DELETE' ? [] : urlsOf(served);
  if (!peerURLs) return;
  if (method !== 'PUT' && strict && !node.membership.staysAlive(method === 'DELETE' ? id : undefined)) {
    log.warning(
      'etcdserver',
      `Reject ${method === 'DELETE' ? 'remove' : 'add'} member request: not enough started members`,
    );
    sendJson(response, 500, { message: 'Internal Server Error' });
    return;
  }
  const member = { id: memberId(peerURLs, '', Math.floor(Date.now() / 1000)), name: '', peerURLs, clientURLs: [] };
  try {
    await node.change(changeOf(method, id, member));
  } catch (error) {
    refuse(served, method === 'POST' ? member.id : id, error, log);
    return;
  }
  if (method === 'POST') sendJson(response, 201, member);
  else response.writeHead(204).end();
}

function changeOf(method: string, id: string, member: Member): MemberChange {
  if (method === 'POST') return { kind: 'add', member };
  return method === 'DELETE' ? { kind: 'remove', id } : { kind: 'update', id, peerURLs: member.peerURLs };
}

function serveList({ response }: ServedRequest, node: MemberNode, rest: string): void {
  if (rest === '') {
    sendJson(response, 200, { members: node.membership.all });
  } else if (rest === 'leader') {
    const leader = node.membership.member(node.replica.leader);
    if (leader) sendJson(response, 200, leader);
    else message(response, 503, 'During election');
  } else {
    message(response, 404, 'Not found');
  }
}

function refuse({ response, method }: ServedRequest, id: string, error: unknown, log: EtcdLog): void {
  const text = error instanceof ServerError ? error.message : '';
  if (text.endsWith('exists')) message(response, 409, text);
  else if (text.endsWith('ID removed') && method === 'DELETE')
    message(response, 410, `Member permanently removed: ${id}`);
  else if (text.endsWith('ID not found')) message(response, 404, `No such member: ${id}`);
  else {
    log.error('etcdhttp', `got unexpected response error (${error instanceof Error ? error.message : error})`);
    message(response, 500, 'Internal Server Error');
  }
}

/** The id in the path; undefined when it was answered already. */
function idOf({ response }: ServedRequest, rest: string): string | undefined {
  if (rest === '') sendText(response, 405, 'Method Not Allowed\n');
  const id = parseId(rest);
  if (rest !== '' && id === undefined) message(response, 404, `No such member: ${rest}`);
  return rest === '' ? undefined : id;
}

/** The peer URLs of the body, ordered; undefined when it was answered already (types.NewURLs says what is wrong). */
function urlsOf({ raw, response, json }: ServedRequest): string[] | undefined {
  const type = String(raw.headers['content-type'] ?? '');
  if (type !== 'application/json') {
    message(response, 415, `Bad Content-Type ${type}, accept application/json`);
    return undefined;
  }
  const list: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, 'peerURLs') : undefined;
  const urls = Array.isArray(list) ? list.map((url) => String(url).trim()) : [];
  const problem = json === undefined ? 'unexpected end of JSON input' : problemOf(urls);
  if (problem === undefined) return urls.toSorted();
  message(response, 400, problem);
  return undefined;
}

function problemOf(urls: readonly string[]): string | undefined {
  if (urls.length === 0) return 'no valid URLs given';
  for (const url of urls) {
    if (!/^https?:\/\//.test(url)) return `URL scheme must be http or https: ${url}`;
    const [, host = '', path = ''] = /^https?:\/\/([^/]*)(.*)$/.exec(url) ?? [];
    if (!/^(\[.*\]|[^:]*):\d+$/.test(host)) return `URL address does not have the form "host:port": ${url}`;
    if (path !== '') return `URL must not contain a path: ${url}`;
  }
  return undefined;
}

/** httptypes.HTTPError: JSON without a newline. */
function message(response: ServedRequest['response'], status: number, text: string): void {
  sendText(response, status, JSON.stringify({ message: text }), { 'Content-Type': 'application/json' });
}
