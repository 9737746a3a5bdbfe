import { performance } from 'node:perf_hooks';
import { Leadership, patience } from './leadership.ts';
import type { AppendAnswer, AppendQuestion, Ask, SnapshotQuestion, VoteAnswer, VoteQuestion } from './messages.ts';
import type { Payload } from './payload.ts';
import type { Replica } from './replica.ts';

/** Who leads: stands for election when nobody does, votes, and follows. */
export class Election {
  /** Called with the leader's id, or '' when it was lost. */
  onLeader: (id: string) => void = () => {};
  onCampaign: (term: number) => void = () => {};
  private readonly replica: Replica;
  private readonly ask: Ask;
  private readonly leadership: Leadership;
  private timer: NodeJS.Timeout | undefined;
  private heard = Number.NEGATIVE_INFINITY;
  private leads = false;
  private known = '';
  private met = false;

  constructor(replica: Replica, ask: Ask) {
    this.replica = replica;
    this.ask = ask;
    this.leadership = new Leadership(replica, ask, () => this.follow(''));
  }

  get isLeader(): boolean {
    return this.leads;
  }

  get followers(): string[] {
    return this.leadership.followers;
  }

  start(): void {
    this.wait(0);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.leadership.stop();
    this.leads = false;
  }

  /** Takes an entry in when we lead. */
  propose(payload: Payload): boolean {
    if (this.leads) this.leadership.propose(payload);
    return this.leads;
  }

  /** Whether we lead and a majority answers now. */
  async confirm(milliseconds: number): Promise<boolean> {
    return this.leads && (await this.leadership.confirm(milliseconds));
  }

  /** The connection that the leader's entries came by is gone: its process is, most likely. */
  connectionLost(): void {
    if (this.leads || this.known === '') return;
    this.heard = Number.NEGATIVE_INFINITY;
    this.wait(300);
  }

  async onVote(question: VoteQuestion): Promise<VoteAnswer> {
    const { replica } = this;
    this.met = true;
    if (question.trial) {
      const content = this.leads || performance.now() - this.heard < patience;
      const better = question.term > replica.term && replica.isUpToDate(question.lastIndex, question.lastTerm);
      return { term: replica.term, granted: better && !content };
    }
    if (question.term > replica.term) {
      replica.adopt(question.term);
      this.follow('');
    }
    const granted = await replica.vote(question);
    if (granted) this.wait(patience);
    return { term: replica.term, granted };
  }

  onAppend(question: AppendQuestion): Promise<AppendAnswer> {
    return this.fromLeader(question, () => this.replica.append(question));
  }

  onSnapshot(question: SnapshotQuestion): Promise<AppendAnswer> {
    return this.fromLeader(question, () => this.replica.install(question));
  }

  private async fromLeader(
    question: { readonly from: string; readonly term: number },
    take: () => Promise<AppendAnswer>,
  ): Promise<AppendAnswer> {
    const { replica } = this;
    if (question.term < replica.term) return { term: replica.term, stored: false, lastIndex: replica.log.lastIndex };
    replica.adopt(question.term);
    this.heard = performance.now();
    this.met = true;
    this.follow(question.from);
    return await take();
  }

  private follow(leader: string): void {
    if (this.leads) {
      this.leads = false;
      this.leadership.stop();
    }
    this.replica.leader = leader;
    this.tell(leader);
    this.wait(leader === '' ? 1000 : patience);
  }

  private tell(leader: string): void {
    if (leader === this.known) return;
    this.known = leader;
    this.onLeader(leader);
  }

  /** Stands for election after the time, those with a smaller id a little earlier, so that seldom two do at once. */
  private wait(milliseconds: number): void {
    clearTimeout(this.timer);
    const rank = Math.max(0, this.replica.voters.indexOf(this.replica.id));
    // Ports that nobody listens on yet cost nothing to try.
    const least = this.met ? milliseconds : Math.min(milliseconds, 300);
    this.timer = setTimeout(() => void this.campaign(), least + rank * 200 + Math.random() * 100);
  }

  private async campaign(): Promise<void> {
    const { replica } = this;
    if (this.leads) return;
    if (!replica.voters.includes(replica.id)) {
      this.wait(patience);
      return;
    }
    this.follow('');
    if (!(await this.poll(true))) return;
    const term = replica.term + 1;
    this.onCampaign(term);
    if (!(await replica.vote(this.question(term, false)))) return;
    if (!(await this.poll(false)) || replica.term !== term || this.leads) return;
    clearTimeout(this.timer);
    this.leads = true;
    this.heard = Number.NEGATIVE_INFINITY;
    this.leadership.start();
    this.tell(replica.id);
  }

  /** Asks all others; true as soon as a majority is for us, and nothing has changed meanwhile. */
  private async poll(trial: boolean): Promise<boolean> {
    const { replica } = this;
    const { term } = replica;
    const question = this.question(trial ? term + 1 : term, trial);
    const others = replica.voters.filter((id) => id !== replica.id);
    let granted = 1;
    if (granted >= replica.majority) return true;
    return await new Promise<boolean>((resolve) => {
      const one = async (id: string): Promise<void> => {
        try {
          const answer = await this.ask(id, 'vote', question);
          this.met = true;
          if (answer.term > replica.term) replica.adopt(answer.term);
          if (answer.granted) granted += 1;
        } catch {
          // Not there, or it will not have us: the connections say so in the log.
        }
        if (granted >= replica.majority) resolve(replica.term === term && replica.leader === '');
      };
      void Promise.all(others.map(one)).then(() => resolve(false));
    });
  }

  private question(term: number, trial: boolean): VoteQuestion {
    const { id, log } = this.replica;
    return { from: id, term, lastIndex: log.lastIndex, lastTerm: log.lastTerm, trial };
  }
}
