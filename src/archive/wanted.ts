import type { Digest } from '../artifacts/store.ts';
import type { Architecture } from '../model/types.ts';
import { plainPath } from './check-entry.ts';

/** A program that somebody looks for in an archive. */
export interface WantedMember {
  readonly name: string;
  readonly architecture: Architecture;
  /**
   * Where it may be, best first; `outer.tar.gz!inner/path` is a path in an archive of the archive. An empty path is the
   * file itself, when it is no archive but the program.
   */
  readonly paths: readonly string[];
}

/** A wanted member that is in the store now, and where it was. */
export interface FoundMember extends Digest {
  readonly name: string;
  readonly architecture: Architecture;
  readonly path: string;
}

/** That a member is looked for at some path. A smaller rank is a better place. */
export interface Interest {
  /** Which of the wanted members, by number. */
  readonly member: number;
  readonly rank: number;
}

/** Which paths of an archive somebody asks for. */
export class WantedPaths {
  readonly #exact = new Map<string, Interest[]>();
  readonly #byName = new Map<string, Interest[]>();
  readonly #archives = new Set<string>();

  constructor(wanted: readonly WantedMember[]) {
    for (const [member, { name, paths }] of wanted.entries()) {
      for (const [rank, given] of paths.entries()) {
        const steps = given.split('!').map(plainPath);
        add(this.#exact, steps.join('!'), { member, rank });
        for (let depth = 1; depth < steps.length; depth += 1) this.#archives.add(steps.slice(0, depth).join('!'));
      }
      add(this.#byName, name, { member, rank: paths.length });
    }
  }

  /** Who wants the file at this path, by the path itself. */
  exactly(path: string): readonly Interest[] {
    return this.#exact.get(path) ?? [];
  }

  /** Who would take the file at this path for its base name; only files of the outer archive are such. */
  byName(path: string): readonly Interest[] {
    return path.includes('!') ? [] : (this.#byName.get(path.slice(path.lastIndexOf('/') + 1)) ?? []);
  }

  /** Who wants something out of the archive at this path. */
  within(path: string): readonly Interest[] {
    if (!this.isArchive(path)) return [];
    return [...this.#exact].filter(([one]) => one.startsWith(`${path}!`)).flatMap(([, interests]) => interests);
  }

  /** Whether a wanted path leads into the archive at this path. */
  isArchive(path: string): boolean {
    return this.#archives.has(path);
  }
}

function add(map: Map<string, Interest[]>, key: string, interest: Interest): void {
  map.set(key, [...(map.get(key) ?? []), interest]);
}
