import type { DurableLog } from './durable-log.ts';
import { Machine, type Outcome } from './machine.ts';
import type { AppendAnswer, AppendQuestion, SnapshotQuestion, VoteQuestion } from './messages.ts';
import type { Entry } from './payload.ts';
import { type Snapshot, writeSnapshot } from './snapshots.ts';

/** So many entries before a snapshot are kept for members that lag behind. */
const catchUp = 500;

/**
 * The copy that one member has: its log, the keys that come of it, and the rules by which it takes entries and gives
 * votes. The rules are those of Raft (the paper's figure 2), because with anything less an acknowledged write gets
 * lost when members die in the wrong order.
 */
export class Replica {
  readonly id: string;
  readonly log: DurableLog;
  readonly machine = new Machine();
  /** The leader of this term; '' while none is known. */
  leader = '';
  /** Called for each entry when it is applied. */
  onApplied: (entry: Entry, outcome: Outcome) => void = () => {};
  applied = 0;
  appliedTerm = 0;
  private readonly snapFolder: string;
  private readonly snapshotEvery: number;
  private snapshotAt = 0;
  private compacting = false;

  constructor(parts: {
    readonly id: string;
    readonly log: DurableLog;
    readonly snapshot: Snapshot | undefined;
    readonly snapFolder: string;
    readonly snapshotEvery: number;
  }) {
    this.id = parts.id;
    this.log = parts.log;
    this.snapFolder = parts.snapFolder;
    this.snapshotEvery = parts.snapshotEvery;
    if (parts.snapshot) this.restore(parts.snapshot);
  }

  /** Brings a replica back from the disk to what it knows to be committed. */
  static async open(parts: ConstructorParameters<typeof Replica>[0]): Promise<Replica> {
    const { log, snapshot } = parts;
    // It died between the two files of a snapshot that it was sent.
    if (snapshot && snapshot.index > log.baseIndex && log.termAt(snapshot.index) !== snapshot.term) {
      await log.compact(snapshot.index, snapshot.term, true);
    }
    return new Replica(parts);
  }

  get term(): number {
    return this.log.state.term;
  }

  get commit(): number {
    return this.log.state.commit;
  }

  /** The ids of all members, ours among them once we belong to the cluster. */
  get voters(): string[] {
    return this.machine.membership.all.map((member) => member.id);
  }

  /** So many of the voters are a majority. */
  get majority(): number {
    return Math.floor(this.voters.length / 2) + 1;
  }

  /** A higher term was seen: whoever led is no leader any more, and the vote is free. */
  adopt(term: number): void {
    if (term <= this.term) return;
    this.leader = '';
    this.log.setState({ ...this.log.state, term, vote: '' });
  }

  /** Whether a log that ends so holds all that ours might have acknowledged. */
  isUpToDate(lastIndex: number, lastTerm: number): boolean {
    return lastTerm > this.log.lastTerm || (lastTerm === this.log.lastTerm && lastIndex >= this.log.lastIndex);
  }

  /** A vote that counts; it is on the disk before it is given. */
  async vote(question: VoteQuestion): Promise<boolean> {
    this.adopt(question.term);
    const { vote } = this.log.state;
    const granted =
      question.term === this.term &&
      (vote === '' || vote === question.from) &&
      this.isUpToDate(question.lastIndex, question.lastTerm);
    if (granted) this.log.setState({ ...this.log.state, vote: question.from });
    await this.log.flush();
    return granted && question.term === this.term;
  }

  /** Entries from a leader of our term. */
  async append(question: AppendQuestion): Promise<AppendAnswer> {
    const { prevIndex, entries } = question;
    const known = this.log.termAt(prevIndex);
    if (prevIndex > this.log.baseIndex && known !== question.prevTerm) {
      return this.answer(false, Math.min(this.log.lastIndex, prevIndex - 1));
    }
    for (const entry of entries) this.take(entry);
    await this.log.flush();
    // Who leads may have changed while the disk worked: then the entries may be gone again.
    if (this.term !== question.term) return this.answer(false, prevIndex);
    this.commitTo(Math.min(question.commit, prevIndex + entries.length));
    return this.answer(true, prevIndex + entries.length);
  }

  /** The whole state from a leader of our term, when its log does not go back far enough for us. */
  async install(question: SnapshotQuestion): Promise<AppendAnswer> {
    const { snapshot } = question;
    if (snapshot.index > this.commit) {
      await this.log.flush();
      if (this.term !== question.term) return this.answer(false, this.log.lastIndex);
      writeSnapshot(this.snapFolder, snapshot);
      this.restore(snapshot);
      await this.log.compact(snapshot.index, snapshot.term, true);
    }
    return this.answer(this.term === question.term, snapshot.index);
  }

  /** Entries up to `index` are on a majority: applies them. */
  commitTo(index: number): void {
    const commit = Math.min(index, this.log.lastIndex);
    if (commit > this.commit) {
      this.log.setState({ ...this.log.state, commit });
      void this.log.writeOut();
    }
    while (this.applied < this.commit) {
      const entry = this.log.at(this.applied + 1);
      if (!entry) return;
      this.applied = entry.index;
      this.appliedTerm = entry.term;
      this.onApplied(entry, this.machine.apply(entry.payload));
    }
    if (this.applied - this.snapshotAt >= this.snapshotEvery && !this.compacting) void this.takeSnapshot();
  }

  /** The state as it is. */
  snapshot(): Snapshot {
    return { index: this.applied, term: this.appliedTerm, machine: this.machine.save() };
  }

  private async takeSnapshot(): Promise<void> {
    this.compacting = true;
    const snapshot = this.snapshot();
    this.snapshotAt = snapshot.index;
    writeSnapshot(this.snapFolder, snapshot);
    const base = Math.max(this.log.baseIndex, snapshot.index - catchUp);
    await this.log.compact(base, this.log.termAt(base) ?? snapshot.term, false);
    this.compacting = false;
  }

  private take(entry: Entry): void {
    if (entry.index <= this.log.baseIndex) return;
    const term = this.log.termAt(entry.index);
    if (term === entry.term) return;
    if (term !== undefined) {
      if (entry.index <= this.commit) throw new Error(`entry ${entry.index} contradicts what is committed`);
      this.log.cut(entry.index);
    }
    this.log.append(entry);
  }

  private restore(snapshot: Snapshot): void {
    this.machine.restore(snapshot.machine);
    this.applied = snapshot.index;
    this.appliedTerm = snapshot.term;
    this.snapshotAt = snapshot.index;
    if (this.commit < snapshot.index) this.log.setState({ ...this.log.state, commit: snapshot.index });
  }

  private answer(stored: boolean, lastIndex: number): AppendAnswer {
    return { term: this.term, stored, lastIndex };
  }
}
