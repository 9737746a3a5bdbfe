import { STATUS_CODES } from 'node:http';
import { ask, type HttpAnswer, type HttpQuestion } from '../http-client.ts';
import { field } from './etcd-keys.ts';
import { formatNet } from './ipv4.ts';
import { type Lease, type LeaseAttributes, type LeaseManager, readLease, showLease } from './leases.ts';
import { type NetworkConfig, parseConfig } from './network-config.ts';

/** Leases from a flanneld in server mode (remote/client.go). Errors are the real one's: `500 Internal Server Error: text`. */
export class RemoteLeases implements LeaseManager {
  private readonly base: string;

  constructor(address: string) {
    this.base = `http://${address}/v1/_`;
  }

  async config(): Promise<NetworkConfig> {
    const { text } = await this.exchange('config');
    return parseConfig(text);
  }

  /** The server tries until it has one; asked anew every minute, in case its host is cut off. */
  async acquire(attributes: LeaseAttributes): Promise<Lease> {
    const answer = await this.exchange('leases', { method: 'POST', body: attributes, timeoutMilliseconds: 60_000 });
    return leaseIn(answer);
  }

  async renew(lease: Lease): Promise<Lease> {
    const question = { method: 'PUT', body: showLease(lease), timeoutMilliseconds: 60_000 } as const;
    return leaseIn(await this.exchange(`leases/${formatNet(lease.subnet, '-')}`, question));
  }

  async leases(): Promise<readonly Lease[]> {
    const { json } = await this.exchange('leases');
    const snapshot = field(json, 'snapshot');
    return Array.isArray(snapshot) ? snapshot.flatMap((one) => readLease(one) ?? []) : [];
  }

  private async exchange(path: string, question: HttpQuestion = {}): Promise<HttpAnswer> {
    const url = `${this.base}/${path}`;
    const method = question.method ?? 'GET';
    const verb = `${method.charAt(0)}${method.slice(1).toLowerCase()}`;
    const answer = await ask(url, { timeoutMilliseconds: 30_000, ...question }).catch((error: unknown) => {
      throw new Error(`${verb} ${url}: ${error instanceof Error ? error.message : error}`);
    });
    if (answer.status === 200) return answer;
    throw new Error(`${answer.status} ${STATUS_CODES[answer.status] ?? ''}: ${answer.text.trim()}`);
  }
}

function leaseIn(answer: HttpAnswer): Lease {
  const lease = readLease(answer.json);
  if (!lease) throw new Error('unexpected end of JSON input');
  return lease;
}
