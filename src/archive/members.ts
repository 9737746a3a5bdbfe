import { rm } from 'node:fs/promises';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import type { Store } from '../artifacts/store.ts';
import { printableName } from '../diagnostics/printable.ts';
import type { Bytes } from './byte-streams.ts';
import { type Captured, capture } from './capture.ts';
import { elfArchitecture } from './elf.ts';
import { missingMembers } from './missing-members.ts';
import { type FoundMember, type Interest, type WantedMember, WantedPaths } from './wanted.ts';

/** The best that was found of one wanted member so far. */
interface Find {
  readonly rank: number;
  readonly captured: Captured;
  /** Where something else was found, as good a place as this. */
  readonly rival?: string;
}

/** Something that is no file, at a path where a member should be. */
interface Obstacle {
  readonly rank: number;
  readonly error: ArtifactError;
}

/** Enough to say what an archive holds, without keeping all the names of a large one. */
const maxSeen = 2000;

/** Gathers the wanted members while an archive goes by. Nothing becomes the store's own before `keep`. */
export class Members {
  readonly paths: WantedPaths;
  readonly #file: string;
  readonly #wanted: readonly WantedMember[];
  readonly #store: Store;
  readonly #signal: AbortSignal;
  readonly #finds = new Map<number, Find>();
  readonly #obstacles = new Map<number, Obstacle>();
  readonly #temporary = new Set<Captured>();
  readonly #seen: string[] = [];

  constructor(file: string, wanted: readonly WantedMember[], store: Store, signal: AbortSignal) {
    this.paths = new WantedPaths(wanted);
    this.#file = file;
    this.#wanted = wanted;
    this.#store = store;
    this.#signal = signal;
  }

  /** Note a regular file. Returns who has a use for its content, as far as it is known. */
  see(path: string): readonly Interest[] {
    if (this.#seen.length < maxSeen) this.#seen.push(path);
    const exact = this.paths.exactly(path);
    const known = new Set(exact.map(({ member }) => member));
    const all = [...exact, ...this.paths.byName(path).filter(({ member }) => !known.has(member))];
    return all.filter(({ member, rank }) => rank <= (this.#finds.get(member)?.rank ?? Infinity));
  }

  /** Take a file's content, for those who have a use for it. */
  async take(path: string, content: Bytes, interests: readonly Interest[]): Promise<void> {
    const captured = await capture(content, path, this.#store, this.#signal);
    this.#temporary.add(captured);
    for (const { member, rank } of interests) this.#compare(member, captured, this.#finalRank(member, rank, captured));
    const used = new Set([...this.#finds.values()].map((find) => find.captured));
    for (const one of this.#temporary) if (!used.has(one)) await this.#remove(one);
  }

  /** Note that something at this path is no regular file; `what` is read after "is", the cure is what to do. */
  obstruct(path: string, what: string, cure: string): void {
    for (const { member, rank } of [...this.paths.exactly(path), ...this.paths.within(path)]) {
      if (rank >= (this.#obstacles.get(member)?.rank ?? Infinity)) continue;
      const message = `${this.#file}: ${printableName(path)} is ${what}, and ${this.#wanted[member]?.name} has to be a regular file`;
      this.#obstacles.set(member, { rank, error: new ArtifactError('KB4117', message, cure) });
    }
  }

  /**
   * Put what was found into the store.
   *
   * @param all whether every wanted member has to be there
   * @throws ArtifactError KB4108 several candidates, KB4109 missing, KB4117 no regular file, KB4118 twice and different
   */
  async keep(all: boolean): Promise<readonly FoundMember[]> {
    for (const member of this.#wanted.keys()) this.#judge(member);
    const missing = this.#wanted.filter((_, member) => !this.#finds.has(member));
    if (all && missing.length > 0) throw missingMembers(this.#file, missing, this.#seen);
    const found: FoundMember[] = [];
    for (const [member, { name, architecture }] of this.#wanted.entries()) {
      const captured = this.#finds.get(member)?.captured;
      if (!captured) continue;
      const { path, size, sha256 } = captured;
      if (this.#temporary.has(captured)) await this.#store.adopt(captured.file, { size, sha256 });
      this.#temporary.delete(captured);
      found.push({ name, architecture, path, size, sha256 });
    }
    return found;
  }

  /** Remove what is not the store's own. */
  async close(): Promise<void> {
    for (const captured of this.#temporary) await this.#remove(captured);
  }

  /** Of files that have only the name, programs for the right processor come first: docker/ also has completions. */
  #finalRank(member: number, rank: number, { head }: Captured): number {
    const wanted = this.#wanted[member];
    if (!wanted || rank < wanted.paths.length) return rank;
    const verdict = elfArchitecture(head);
    return 'architecture' in verdict && verdict.architecture === wanted.architecture ? rank : rank + 1;
  }

  #compare(member: number, captured: Captured, rank: number): void {
    const find = this.#finds.get(member);
    if (!find || rank < find.rank) this.#finds.set(member, { rank, captured });
    else if (rank === find.rank && captured.sha256 !== find.captured.sha256)
      this.#finds.set(member, { ...find, rival: captured.path });
  }

  #judge(member: number): void {
    const find = this.#finds.get(member);
    const obstacle = this.#obstacles.get(member);
    if (obstacle && obstacle.rank <= (find?.rank ?? Infinity)) throw obstacle.error;
    if (find?.rival === undefined) return;
    const path = printableName(find.captured.path);
    const { name, paths } = this.#wanted[member] ?? { name: '', paths: [] };
    if (find.rank < paths.length) {
      const message = `${this.#file} holds ${path} twice, with different content`;
      throw new ArtifactError('KB4118', message, 'unpack it by hand, and give the right one as a file of its own');
    }
    throw new ArtifactError(
      'KB4108',
      `${this.#file} holds several files called ${printableName(name)}: ${path} and ${printableName(find.rival)}`,
      `name the right one in the specification: "programs": { "${name}": "${path}" } of the artifact`,
    );
  }

  async #remove(captured: Captured): Promise<void> {
    await rm(captured.file, { force: true });
    this.#temporary.delete(captured);
  }
}
