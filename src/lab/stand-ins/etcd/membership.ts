import { ServerError } from './errors.ts';
import { byId, type Member } from './ids.ts';
import type { MemberChange } from './payload.ts';
import type { Store } from './store.ts';

export interface SavedMembership {
  readonly members: readonly Member[];
  readonly removed: readonly string[];
  readonly version: string;
}

const forever = { expires: undefined, refresh: false };

/** The members of the cluster, those that were removed, and its version (etcdserver/cluster.go). */
export class Membership {
  /** The cluster's version, such as 2.3.0; '' while it is not decided. */
  version = '';
  private members = new Map<string, Member>();
  private removed = new Set<string>();

  /** Ordered by id. */
  get all(): Member[] {
    return [...this.members.values()].toSorted(byId);
  }

  member(id: string): Member | undefined {
    return this.members.get(id);
  }

  isRemoved(id: string): boolean {
    return this.removed.has(id);
  }

  /**
   * Carries a change out, also in the store, where the real one keeps its members too and so counts its index up.
   * Throws a ServerError when the change makes no sense (ValidateConfigurationChange).
   */
  change(change: MemberChange, store: Store): void {
    const id = change.kind === 'add' ? change.member.id : change.id;
    const known = this.members.get(id);
    if (this.removed.has(id)) throw new ServerError('ID removed');
    if (change.kind === 'add' && known) throw new ServerError('ID exists');
    if (change.kind !== 'add' && !known) throw new ServerError('ID not found');
    if (change.kind === 'remove') {
      store.delete(`/0/members/${id}`, true, true);
      store.create(`/0/removed_members/${id}`, '', false, forever);
      this.members.delete(id);
      this.removed.add(id);
      return;
    }
    const peerURLs = change.kind === 'add' ? change.member.peerURLs : change.peerURLs;
    const others = this.all.filter((other) => other.id !== id).flatMap((other) => other.peerURLs);
    if (peerURLs.some((url) => others.includes(url))) throw new ServerError('peerURL exists');
    const attributes = JSON.stringify({ peerURLs });
    const key = `/0/members/${id}/raftAttributes`;
    if (change.kind === 'add') store.create(key, attributes, false, forever);
    else store.update(key, attributes, forever);
    const member = change.kind === 'add' ? change.member : known;
    if (member) this.members.set(id, { ...member, peerURLs });
  }

  /** What a member says of itself when it has started; false for one that is gone. */
  publish(id: string, name: string, clientURLs: readonly string[]): boolean {
    const member = this.members.get(id);
    if (!member) return false;
    this.members.set(id, { ...member, name, clientURLs });
    return true;
  }

  /**
   * Whether --strict-reconfig-check lets a member be added (`without` undefined) or removed: afterwards a majority has
   * to have started. Adding a second to one that runs is allowed, as for bringing back data.
   */
  staysAlive(without: string | undefined): boolean {
    const rest = this.all.filter((member) => member.id !== without);
    const started = rest.filter((member) => member.name !== '').length;
    const total = rest.length + (without === undefined ? 1 : 0);
    if (without === undefined && started === 1 && total === 2) return true;
    return started >= Math.floor(total / 2) + 1;
  }

  save(): SavedMembership {
    return { members: this.all, removed: [...this.removed], version: this.version };
  }

  restore(saved: SavedMembership): void {
    this.members = new Map(saved.members.map((member) => [member.id, member]));
    this.removed = new Set(saved.removed);
    this.version = saved.version;
  }
}
