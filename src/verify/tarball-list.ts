import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseSums } from '../bundle/sha256-sums.ts';
import type { Defect } from './defects.ts';

const sumsName = 'SHA256SUMS';
const largestSums = 16 * 1024 * 1024;

/** A tarball to check, and what is known of it before. */
export interface Candidate {
  readonly path: string;
  readonly expectedSha256?: string;
  readonly defects: readonly Defect[];
  readonly remarks: readonly string[];
}

/** SHA256SUMS of one folder. */
interface Beside {
  readonly sums: ReadonlyMap<string, string>;
  readonly wrongLine?: number;
}

/** Reads the SHA256SUMS of each folder once. */
export class SumsBeside {
  readonly #folders = new Map<string, Promise<Beside | undefined>>();

  /** A tarball with its line of the SHA256SUMS beside it; KB4402 when that has none. */
  async candidate(path: string): Promise<Candidate> {
    const beside = await this.#of(dirname(path));
    if (!beside) return { path, defects: [], remarks: [`there is no ${sumsName} beside it`] };
    const expectedSha256 = beside.sums.get(basename(path));
    if (expectedSha256 !== undefined) return { path, expectedSha256, defects: [], remarks: [] };
    return {
      path,
      defects: [{ code: 'KB4402', message: `${sumsName} beside it has no line for it` }],
      remarks: [],
    };
  }

  /** All tarballs of a folder, and those that its SHA256SUMS names (KB4403 when one of them is missing). */
  async folder(folder: string): Promise<{ readonly paths: readonly string[]; readonly defects: readonly Defect[] }> {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.tar.gz') && !name.startsWith('.'));
    const missing = [...((await this.#of(folder))?.sums.keys() ?? [])].filter((name) => !names.includes(name));
    return {
      paths: names.toSorted().map((name) => join(folder, name)),
      defects: missing.map((name) => ({ code: 'KB4403', message: `${name} is missing` })),
    };
  }

  /** What is wrong with the SHA256SUMS files that were read: KB4402, by path. */
  async defects(): Promise<readonly { readonly path: string; readonly defect: Defect }[]> {
    const list = await Promise.all(
      [...this.#folders].map(async ([folder, beside]) => ({ folder, beside: await beside })),
    );
    return list.flatMap(({ folder, beside }) => {
      if (beside?.wrongLine === undefined) return [];
      const message = `line ${beside.wrongLine} is no hash and name`;
      return [{ path: join(folder, sumsName), defect: { code: 'KB4402' as const, message } }];
    });
  }

  #of(folder: string): Promise<Beside | undefined> {
    const known = this.#folders.get(folder) ?? readBeside(join(folder, sumsName));
    this.#folders.set(folder, known);
    return known;
  }
}

async function readBeside(path: string): Promise<Beside | undefined> {
  const info = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!info) return undefined;
  if (!info.isFile() || info.size > largestSums) return { sums: new Map(), wrongLine: 1 };
  return parseSums(await readFile(path, 'utf8'));
}
