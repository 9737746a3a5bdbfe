/** The output could not be written: what went wrong, and what to do about it. */
export class OutputError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'OutputError';
    this.hint = hint;
  }
}

const known: Readonly<Record<string, { what: string; hint: string }>> = {
  ENOSPC: { what: 'no space is left', hint: 'free some space, or give another folder with --out' },
  EDQUOT: { what: 'your quota is used up', hint: 'free some space, or give another folder with --out' },
  ENOENT: { what: 'the folder cannot be made there', hint: 'give another folder with --out' },
  EACCES: { what: 'permission denied', hint: 'give a folder that you may write to with --out' },
  EPERM: { what: 'not permitted', hint: 'give a folder that you may write to with --out' },
  EROFS: { what: 'the file system is read-only', hint: 'give another folder with --out' },
  ENOTDIR: { what: 'a part of the path is a file', hint: 'give a folder with --out' },
  EEXIST: { what: 'a file is in the way', hint: 'move it away, or give another folder with --out' },
  EFBIG: {
    what: 'the file grew too large for this file system or limit',
    hint: 'see ulimit -f, or give another folder with --out',
  },
  EBUSY: {
    what: 'the folder of the cluster is a mount point',
    hint: 'give the folder above it, or another, with --out',
  },
  EIO: { what: 'the disk reports an error', hint: 'look at the kernel log, and give another folder with --out' },
};

/** Make an OutputError of an error of the file system; other errors are returned as they are. */
export function outputError(error: unknown, out: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const { what, hint } = known[error.code] ?? { what: error.message, hint: 'give another folder with --out' };
  return new OutputError(what, `${hint}; it is ${out} now`, error);
}
