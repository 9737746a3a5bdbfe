import { randomUUID } from 'node:crypto';
import { Election } from './election.ts';
import { ServerError } from './errors.ts';
import type { EtcdLog } from './etcd-log.ts';
import type { Outcome } from './machine.ts';
import type { Ask } from './messages.ts';
import { type Entry, type KeyRequest, keyRequest, type MemberChange, type Payload } from './payload.ts';
import type { Replica } from './replica.ts';

/** A running member: takes requests, brings them to the leader, and answers when they are applied here. */
export class MemberNode {
  readonly replica: Replica;
  readonly election: Election;
  /** So long a request may take: 5 s and two election timeouts (etcdserver/config.go ReqTimeout). */
  readonly requestTimeout: number;
  /** Called a second after this member was removed from the cluster. */
  onRemoved: () => void = () => {};
  private readonly ask: Ask;
  private readonly log: EtcdLog;
  private readonly waiting = new Map<string, (outcome: Outcome) => void>();
  private readonly leaderKnown = new Set<() => void>();
  private expiry: NodeJS.Timeout | undefined;

  constructor(parts: {
    readonly replica: Replica;
    readonly ask: Ask;
    readonly requestTimeout: number;
    readonly log: EtcdLog;
  }) {
    this.replica = parts.replica;
    this.ask = parts.ask;
    this.log = parts.log;
    this.requestTimeout = parts.requestTimeout;
    this.election = new Election(parts.replica, parts.ask);
    this.replica.onApplied = (entry, outcome) => this.applied(entry, outcome);
    this.election.onLeader = (id) => this.led(id);
    this.election.onCampaign = (term) => this.log.info('raft', `${this.id} is starting a new election at term ${term}`);
  }

  get id(): string {
    return this.replica.id;
  }

  get store(): Replica['machine']['store'] {
    return this.replica.machine.store;
  }

  get membership(): Replica['machine']['membership'] {
    return this.replica.machine.membership;
  }

  start(): void {
    this.replica.commitTo(this.replica.commit);
    // A removal that a snapshot covers is not applied again.
    if (this.membership.isRemoved(this.id)) this.onRemoved();
    else this.election.start();
  }

  stop(): void {
    clearTimeout(this.expiry);
    this.election.stop();
  }

  /** A request on a key through the log; throws what the API answers with. */
  request(request: KeyRequest): Promise<Outcome> {
    return this.submit({ id: randomUUID(), request });
  }

  /** A change of the members; throws a ServerError. */
  async change(change: MemberChange): Promise<void> {
    await this.submit({ id: randomUUID(), change });
  }

  /** Whether a majority is there: asked now, of the leader. */
  async healthy(): Promise<boolean> {
    const { leader } = this.replica;
    if (leader === '') return false;
    if (leader === this.id) return await this.election.confirm(1000);
    return await this.ask(leader, 'confirm', {}).then(
      (answer) => answer.confirmed,
      () => false,
    );
  }

  /** What a leader does with a request that another member took. */
  propose(payload: Payload): boolean {
    return this.election.propose(payload);
  }

  /** Tells the cluster our name and client URLs, again and again until it is done (etcdserver/server.go publish). */
  async publish(name: string, clientURLs: readonly string[]): Promise<void> {
    const value = JSON.stringify({ name, clientURLs });
    const request = keyRequest('PUT', `/0/members/${this.id}/attributes`, { value });
    for (;;) {
      try {
        await this.request(request);
        const urls = clientURLs.join(' ');
        this.log.info(
          'etcdserver',
          `published {Name:${name} ClientURLs:[${urls}]} to cluster ${this.replica.log.header.cluster}`,
        );
        return;
      } catch (error) {
        this.log.error('etcdserver', `publish error: ${error instanceof Error ? error.message : error}`);
      }
    }
  }

  private async submit(payload: Payload): Promise<Outcome> {
    const deadline = Date.now() + this.requestTimeout;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new ServerError('request timed out')), this.requestTimeout);
    });
    const applied = new Promise<Outcome>((resolve) => this.waiting.set(payload.id, resolve));
    try {
      await Promise.race([this.hand(payload, deadline), late]);
      const outcome = await Promise.race([applied, late]);
      if ('error' in outcome) throw outcome.error;
      return outcome;
    } finally {
      clearTimeout(timer);
      this.waiting.delete(payload.id);
    }
  }

  /** Gets the entry into the leader's log; tries again only where it surely did not get there. */
  private async hand(payload: Payload, deadline: number): Promise<void> {
    while (Date.now() < deadline) {
      const { leader } = this.replica;
      if (leader === this.id && this.propose(payload)) return;
      if (leader !== '' && leader !== this.id) {
        const answer = await this.ask(leader, 'propose', { payload }).catch((error: unknown) => ({
          accepted: !isRefused(error),
        }));
        if (answer.accepted) return;
      }
      await this.nextLeader();
    }
  }

  private async nextLeader(): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.leaderKnown.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, 500);
      this.leaderKnown.add(wake);
    });
  }

  private applied(entry: Entry, outcome: Outcome): void {
    const { change } = entry.payload;
    if (change && !('error' in outcome)) this.changed(change);
    this.waiting.get(entry.payload.id)?.(outcome);
    this.planExpiry();
  }

  private changed(change: MemberChange): void {
    const { cluster } = this.replica.log.header;
    const id = change.kind === 'add' ? change.member.id : change.id;
    const urls = this.membership.member(id)?.peerURLs.join(' ') ?? '';
    const local = id === this.id ? 'local ' : '';
    if (change.kind === 'add')
      this.log.notice('etcdserver', `added ${local}member ${id} [${urls}] to cluster ${cluster}`);
    if (change.kind === 'update')
      this.log.notice('etcdserver', `update ${local}member ${id} [${urls}] in cluster ${cluster}`);
    if (change.kind !== 'remove') return;
    if (id === this.id) setTimeout(() => this.onRemoved(), 1000);
    else this.log.notice('etcdserver', `removed member ${id} from cluster ${cluster}`);
  }

  private led(id: string): void {
    const { term } = this.replica;
    if (id === '') this.log.info('raft', `raft.node: ${this.id} lost leader at term ${term}`);
    else this.log.info('raft', `raft.node: ${this.id} elected leader ${id} at term ${term}`);
    if (id !== '') for (const wake of [...this.leaderKnown]) wake();
    this.planExpiry();
  }

  /** The leader ends keys whose time has come, for all (SYNC; the real one proposes it every 500 ms). */
  private planExpiry(): void {
    clearTimeout(this.expiry);
    const next = this.store.nextExpiry;
    if (!this.election.isLeader || next === undefined) return;
    const left = Math.min(Math.max(next - Date.now(), 0) + 250, 60_000);
    this.expiry = setTimeout(() => {
      const due = (this.store.nextExpiry ?? Number.POSITIVE_INFINITY) <= Date.now();
      if (due) this.propose({ id: '', request: keyRequest('SYNC', '/', { expires: Date.now() }) });
      else this.planExpiry();
    }, left);
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}
