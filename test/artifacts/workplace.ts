import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lock } from '../../src/artifacts/lock-file.ts';
import { program } from '../archive/programs.ts';
import { type Ran, ran } from '../cli/fake-terminal.ts';
import { allArtifacts, layArtifacts } from '../support/artifacts.ts';
import { archiveOf, imageOf, savedOld, sha256 } from '../support/images.ts';
import { minimal } from '../support/specs.ts';
import { scratch } from '../support/unpack.ts';

type Options = NonNullable<Parameters<typeof ran>[1]>;

/** What the guide's cluster, and one of two members, is warned of. */
const warnings = ['KB3007', 'KB3008', 'KB3106', 'KB3107', 'KB3601', 'KB3602', 'KB3603', 'KB3604', 'KB3605'];

/** A folder with cluster.json, an artifacts folder `art`, and a cache of its own. */
export class Workplace {
  readonly folder = scratch('artifacts');
  readonly cache = join(this.folder, 'cache');
  readonly art = join(this.folder, 'art');

  constructor(spec: object = minimal()) {
    mkdirSync(this.art);
    this.specify(spec);
  }

  /** A path below the folder. */
  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** Write cluster.json; its warnings are accepted unless it says otherwise. */
  specify(spec: object): void {
    writeFileSync(this.path('cluster.json'), JSON.stringify({ acceptWarnings: warnings, ...spec }, null, 2));
  }

  /** Lay programs and the pause image into the artifacts folder. */
  async lay(names?: readonly string[]): Promise<void> {
    await layArtifacts(this.art, names);
  }

  /** Lay programs and a pause image of one architecture into its folder. */
  async layFor(architecture: 'amd64' | 'arm64'): Promise<void> {
    const folder = join(this.art, architecture);
    mkdirSync(folder);
    const machine = { amd64: 62, arm64: 183 }[architecture];
    for (const name of allArtifacts.filter((one) => one !== 'pause.tar'))
      writeFileSync(join(folder, name), program(`${name} for ${architecture}`, { machine }));
    await archiveOf(
      join(folder, 'pause.tar'),
      savedOld(await imageOf([architecture], { architecture, os: 'linux' }), null),
    );
  }

  run(args: readonly string[], options: Options = {}): Promise<Ran> {
    return ran(args, { cwd: this.folder, ...options, env: { KUBEBALE_CACHE: this.cache, ...options.env } });
  }

  lock(more: readonly string[] = [], options: Options = {}): Promise<Ran> {
    return this.run(['lock', 'cluster.json', '--artifacts', 'art', ...more], options);
  }

  compile(more: readonly string[] = ['--artifacts', 'art'], options: Options = {}): Promise<Ran> {
    return this.run(['compile', 'cluster.json', ...more], options);
  }

  fetch(more: readonly string[] = [], options: Options = {}): Promise<Ran> {
    return this.run(['fetch', 'cluster.json', ...more], options);
  }

  lockText(): string {
    return readFileSync(this.path('cluster.lock.json'), 'utf8');
  }

  locked(): Lock {
    return JSON.parse(this.lockText()) as Lock;
  }

  /** Where a file's bytes are kept in the cache. */
  kept(sha256: string): string {
    return join(this.cache, 'sha256', sha256.slice(0, 2), sha256);
  }
}

/** Findings on the terminal are wrapped: as one line, and long paths in one piece. */
export function words({ out, err }: Ran): string {
  return `${out}\n${err}`.replace(/\s+/g, ' ').replaceAll('/ ', '/');
}

export function hashOf(file: string): string {
  return sha256(readFileSync(file));
}

/** Flip a random bit of one byte; returns the position. */
export function flip(file: string, from = 0): number {
  const bytes = readFileSync(file);
  const at = from + Math.floor(Math.random() * (bytes.length - from));
  bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(Math.random() * 8));
  writeFileSync(file, bytes);
  return at;
}
