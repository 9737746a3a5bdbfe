import type { Member } from './ids.ts';

/** A request on a key, in the form in which all members apply it (etcdserverpb.Request). */
export interface KeyRequest {
  readonly method: 'POST' | 'PUT' | 'DELETE' | 'QGET' | 'SYNC';
  readonly path: string;
  readonly value: string;
  readonly dir: boolean;
  readonly recursive: boolean;
  readonly sorted: boolean;
  /** '' and 0: not asked for. */
  readonly prevValue: string;
  readonly prevIndex: number;
  readonly prevExist?: boolean;
  readonly refresh: boolean;
  /** Milliseconds since 1970, by the clock of the member that took the request; for SYNC the time up to which to expire. */
  readonly expires?: number;
}

/** A change of the members (raftpb.ConfChange). */
export type MemberChange =
  | { readonly kind: 'add'; readonly member: Member }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'update'; readonly id: string; readonly peerURLs: readonly string[] };

/** What an entry of the log holds; a leader begins its term with an empty one. */
export interface Payload {
  /** By it the member that took the request knows it again. */
  readonly id: string;
  readonly request?: KeyRequest;
  readonly change?: MemberChange;
}

/** An entry of the log. */
export interface Entry {
  readonly index: number;
  readonly term: number;
  readonly payload: Payload;
}

/** A request with everything that is not said left empty. */
export function keyRequest(method: KeyRequest['method'], path: string, more: Partial<KeyRequest> = {}): KeyRequest {
  return {
    method,
    path,
    value: '',
    dir: false,
    recursive: false,
    sorted: false,
    prevValue: '',
    prevIndex: 0,
    refresh: false,
    ...more,
  };
}
