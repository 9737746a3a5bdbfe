import { EtcdError, ServerError } from './errors.ts';
import { Membership, type SavedMembership } from './membership.ts';
import type { KeyRequest, Payload } from './payload.ts';
import { type SavedStore, Store } from './store.ts';
import type { StoreEvent } from './watch-hub.ts';

/** What came out of an entry: an event, an error for the one who asked, or nothing. */
export type Outcome =
  | { readonly event: StoreEvent }
  | { readonly error: EtcdError | ServerError }
  | { readonly done: true };

/** All that a snapshot has to hold. */
export interface SavedMachine {
  readonly store: SavedStore;
  readonly membership: SavedMembership;
}

const attributesPath = /^\/0\/members\/([0-9a-f]+)\/attributes$/;

/**
 * What all members have in common: keys and members. It depends on nothing but the entries applied, in their order
 * (etcdserver/server.go apply, applyRequest, applyConfChange).
 */
export class Machine {
  readonly store = new Store();
  readonly membership = new Membership();

  apply(payload: Payload): Outcome {
    try {
      if (payload.change) this.membership.change(payload.change, this.store);
      if (!payload.request) return { done: true };
      const event = this.request(payload.request);
      return event ? { event } : { done: true };
    } catch (error) {
      if (error instanceof EtcdError || error instanceof ServerError) return { error };
      throw error;
    }
  }

  save(): SavedMachine {
    return { store: this.store.save(), membership: this.membership.save() };
  }

  restore(saved: SavedMachine): void {
    this.store.restore(saved.store);
    this.membership.restore(saved.membership);
  }

  private request(request: KeyRequest): StoreEvent | undefined {
    const { path, prevValue, prevIndex } = request;
    const compares = prevIndex > 0 || prevValue !== '';
    const value = request.dir ? undefined : request.value;
    const life = { expires: request.expires, refresh: request.refresh };
    switch (request.method) {
      case 'QGET':
        return this.store.get(path, request.recursive, request.sorted);
      case 'SYNC':
        this.store.expire(request.expires ?? 0);
        return undefined;
      case 'POST':
        return this.store.create(path, value, true, life);
      case 'DELETE':
        return compares
          ? this.store.compareAndDelete(path, prevValue, prevIndex)
          : this.store.delete(path, request.dir, request.recursive);
      case 'PUT':
        if (request.prevExist === false) return this.store.create(path, value, false, life);
        if (compares) return this.store.compareAndSwap(path, prevValue, prevIndex, request.value, life);
        if (request.prevExist) return this.store.update(path, request.value, life);
        return this.note(request) ? this.store.set(path, value, life) : undefined;
    }
  }

  /** Requests of the members themselves are kept as keys, too; false: it is of a member that is gone. */
  private note(request: KeyRequest): boolean {
    if (request.path === '/0/version') this.membership.version = request.value;
    const id = attributesPath.exec(request.path)?.[1];
    if (id === undefined) return true;
    const attributes: unknown = JSON.parse(request.value);
    return this.membership.publish(id, textIn(attributes, 'name'), textsIn(attributes, 'clientURLs'));
  }
}

function textIn(value: unknown, key: string): string {
  const found = valueIn(value, key);
  return typeof found === 'string' ? found : '';
}

function textsIn(value: unknown, key: string): string[] {
  const found = valueIn(value, key);
  return Array.isArray(found) ? found.filter((one) => typeof one === 'string') : [];
}

function valueIn(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
