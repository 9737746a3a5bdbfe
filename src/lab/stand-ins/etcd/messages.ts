import type { Entry, Payload } from './payload.ts';
import type { Snapshot } from './snapshots.ts';

/** What members ask each other, by name: the question and the answer. */
export interface Questions {
  readonly vote: readonly [VoteQuestion, VoteAnswer];
  readonly append: readonly [AppendQuestion, AppendAnswer];
  readonly snapshot: readonly [SnapshotQuestion, AppendAnswer];
  readonly propose: readonly [{ readonly payload: Payload }, { readonly accepted: boolean }];
  readonly confirm: readonly [Record<string, never>, { readonly confirmed: boolean }];
}

export interface VoteQuestion {
  readonly from: string;
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** Only "would you?": nobody's term changes by it, so that a member that was cut off does not disturb the others. */
  readonly trial: boolean;
}

export interface VoteAnswer {
  readonly term: number;
  readonly granted: boolean;
}

export interface AppendQuestion {
  readonly from: string;
  readonly term: number;
  readonly prevIndex: number;
  readonly prevTerm: number;
  readonly entries: readonly Entry[];
  readonly commit: number;
}

export interface AppendAnswer {
  readonly term: number;
  /** All up to the last entry of the question is on the disk here. */
  readonly stored: boolean;
  /** Where the leader should go on when not stored. */
  readonly lastIndex: number;
}

export interface SnapshotQuestion {
  readonly from: string;
  readonly term: number;
  readonly snapshot: Snapshot;
}

/** Asks one member; rejects when it does not answer, and with a Refusal when it will not have us. */
export type Ask = <K extends keyof Questions>(
  to: string,
  kind: K,
  question: Questions[K][0],
) => Promise<Questions[K][1]>;

/** The other one answered that we do not belong to it: 410 removed, 412 another cluster or another member. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

const fields: { readonly [K in keyof Questions]: readonly (keyof Questions[K][0])[] } = {
  vote: ['from', 'term', 'lastIndex', 'lastTerm', 'trial'],
  append: ['from', 'term', 'prevIndex', 'prevTerm', 'entries', 'commit'],
  snapshot: ['from', 'term', 'snapshot'],
  propose: ['payload'],
  confirm: [],
};

/** Whether it is such a question: the sender is of our cluster and our kind, so its outline tells enough. */
export function isQuestion<K extends keyof Questions>(kind: K, value: unknown): value is Questions[K][0] {
  return typeof value === 'object' && value !== null && fields[kind].every((field) => field in value);
}
