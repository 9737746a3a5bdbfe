import { systemReason } from '../diagnostics/system-reason.ts';

/** The output could not be written: what went wrong, and what to do about it. */
export class OutputError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'OutputError';
    this.hint = hint;
  }
}

const hints: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space, or give another folder with --out',
  EDQUOT: 'free some space, or give another folder with --out',
  EACCES: 'give a folder that you may write to with --out',
  EPERM: 'give a folder that you may write to with --out',
  ENOTDIR: 'give a folder with --out',
  EEXIST: 'move it away, or give another folder with --out',
  EFBIG: 'see ulimit -f, or give another folder with --out',
  EBUSY: 'give the folder above it, or another, with --out',
  EIO: 'look at the kernel log, and give another folder with --out',
};

/** What an error means of the output folder in particular. */
const ofOutput: Readonly<Record<string, string>> = {
  ENOENT: 'the folder cannot be made there',
  EBUSY: 'the folder of the cluster is a mount point',
};

/** Make an OutputError of an error of the file system; other errors are returned as they are. */
export function outputError(error: unknown, out: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const hint = hints[error.code] ?? 'give another folder with --out';
  return new OutputError(ofOutput[error.code] ?? systemReason(error), `${hint}; it is ${out} now`, error);
}

/** Make an OutputError of an error of the file system in the cache; other errors are returned as they are. */
export function cacheError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  const hint = 'free some space there, or set KUBEBALE_CACHE to another folder';
  return new OutputError(`${folder}: ${systemReason(error)}`, hint, error);
}
