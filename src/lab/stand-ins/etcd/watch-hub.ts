import { EtcdError } from './errors.ts';
import type { NodeView } from './tree.ts';

/** What happened to a key (etcd 2.3 store/event.go). */
export interface StoreEvent {
  readonly action: string;
  readonly node: NodeView;
  prevNode?: NodeView;
  /** The store's index after it; not shown. */
  etcdIndex: number;
  refresh?: true;
}

interface Watcher {
  readonly recursive: boolean;
  readonly stream: boolean;
  readonly since: number;
  readonly tell: (event: StoreEvent) => void;
}

/** So many events are remembered; a watch that asks for older ones gets error 401 (store.go newWatchHub(1000)). */
const capacity = 1000;

/** Those who wait for changes of a key, and the last changes for those who ask for past ones (store/watcher_hub.go). */
export class WatchHub {
  private past: StoreEvent[] = [];
  private readonly watchers = new Map<string, Set<Watcher>>();

  get history(): readonly StoreEvent[] {
    return this.past;
  }

  restore(events: readonly StoreEvent[]): void {
    this.past = [...events];
  }

  /**
   * Calls `tell` with the first event at `key` (with `recursive` also below it) whose index is `since` or later, with
   * `stream` with all that follow; at once when it has happened already. Returns what ends the watch. Throws error 401
   * when `since` lies before what is remembered.
   */
  watch(
    key: string,
    how: { readonly recursive: boolean; readonly stream: boolean; readonly since: number; readonly storeIndex: number },
    tell: (event: StoreEvent) => void,
  ): () => void {
    const first = this.past[0];
    if (first && how.since < indexOf(first)) {
      const reason = `the requested history has been cleared [${indexOf(first)}/${how.since}]`;
      throw new EtcdError(401, reason, how.storeIndex);
    }
    const known = this.past.find((event) => indexOf(event) >= how.since && concerns(event, key, how.recursive));
    if (known) {
      tell(known);
      // A stream, too, ends with an event of the past in 2.3: its watcher is never put on the list.
      return () => {};
    }
    const watcher: Watcher = { recursive: how.recursive, stream: how.stream, since: how.since, tell };
    const list = this.watchers.get(key) ?? new Set();
    list.add(watcher);
    this.watchers.set(key, list);
    return () => this.drop(key, watcher);
  }

  /** Remembers the event, and tells those who watch its key or a folder above it; a refresh tells nobody. */
  notify(event: StoreEvent): void {
    this.past.push(event);
    if (this.past.length > capacity) this.past.shift();
    if (event.refresh) return;
    let path = '';
    this.tellWatchers(event, '/', false);
    for (const part of (event.node.key ?? '').split('/').slice(1)) {
      path += `/${part}`;
      this.tellWatchers(event, path, false);
    }
  }

  /** Tells those who watch `path`; `deleted`: it went away with a folder above it, which concerns them all. */
  tellWatchers(event: StoreEvent, path: string, deleted: boolean): void {
    const itself = event.node.key === path;
    for (const watcher of [...(this.watchers.get(path) ?? [])]) {
      if (!itself && isHidden(path, event.node.key ?? '')) continue;
      if (!(watcher.recursive || itself || deleted) || indexOf(event) < watcher.since) continue;
      if (!watcher.stream) this.drop(path, watcher);
      watcher.tell(event);
    }
  }

  private drop(key: string, watcher: Watcher): void {
    const list = this.watchers.get(key);
    list?.delete(watcher);
    if (list?.size === 0) this.watchers.delete(key);
  }
}

function indexOf(event: StoreEvent): number {
  return event.node.modifiedIndex ?? 0;
}

function concerns(event: StoreEvent, key: string, recursive: boolean): boolean {
  const changed = event.node.key ?? '';
  if (event.refresh) return false;
  if (changed === key) return true;
  if (recursive && changed.startsWith(key === '/' ? key : `${key}/`)) return true;
  const folderGone = (event.action === 'delete' || event.action === 'expire') && event.prevNode?.dir === true;
  return folderGone && key.startsWith(event.prevNode?.key ?? '');
}

/** Whether the change lies in a hidden part below the watched path. */
function isHidden(watched: string, changed: string): boolean {
  if (watched.length > changed.length) return false;
  return `/${changed.slice(watched.length)}`.replace('//', '/').includes('/_');
}
