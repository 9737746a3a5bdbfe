import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import { sha256Of } from '../artifacts/digest-meter.ts';
import { shellQuote } from '../render/shell-quote.ts';

/** A tarball as it was when it was written. */
interface RecordedTarball {
  /** Digest of everything that decides its bytes. */
  readonly key: string;
  readonly size: number;
  /** Nanoseconds since 1970, as text. */
  readonly mtime: string;
  readonly sha256: string;
}

/**
 * What was written into one output folder, so that a later run knows which tarballs need not be written again. It is
 * kept apart from the output, which holds tarballs and their sums only; without it everything is written again.
 */
export class WrittenRecord {
  readonly #file: string;
  readonly #known: ReadonlyMap<string, RecordedTarball>;

  private constructor(file: string, known: ReadonlyMap<string, RecordedTarball>) {
    this.#file = file;
    this.#known = known;
  }

  /**
   * @param folder where records are kept
   * @param target the output folder that it is about, as a real path
   */
  static async open(folder: string, target: string): Promise<WrittenRecord> {
    const file = join(folder, sha256Of(target));
    const text = await readFile(file, 'utf8').catch(() => '');
    const end = text.lastIndexOf('sha256 ');
    const lines = text.slice(0, Math.max(0, end));
    if (text !== '' && text !== sealed(lines)) {
      throw new ArtifactError(
        'KB4017',
        `${file} is damaged: it does not match its own digest`,
        `type: rm ${shellQuote(file)}; then run the command again, which writes all tarballs anew`,
      );
    }
    const known = new Map<string, RecordedTarball>();
    for (const line of lines.split('\n')) {
      const [name, key, size, mtime, sha256] = line.split(' ');
      if (name && key && size && mtime && sha256) known.set(name, { key, size: Number(size), mtime, sha256 });
    }
    return new WrittenRecord(file, known);
  }

  /** The tarball with this name, when it is still the file that was written for this key: by size, time and mode. */
  async unchanged(
    folder: string,
    name: string,
    key: string,
    mode: number,
  ): Promise<{ size: number; sha256: string } | undefined> {
    const known = this.#known.get(name);
    if (known?.key !== key) return undefined;
    const now = await look(join(folder, name));
    const same = now && now.size === known.size && now.mtime === known.mtime && now.mode === mode;
    return same ? known : undefined;
  }

  /**
   * Note what has been written, beside what was known of other names. The caller still keeps other runs away.
   *
   * @param folder where the files are now
   */
  async save(folder: string, written: readonly { name: string; key: string; sha256: string }[]): Promise<void> {
    const all = new Map(this.#known);
    for (const { name, key, sha256 } of written) {
      const now = await look(join(folder, name));
      if (now) all.set(name, { key, sha256, size: now.size, mtime: now.mtime });
    }
    const lines = [...all].map(([name, one]) => `${name} ${one.key} ${one.size} ${one.mtime} ${one.sha256}\n`);
    await mkdir(dirname(this.#file), { recursive: true });
    const aside = `${this.#file}.${randomUUID()}`;
    await writeFile(aside, sealed(lines.join('')));
    await rename(aside, this.#file);
  }
}

/** Lines with their own digest behind them. */
function sealed(lines: string): string {
  return `${lines}sha256 ${sha256Of(lines)}\n`;
}

async function look(path: string): Promise<{ size: number; mtime: string; mode: number } | undefined> {
  return lstat(path, { bigint: true }).then(
    (info) =>
      info.isFile()
        ? { size: Number(info.size), mtime: String(info.mtimeNs), mode: Number(info.mode) & 0o777 }
        : undefined,
    () => undefined,
  );
}
