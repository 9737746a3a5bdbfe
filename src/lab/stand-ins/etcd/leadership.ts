import { performance } from 'node:perf_hooks';
import type { Ask } from './messages.ts';
import type { Payload } from './payload.ts';
import type { Replica } from './replica.ts';

/**
 * Ten times the real one's, because eighty stand-ins share a processor or two. That a member's process has died is
 * seen by its connection at once, so only a host that is cut off is noticed this late.
 */
const heartbeat = 1000;
/** Without word from a majority for so long, a leader stops being one. */
export const patience = 3500;
const entriesAtOnce = 300;

interface Peer {
  readonly id: string;
  next: number;
  stored: number;
  /** When the last question that it answered was asked. */
  answered: number;
  busy: boolean;
  again: boolean;
}

/** What a leader does: it brings its entries to the others, and finds out which are on a majority. */
export class Leadership {
  private readonly replica: Replica;
  private readonly ask: Ask;
  private readonly lost: () => void;
  private readonly peers = new Map<string, Peer>();
  private readonly confirming = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private active = false;
  private since = 0;

  /** `lost` is called when it has to step down. */
  constructor(replica: Replica, ask: Ask, lost: () => void) {
    this.replica = replica;
    this.ask = ask;
    this.lost = lost;
  }

  /** Begins the term that was won. Its first entry is empty: with it, all before it become committed. */
  start(): void {
    this.active = true;
    this.since = performance.now();
    this.replica.leader = this.replica.id;
    this.peers.clear();
    this.timer = setInterval(() => this.beat(), heartbeat);
    this.propose({ id: '' });
  }

  stop(): void {
    this.active = false;
    clearInterval(this.timer);
    for (const wake of [...this.confirming]) wake();
  }

  /** Takes an entry into the log and on its way; whether it gets committed shows when it is applied. */
  propose(payload: Payload): void {
    const { log, term } = this.replica;
    log.append({ index: log.lastIndex + 1, term, payload });
    log.flush().then(() => this.advance());
    this.pumpAll();
  }

  /** Whether a majority answers now, within the time. */
  async confirm(milliseconds: number): Promise<boolean> {
    const asked = performance.now();
    this.pumpAll();
    for (;;) {
      if (!this.active) return false;
      if (this.answeredSince(asked) >= this.replica.majority) return true;
      const left = asked + milliseconds - performance.now();
      if (left <= 0) return false;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          this.confirming.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, left);
        this.confirming.add(wake);
      });
    }
  }

  /** The others, as /v2/stats/leader lists them. */
  get followers(): string[] {
    return [...this.peers.keys()];
  }

  private beat(): void {
    const now = performance.now();
    if (this.answeredSince(now - patience) < this.replica.majority && now - this.since > patience) this.lost();
    else this.pumpAll();
  }

  private answeredSince(time: number): number {
    const others = this.voting.filter((peer) => peer.answered >= time);
    return others.length + (this.replica.voters.includes(this.replica.id) ? 1 : 0);
  }

  /** The peers that count: one that was removed may still be in the list. */
  private get voting(): Peer[] {
    return this.replica.voters.flatMap((id) => this.peers.get(id) ?? []);
  }

  private pumpAll(): void {
    const voters = this.replica.voters.filter((id) => id !== this.replica.id);
    for (const id of this.peers.keys()) if (!voters.includes(id)) this.peers.delete(id);
    for (const id of voters) {
      const known = this.peers.get(id);
      const peer = known ?? {
        id,
        next: this.replica.log.lastIndex,
        stored: 0,
        answered: -1,
        busy: false,
        again: false,
      };
      this.peers.set(id, peer);
      void this.pump(peer);
    }
  }

  private async pump(peer: Peer): Promise<void> {
    peer.again = true;
    if (peer.busy) return;
    peer.busy = true;
    while (this.active && peer.again && this.peers.get(peer.id) === peer) {
      peer.again = false;
      if ((await this.send(peer)) && peer.next <= this.replica.log.lastIndex) peer.again = true;
    }
    peer.busy = false;
  }

  /** One question; false when it brought nothing forward, and the next heartbeat has to try again. */
  private async send(peer: Peer): Promise<boolean> {
    const { replica } = this;
    const { log, term } = replica;
    const asked = performance.now();
    const before = peer.next;
    const prevIndex = Math.max(0, peer.next - 1);
    try {
      const entries = log.from(prevIndex + 1, entriesAtOnce);
      const tooOld = prevIndex < log.baseIndex;
      const answer = tooOld
        ? await this.ask(peer.id, 'snapshot', { from: replica.id, term, snapshot: replica.snapshot() })
        : await this.ask(peer.id, 'append', {
            from: replica.id,
            term,
            prevIndex,
            prevTerm: log.termAt(prevIndex) ?? 0,
            entries,
            commit: replica.commit,
          });
      if (!this.active || replica.term !== term) return false;
      if (answer.term > term) {
        replica.adopt(answer.term);
        this.lost();
        return false;
      }
      peer.answered = asked;
      if (answer.stored) peer.stored = Math.max(peer.stored, answer.lastIndex);
      peer.next = answer.stored ? peer.stored + 1 : Math.max(1, Math.min(prevIndex, answer.lastIndex + 1));
    } catch {
      peer.answered = -1;
      return false;
    } finally {
      for (const wake of [...this.confirming]) wake();
    }
    this.advance();
    return peer.next !== before;
  }

  /** Commits what a majority has on its disks; entries of earlier terms only together with one of this term. */
  private advance(): void {
    const { replica } = this;
    if (!this.active) return;
    const own = replica.voters.includes(replica.id) ? [replica.log.durableIndex] : [];
    const stored = [...own, ...this.voting.map((peer) => peer.stored)].toSorted((a, b) => b - a);
    const index = stored[replica.majority - 1] ?? 0;
    if (index <= replica.commit || replica.log.termAt(index) !== replica.term) return;
    replica.commitTo(index);
    this.pumpAll();
  }
}
