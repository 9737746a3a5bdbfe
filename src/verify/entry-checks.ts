import { printable } from '../diagnostics/printable.ts';
import type { Defects } from './defects.ts';
import type { TarHeader } from './tar-header.ts';

const fileModes: readonly number[] = [0o755, 0o644, 0o600];
const folderModes: readonly number[] = [0o755, 0o700];

/**
 * Sees that each entry of an archive is one that kubebale writes: KB4410 its kind, name and place, KB4411 its owner,
 * mode and time.
 */
export class EntryChecks {
  /** The name of the first entry, which has to be a folder that all others lie in. */
  root: string | undefined;
  readonly #defects: Defects;
  readonly #folders = new Set<string>();
  readonly #names = new Set<string>();
  #mtime: number | undefined;

  constructor(defects: Defects) {
    this.#defects = defects;
  }

  /** The entry's path below the root folder; undefined when it is the root itself or must not be there. */
  check(header: TarHeader): string | undefined {
    const { name } = header;
    const strange = this.#placeProblem(header);
    if (strange !== undefined) {
      this.#defects.add('KB4410', `${name}: ${strange}`);
      return undefined;
    }
    const plain = withoutSlash(name);
    this.#checkOrder(plain, header);
    this.#names.add(plain);
    if (header.type === '5') this.#folders.add(plain);
    for (const problem of this.#attributeProblems(header)) this.#defects.add('KB4411', `${name}: ${problem}`);
    return plain === this.root ? undefined : plain.slice((this.root ?? '').length + 1);
  }

  #placeProblem({ name, type, size, linkName }: TarHeader): string | undefined {
    if (type !== '0' && type !== '5') return `is no file and no folder (${kindText(type)})`;
    if (linkName !== '') return 'leads to another file';
    if (type === '5' && size > 0) return 'is a folder with content';
    const plain = type === '5' ? withoutSlash(name) : name;
    if (name.startsWith('/')) return 'has an absolute name';
    if (printable(name) !== name) return 'has a name that cannot be shown';
    const parts = plain.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'has a name that leads elsewhere';
    if (this.#names.has(plain)) return 'is there twice';
    if (this.root !== undefined && parts[0] !== this.root) return `lies outside of the root folder ${this.root}/`;
    return undefined;
  }

  /** A folder stands before what lies in it; said once for each folder. */
  #checkOrder(plain: string, { type }: TarHeader): void {
    const parent = plain.slice(0, Math.max(0, plain.lastIndexOf('/')));
    if (this.root === undefined) {
      this.root = plain.split('/')[0];
      if (parent !== '' || type !== '5') this.#defects.add('KB4410', `${plain}: comes before the root folder`);
      this.#folders.add(parent);
    } else if (parent !== '' && !this.#folders.has(parent)) {
      this.#defects.add('KB4410', `${plain}: comes before the folder that it lies in`);
      this.#folders.add(parent);
    }
  }

  #attributeProblems({ type, mode, uid, gid, user, group, mtime }: TarHeader): readonly string[] {
    this.#mtime ??= mtime;
    const problems: string[] = [];
    const modes = type === '5' ? folderModes : fileModes;
    if (!modes.includes(mode)) {
      const allowed = modes.map(modeText).join(', ');
      problems.push(`has mode ${modeText(mode)}, and kubebale writes ${allowed}`);
    }
    const owner = [uid, user, gid, group];
    if (uid !== 0 || gid !== 0 || !isRoot(user) || !isRoot(group)) {
      problems.push(`belongs to ${owner.filter((part) => part !== '').join(' ')} instead of 0 0`);
    }
    if (mtime !== this.#mtime) problems.push(`has another time (${mtime}) than the first entry (${this.#mtime})`);
    return problems;
  }
}

/** A mode as MANIFEST.json has it. */
export function modeText(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function isRoot(name: string): boolean {
  return name === '' || name === 'root';
}

function withoutSlash(name: string): string {
  return name.endsWith('/') ? name.slice(0, -1) : name;
}

function kindText(type: string): string {
  const kinds: Readonly<Record<string, string>> = {
    1: 'a hard link',
    2: 'a symbolic link',
    3: 'a device',
    4: 'a device',
    6: 'a pipe',
    g: 'a global PAX header',
  };
  return kinds[type] ?? `type ${type}`;
}
