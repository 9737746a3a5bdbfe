import { setTimeout } from 'node:timers/promises';
import { compareReleases } from '../../../release/compare.ts';
import { goDuration } from '../go-duration.ts';
import { type Handler, type ServedRequest, sendText } from '../http-server.ts';
import type { EtcdLog } from './etcd-log.ts';
import { serveKeys } from './keys-api.ts';
import type { MemberNode } from './member-node.ts';
import { serveMembers } from './members-api.ts';
import type { Settings } from './settings.ts';
import { allowMethod, serveVersion } from './version-api.ts';

/** What is served on the client URLs (etcdhttp/client.go NewClientHandler). */
export function clientApi(node: MemberNode, settings: Settings, log: EtcdLog): Handler {
  const started = new Date();
  return async (served) => {
    const { pathname } = served.url;
    const below = (path: string): boolean => pathname === path || pathname.startsWith(`${path}/`);
    if (/%(?![0-9a-fA-F]{2})/.test(pathname)) badRequest(served);
    else if (pathname === '/health') await serveHealth(served, node, settings);
    else if (pathname === '/version') serveVersion(served, settings.release, node.membership.version);
    else if (pathname === '/metrics') serveMetrics(served, node);
    else if (!settings.enableV2) notFound(served);
    else if (below('/v2/keys')) await serveKeys(served, node, log);
    else if (below('/v2/members')) await serveMembers(served, node, settings.strict, log);
    else if (pathname === '/v2/machines') serveMachines(served, node);
    else if (pathname === '/v2/stats/self') serveSelf(served, node, settings.name, started);
    else if (pathname === '/v2/stats/leader') serveLeader(served, node);
    else notFound(served);
  };
}

/**
 * 2.3 writes a blank after the colon, 3.3 and later do not. Up to 3.0 the answer takes a quarter of a second at least,
 * for healthHandler of etcdserver/etcdhttp/client.go looks then for the first time whether Raft's index has moved.
 */
async function serveHealth(served: ServedRequest, node: MemberNode, settings: Settings): Promise<void> {
  if (!allowMethod(served, 'GET')) return;
  const blank = compareReleases(settings.release, '3.3.0') < 0 ? ' ' : '';
  if (compareReleases(settings.release, '3.1.0') < 0) await setTimeout(250);
  const healthy = await node.healthy();
  // Go's http.Error ends its text with a newline.
  const text = `{"health":${blank}"${healthy}"}${healthy ? '' : '\n'}`;
  sendText(served.response, healthy ? 200 : 503, text);
}

function serveMachines(served: ServedRequest, node: MemberNode): void {
  if (!allowMethod(served, 'GET', 'HEAD')) return;
  const urls = node.membership.all.flatMap((member) => member.clientURLs).toSorted();
  sendText(served.response, 200, urls.join(', '));
}

/** Counts of messages are not kept, and are shown as 0. */
function serveSelf(served: ServedRequest, node: MemberNode, name: string, started: Date): void {
  if (!allowMethod(served, 'GET')) return;
  const { leader } = node.replica;
  const self = {
    name,
    id: node.id,
    state: node.election.isLeader ? 'StateLeader' : 'StateFollower',
    startTime: started.toISOString(),
    leaderInfo: { leader, uptime: goDuration(Date.now() - started.getTime()), startTime: started.toISOString() },
    recvAppendRequestCnt: 0,
    sendAppendRequestCnt: 0,
  };
  sendJsonText(served, 200, self);
}

function serveLeader(served: ServedRequest, node: MemberNode): void {
  if (!allowMethod(served, 'GET')) return;
  if (!node.election.isLeader) {
    sendJsonText(served, 403, { message: 'not current leader' });
    return;
  }
  const latency = { current: 0, average: 0, standardDeviation: 0, minimum: 0, maximum: 0 };
  const follower = { latency, counts: { fail: 0, success: 0 } };
  const followers = Object.fromEntries(node.election.followers.map((id) => [id, follower]));
  sendJsonText(served, 200, { leader: node.id, followers });
}

function serveMetrics(served: ServedRequest, node: MemberNode): void {
  const hasLeader = node.replica.leader === '' ? 0 : 1;
  sendText(served.response, 200, `# TYPE etcd_server_has_leader gauge\netcd_server_has_leader ${hasLeader}\n`);
}

/** Go's server refuses a path with a broken escape before anyone sees it. */
function badRequest(served: ServedRequest): void {
  sendText(served.response, 400, '400 Bad Request');
}

function notFound(served: ServedRequest): void {
  sendText(served.response, 404, '404 page not found\n');
}

function sendJsonText({ response }: ServedRequest, status: number, value: unknown): void {
  sendText(response, status, JSON.stringify(value), { 'Content-Type': 'application/json' });
}
