import { EtcdError } from './errors.ts';
import { KeyTree } from './key-tree.ts';
import {
  cleanPath,
  indexes,
  lifetime,
  type NodeView,
  nameOf,
  newNode,
  readView,
  type SavedNode,
  type TreeNode,
  viewOf,
} from './tree.ts';
import { type StoreEvent, WatchHub } from './watch-hub.ts';

/** When a key shall end, and whether only that is changed. */
export interface Lifetime {
  /** Milliseconds since 1970. */
  readonly expires: number | undefined;
  readonly refresh: boolean;
}

export interface SavedStore {
  readonly index: number;
  readonly root: SavedNode;
  readonly history: readonly StoreEvent[];
}

/** Folders that nobody may change: members live below /0, keys below /1. */
const readOnly: ReadonlySet<string> = new Set(['/', '/0', '/1']);

/**
 * The tree of keys of the v2 API, with the indexes, events and errors of the real one (etcd 2.3 store/store.go). All
 * paths begin with /0 or /1. Every method that changes something returns the event, or throws an EtcdError and then
 * has changed nothing but, as the real one, folders on the way to the key.
 */
export class Store {
  index = 0;
  readonly hub = new WatchHub();
  private readonly tree = new KeyTree();

  get(path: string, recursive: boolean, sorted: boolean): StoreEvent {
    return this.event('get', readView(this.find(path), recursive, sorted), this.index);
  }

  create(path: string, value: string | undefined, unique: boolean, life: Lifetime): StoreEvent {
    // In-order keys are named after the index, 20 digits wide.
    const name = unique ? `${path}/${String(this.index + 1).padStart(20, '0')}` : path;
    return this.told(this.put('create', name, value, false, life.expires));
  }

  set(path: string, value: string | undefined, life: Lifetime): StoreEvent {
    const before = life.refresh ? this.find(path) : undefined;
    const kept = before && value !== undefined ? before.value : value;
    return this.told(this.put('set', path, kept, true, life.expires), life.refresh);
  }

  update(path: string, value: string, life: Lifetime): StoreEvent {
    this.refuseReadOnly(path);
    const node = this.find(path);
    if (node.children && value !== '') throw new EtcdError(102, node.path, this.index);
    return this.rewrite('update', node, life.refresh ? node.value : value, life);
  }

  compareAndSwap(path: string, prevValue: string, prevIndex: number, value: string, life: Lifetime): StoreEvent {
    this.refuseReadOnly(path);
    const node = this.find(path);
    this.compare(node, prevValue, prevIndex);
    return this.rewrite('compareAndSwap', node, life.refresh ? node.value : value, life);
  }

  delete(path: string, dir: boolean, recursive: boolean): StoreEvent {
    this.refuseReadOnly(path);
    const node = this.find(path);
    if (node.children && !dir && !recursive) throw new EtcdError(102, node.path, this.index);
    if (node.children?.size && !recursive) throw new EtcdError(108, node.path, this.index);
    return this.removed('delete', node);
  }

  compareAndDelete(path: string, prevValue: string, prevIndex: number): StoreEvent {
    const node = this.find(path);
    this.compare(node, prevValue, prevIndex);
    return this.removed('compareAndDelete', node);
  }

  /** Removes what has ended by `cutoff`, one event each. */
  expire(cutoff: number): void {
    for (;;) {
      const node = this.tree.nextToExpire();
      if (!node || (node.expires ?? 0) > cutoff) return;
      this.removed('expire', node);
    }
  }

  /** When the next key ends, in milliseconds since 1970. */
  get nextExpiry(): number | undefined {
    return this.tree.nextToExpire()?.expires;
  }

  save(): SavedStore {
    return { index: this.index, root: this.tree.save(), history: this.hub.history };
  }

  restore(saved: SavedStore): void {
    this.index = saved.index;
    this.tree.restore(saved.root);
    this.hub.restore(saved.history);
  }

  private put(
    action: string,
    path: string,
    value: string | undefined,
    replace: boolean,
    expires: number | undefined,
  ): StoreEvent {
    const key = cleanPath(path);
    if (readOnly.has(key)) throw new EtcdError(107, '/', this.index);
    const folder = this.tree.makeFolders(key.slice(0, key.lastIndexOf('/')), this.index);
    const there = folder.children?.get(nameOf(key));
    if (there && !replace) throw new EtcdError(105, key, this.index);
    if (there?.children) throw new EtcdError(102, key, this.index);
    if (there) this.tree.detach(there);
    const index = this.index + 1;
    const node = newNode(key, index, value, folder, expires);
    this.tree.hang(node);
    const view: NodeView = {
      key,
      ...(value === undefined ? { dir: true } : { value }),
      ...lifetime(node.expires),
      ...indexes(index, index),
    };
    const event = this.event(action, view, index);
    if (there) event.prevNode = viewOf(there, false, false);
    return event;
  }

  private rewrite(action: string, node: TreeNode, value: string, life: Lifetime): StoreEvent {
    const before = viewOf(node, false, false);
    const index = this.index + 1;
    // A folder keeps its index: only its lifetime can change (store/node.go Write).
    if (!node.children) {
      node.value = value;
      node.modified = index;
    }
    this.tree.setLife(node, life.expires);
    const view: NodeView = {
      key: node.path,
      ...(node.children ? { dir: true } : { value }),
      ...lifetime(node.expires),
      ...indexes(index, node.created),
    };
    const event = this.event(action, view, index);
    event.prevNode = before;
    return this.told(event, life.refresh);
  }

  private removed(action: string, node: TreeNode): StoreEvent {
    const index = this.index + 1;
    const view: NodeView = { key: node.path, ...(node.children && { dir: true }), ...indexes(index, node.created) };
    const event = this.event(action, view, index);
    event.prevNode = viewOf(node, false, false);
    this.tree.each(node, (gone) => {
      this.tree.detach(gone);
      this.hub.tellWatchers(event, gone.path, true);
    });
    return this.told(event);
  }

  private told(event: StoreEvent, refresh = false): StoreEvent {
    this.index = event.node.modifiedIndex ?? this.index;
    if (refresh) event.refresh = true;
    this.hub.notify(event);
    return event;
  }

  private event(action: string, node: NodeView, etcdIndex: number): StoreEvent {
    return { action, node, etcdIndex };
  }

  private compare(node: TreeNode, prevValue: string, prevIndex: number): void {
    if (node.children) throw new EtcdError(102, node.path, this.index);
    const value = prevValue === '' || node.value === prevValue;
    const index = prevIndex === 0 || node.modified === prevIndex;
    if (value && index) return;
    const values = `[${prevValue} != ${node.value}]`;
    const numbers = `[${prevIndex} != ${node.modified}]`;
    throw new EtcdError(101, value ? numbers : index ? values : `${values} ${numbers}`, this.index);
  }

  private refuseReadOnly(path: string): void {
    if (readOnly.has(cleanPath(path))) throw new EtcdError(107, '/', this.index);
  }

  private find(path: string): TreeNode {
    return this.tree.find(path, this.index);
  }
}
