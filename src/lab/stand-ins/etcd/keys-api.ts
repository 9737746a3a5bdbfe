import { type ServedRequest, sendText } from '../http-server.ts';
import { EtcdError } from './errors.ts';
import type { EtcdLog } from './etcd-log.ts';
import { type AskedKey, parseKeyRequest } from './keys-request.ts';
import type { MemberNode } from './member-node.ts';
import type { NodeView } from './tree.ts';
import { allowMethod } from './version-api.ts';
import type { StoreEvent } from './watch-hub.ts';

/** Answers a request below /v2/keys (etcdhttp/client.go keysHandler). */
export async function serveKeys(served: ServedRequest, node: MemberNode, log: EtcdLog): Promise<void> {
  if (!allowMethod(served, 'HEAD', 'GET', 'PUT', 'POST', 'DELETE')) return;
  const { response } = served;
  response.setHeader('X-Etcd-Cluster-ID', node.replica.log.header.cluster);
  try {
    const asked = parseKeyRequest(served);
    if (asked.wait) serveWatch(served, node, asked);
    else await serveEvent(served, node, asked);
  } catch (error) {
    if (!(error instanceof EtcdError)) {
      log.error('etcdhttp', `got unexpected response error (${error instanceof Error ? error.message : error})`);
    }
    const shown = error instanceof EtcdError ? error : new EtcdError(300, messageOf(error));
    const headers = { 'Content-Type': 'application/json', 'X-Etcd-Index': String(shown.index) };
    sendText(response, shown.status, shown.body(), headers);
  }
}

async function serveEvent(served: ServedRequest, node: MemberNode, asked: AskedKey): Promise<void> {
  const { request } = asked;
  const outcome = asked.local
    ? { event: node.store.get(request.path, request.recursive, request.sorted) }
    : await node.request(request);
  if (!('event' in outcome)) throw new Error('received response with no Event/Watcher!');
  const { event } = outcome;
  const created = event.action === 'create' || (event.action === 'set' && event.prevNode === undefined);
  sendText(served.response, created ? 201 : 200, eventText(event), headersFor(node, event.etcdIndex));
}

/** The headers go out at once, the event when it happens: a client that waits sees that it is waited for. */
function serveWatch({ response, raw }: ServedRequest, node: MemberNode, asked: AskedKey): void {
  const { store } = node;
  const since = asked.waitIndex === 0 ? store.index + 1 : asked.waitIndex;
  const how = { recursive: asked.request.recursive, stream: asked.stream, since, storeIndex: store.index };
  const begin = (): void => {
    if (response.headersSent) return;
    response.writeHead(200, headersFor(node, how.storeIndex));
    response.flushHeaders();
  };
  const end = store.hub.watch(asked.request.path, how, (event) => {
    begin();
    response.write(eventText(event));
    if (!asked.stream) response.end();
  });
  begin();
  raw.on('close', end);
  response.on('close', end);
}

function headersFor(node: MemberNode, index: number): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'X-Etcd-Index': String(index),
    'X-Raft-Index': String(node.replica.applied),
    'X-Raft-Term': String(node.replica.term),
  };
}

/** An event as the API shows it: keys without the store's /1, `<`, `>` and `&` escaped as Go does. */
function eventText(event: StoreEvent): string {
  const shown = {
    action: event.action,
    node: trimmed(event.node),
    ...(event.prevNode && { prevNode: trimmed(event.prevNode) }),
  };
  const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(shown).replace(/[<>&\u2028\u2029]/g, escaped)}\n`;
}

function trimmed(node: NodeView): NodeView {
  const { key: whole = '', nodes, ...rest } = node;
  const key = whole.startsWith('/1') ? whole.slice(2) : whole;
  return { ...(key !== '' && { key }), ...rest, ...(nodes && { nodes: nodes.map(trimmed) }) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
