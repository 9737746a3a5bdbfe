import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { DamagedFile, lineOf, readLines } from './log-lines.ts';
import type { Entry } from './payload.ts';
import { replaceFile } from './replace-file.ts';

/** Whose log it is, and the entry before the first one that it holds. */
export interface LogHeader {
  readonly standIn: 'etcd';
  readonly member: string;
  readonly cluster: string;
  readonly baseIndex: number;
  readonly baseTerm: number;
}

/** What a member must not forget besides the entries. */
export interface HardState {
  readonly term: number;
  /** For whom it voted in that term; '' for nobody. */
  readonly vote: string;
  /** Up to here entries are known to be on a majority. */
  readonly commit: number;
}

const appendToFile = promisify(fs.appendFile);
const syncFile = promisify(fs.fdatasync);

type Line = { readonly entry: Entry } | { readonly state: HardState } | { readonly cut: number };

/**
 * The entries of a member, in memory and in an append-only file. What was appended counts as stored only after
 * `flush`; several callers share one fsync.
 */
export class DurableLog {
  /** Up to this index the entries are on the disk. */
  durableIndex: number;
  state: HardState = { term: 0, vote: '', commit: 0 };
  header: LogHeader;
  private entries: Entry[] = [];
  private readonly path: string;
  private file: number | undefined;
  private queue = '';
  private last: Promise<void> = Promise.resolve();
  private waiting: { sync: boolean; readonly done: Promise<void> } | undefined;
  /** Something was written and not yet synced. */
  private dirty = false;
  private cuts = 0;

  private constructor(path: string, header: LogHeader) {
    this.path = path;
    this.header = header;
    this.durableIndex = header.baseIndex;
  }

  /** Makes the file; the header is on the disk when it returns. */
  static create(path: string, header: LogHeader): DurableLog {
    replaceFile(path, lineOf(header));
    return new DurableLog(path, header);
  }

  /** Reads the file back. Throws DamagedFile when it is damaged, or was written by a real etcd. */
  static load(path: string): DurableLog {
    const bytes = fs.readFileSync(path);
    const { values, length } = readLines(bytes);
    // An interrupted last line would swallow the next one.
    if (length < bytes.length) fs.truncateSync(path, length);
    const [header, ...lines] = values;
    if (!isHeader(header)) throw new DamagedFile();
    const log = new DurableLog(path, header);
    for (const line of lines) log.replay(line);
    log.durableIndex = log.lastIndex;
    return log;
  }

  get baseIndex(): number {
    return this.header.baseIndex;
  }

  get lastIndex(): number {
    return this.baseIndex + this.entries.length;
  }

  get lastTerm(): number {
    return this.termAt(this.lastIndex) ?? 0;
  }

  /** Undefined for an entry that is not here (any more). */
  termAt(index: number): number | undefined {
    if (index === this.baseIndex) return this.header.baseTerm;
    return this.entries[index - this.baseIndex - 1]?.term;
  }

  at(index: number): Entry | undefined {
    return this.entries[index - this.baseIndex - 1];
  }

  /** At most `count` entries from `index` on. */
  from(index: number, count: number): readonly Entry[] {
    const start = index - this.baseIndex - 1;
    return this.entries.slice(start, start + count);
  }

  append(entry: Entry): void {
    this.entries.push(entry);
    this.write({ entry });
  }

  /** Drops the entries from `index` on. */
  cut(index: number): void {
    this.entries.length = index - this.baseIndex - 1;
    this.durableIndex = Math.min(this.durableIndex, index - 1);
    this.cuts += 1;
    this.write({ cut: index });
  }

  setState(state: HardState): void {
    this.state = state;
    this.write({ state });
  }

  /** Resolves when all that was written before is on the disk; rejects with the disk's error. */
  flush(): Promise<void> {
    return this.nextRound(true);
  }

  /** As flush, but leaves it to the kernel when the disk gets it: enough for what may be forgotten in a power cut. */
  writeOut(): Promise<void> {
    return this.nextRound(false);
  }

  /** Leaves out the entries up to `index`, which a snapshot on the disk covers. With `all` those after it, too. */
  compact(index: number, term: number, all: boolean): Promise<void> {
    this.last = this.last.then(() => this.replace(index, term, all));
    return this.last;
  }

  /** Rounds follow each other; one that has not begun takes along the lines of all who ask until then. */
  private nextRound(sync: boolean): Promise<void> {
    if (this.waiting) {
      this.waiting.sync ||= sync;
      return this.waiting.done;
    }
    const wish = { sync };
    const done = this.last.then(() => {
      this.waiting = undefined;
      return this.round(wish.sync);
    });
    this.waiting = Object.assign(wish, { done });
    this.last = done;
    return done;
  }

  private async round(sync: boolean): Promise<void> {
    const { lastIndex, cuts, queue } = this;
    this.queue = '';
    if (queue !== '') {
      this.file ??= fs.openSync(this.path, 'a');
      this.dirty = true;
      await appendToFile(this.file, queue);
    }
    if (!sync || !this.dirty || this.file === undefined) return;
    this.dirty = false;
    await syncFile(this.file);
    if (cuts === this.cuts) this.durableIndex = lastIndex;
  }

  /** Nothing waits in here, so that no line gets into the file that is being replaced. */
  private replace(index: number, term: number, all: boolean): void {
    const kept = all ? [] : this.from(index + 1, Number.POSITIVE_INFINITY);
    this.header = { ...this.header, baseIndex: index, baseTerm: term };
    this.entries = [...kept];
    this.queue = '';
    this.dirty = false;
    if (this.file !== undefined) fs.closeSync(this.file);
    this.file = undefined;
    const lines = [lineOf(this.header), ...kept.map((entry) => lineOf({ entry })), lineOf({ state: this.state })];
    replaceFile(this.path, lines.join(''));
    this.durableIndex = this.lastIndex;
  }

  private write(line: Line): void {
    this.queue += lineOf(line);
  }

  private replay(line: unknown): void {
    if (!isLine(line)) throw new DamagedFile();
    if ('entry' in line) this.entries.push(line.entry);
    else if ('cut' in line) this.entries.length = line.cut - this.baseIndex - 1;
    else this.state = line.state;
  }
}

// The checksum says that we wrote the line; these say which kind it is.
function isHeader(value: unknown): value is LogHeader {
  return typeof value === 'object' && value !== null && 'standIn' in value;
}

function isLine(value: unknown): value is Line {
  return typeof value === 'object' && value !== null && ('entry' in value || 'cut' in value || 'state' in value);
}
