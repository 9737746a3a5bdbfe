import type { Socket } from 'node:net';
import { type Handler, type ServedRequest, sendJson, sendText } from '../http-server.ts';
import type { EtcdLog } from './etcd-log.ts';
import type { MemberNode } from './member-node.ts';
import { isQuestion } from './messages.ts';
import { serveVersion } from './version-api.ts';

/**
 * What is served on the peer URLs: /members and /version as the real one (etcdhttp/peer.go), and below /stand-in what
 * stand-ins ask each other. A real etcd cannot be a member of the same cluster: its /raft is not there.
 */
export function peerApi(node: MemberNode, release: string, log: EtcdLog): Handler {
  const refused = new Set<string>();
  let leaderSocket: Socket | undefined;
  const cluster = node.replica.log.header.cluster;
  const ids = { 'X-Etcd-Cluster-ID': cluster };

  /** Answers and returns true when the one who asks does not belong here. */
  const refuse = ({ raw, response }: ServedRequest): boolean => {
    const theirs = String(raw.headers['x-etcd-cluster-id'] ?? '');
    const from = String(raw.headers['x-server-from'] ?? '');
    if (theirs !== cluster) {
      if (!refused.has(theirs)) log.error('rafthttp', `request cluster ID mismatch (got ${theirs} want ${cluster})`);
      refused.add(theirs);
      sendText(response, 412, 'cluster ID mismatch\n', ids);
    } else if (node.membership.isRemoved(from)) {
      if (!refused.has(from)) log.warning('rafthttp', `rejected the stream from peer ${from} since it was removed`);
      refused.add(from);
      sendText(response, 410, 'removed member\n', ids);
    } else if (raw.headers['x-raft-to'] !== node.id) {
      sendText(response, 412, 'to field mismatch\n', ids);
    } else {
      return false;
    }
    return true;
  };

  const watchSocket = (socket: Socket): void => {
    if (leaderSocket === socket) return;
    leaderSocket = socket;
    socket.once('close', () => {
      if (leaderSocket === socket) node.election.connectionLost();
    });
  };

  /** Undefined for what is no question. */
  const answerTo = async (kind: string, question: unknown, socket: Socket): Promise<unknown> => {
    if (kind === 'vote' && isQuestion(kind, question)) return await node.election.onVote(question);
    if (kind === 'snapshot' && isQuestion(kind, question)) return await node.election.onSnapshot(question);
    if (kind === 'propose' && isQuestion(kind, question)) return { accepted: node.propose(question.payload) };
    if (kind === 'confirm') return { confirmed: await node.election.confirm(1000) };
    if (kind !== 'append' || !isQuestion(kind, question)) return undefined;
    watchSocket(socket);
    return await node.election.onAppend(question);
  };

  return async (served) => {
    const { method, url, raw, response } = served;
    if (method === 'GET' && url.pathname === '/members') {
      sendJson(response, 200, node.membership.all.map(shown), ids);
    } else if (url.pathname === '/version') {
      serveVersion(served, release, node.membership.version);
    } else if (method === 'POST' && url.pathname.startsWith('/stand-in/')) {
      if (refuse(served)) return;
      const answer = await answerTo(url.pathname.slice(10), served.json, raw.socket);
      if (answer === undefined) sendText(response, 404, '404 page not found\n');
      else sendJson(response, 200, answer, ids);
    } else {
      sendText(response, 404, '404 page not found\n');
    }
  };
}

function shown(member: MemberNode['membership']['all'][number]): unknown {
  const { id, name, peerURLs, clientURLs } = member;
  return { id, peerURLs, ...(name !== '' && { name }), ...(clientURLs.length > 0 && { clientURLs }) };
}
