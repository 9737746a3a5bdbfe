import { Agent, request } from 'node:http';
import type { EtcdLog } from './etcd-log.ts';
import { type Ask, type Questions, Refusal } from './messages.ts';

const timeouts: Readonly<Record<keyof Questions, number>> = {
  vote: 1500,
  append: 2000,
  snapshot: 15_000,
  propose: 3000,
  confirm: 1500,
};

/** Who asks, and where the others are. */
export interface PeerClientParts {
  readonly id: string;
  readonly cluster: string;
  readonly release: string;
  readonly urlsOf: (id: string) => readonly string[];
  /** Called when another member says that we were removed. */
  readonly onRemoved: () => void;
  readonly log: EtcdLog;
}

/**
 * Asks other members over connections that stay open: when a process dies, the other end sees its connection go, and
 * need not wait. Log lines are those of the real one's rafthttp (peer_status.go, stream.go).
 */
export function peerClient(parts: PeerClientParts): { readonly ask: Ask; readonly close: () => void } {
  const { log } = parts;
  const agent = new Agent({ keepAlive: true, maxSockets: 8, timeout: 60_000 });
  const active = new Map<string, boolean>();
  const said = new Set<string>();
  const status = (id: string, isActive: boolean, why: string): void => {
    if (active.get(id) === isActive) return;
    active.set(id, isActive);
    if (isActive) log.info('rafthttp', `the connection with ${id} became active`);
    else log.warning('rafthttp', `the connection with ${id} became inactive (${why})`);
  };
  const headers = {
    'Content-Type': 'application/json',
    'X-Etcd-Cluster-ID': parts.cluster,
    'X-Server-From': parts.id,
    'X-Server-Version': parts.release,
  };
  const ask: Ask = async (to, kind, question) => {
    const [url] = parts.urlsOf(to);
    if (url === undefined) throw new Error(`member ${to} has no peer URL`);
    const options = { method: 'POST', agent, headers: { ...headers, 'X-Raft-To': to }, timeout: timeouts[kind] };
    const answer = await exchange(`${url}/stand-in/${kind}`, options, JSON.stringify(question)).catch(
      (error: unknown) => {
        status(to, false, inGoWords(error, url));
        throw error;
      },
    );
    if (answer.status === 200) {
      status(to, true, '');
      said.delete(to);
      return JSON.parse(answer.text);
    }
    if (answer.status === 410) parts.onRemoved();
    if (answer.status === 412 && !said.has(to)) {
      const theirs = `remote[${to}]=${answer.cluster}`;
      log.error('rafthttp', `request sent was ignored (cluster ID mismatch: ${theirs}, local=${parts.cluster})`);
      said.add(to);
    }
    status(to, false, `HTTP ${answer.status}: ${answer.text.trim()}`);
    throw new Refusal(answer.status, answer.text.trim());
  };
  return { ask, close: () => agent.destroy() };
}

function inGoWords(error: unknown, url: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const { hostname, port } = new URL(url);
  if (code === 'ECONNREFUSED') return `dial tcp ${hostname}:${port}: connection refused`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${hostname}: no such host`;
  if (code === 'ECONNRESET') return 'EOF';
  return error instanceof Error ? error.message : String(error);
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly cluster: string;
}

function exchange(
  url: string,
  options: { readonly timeout: number } & Parameters<typeof request>[1],
  body: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, timeout: undefined });
    const timer = setTimeout(() => sent.destroy(new Error('i/o timeout')), options.timeout);
    sent.on('error', reject);
    sent.on('close', () => clearTimeout(timer));
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const cluster = String(response.headers['x-etcd-cluster-id'] ?? '');
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString(), cluster });
      });
    });
    sent.end(body);
  });
}
