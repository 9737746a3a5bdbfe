import { ArtifactError } from '../artifacts/artifact-error.ts';
import { systemReason } from '../diagnostics/system-reason.ts';

/** An error of the file system while a download was written to `path`, in words (KB4209); others as they are. */
export function diskError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  const hint = 'make room (df -h), or choose another folder for the cache with KUBEBALE_CACHE=DIR';
  return new ArtifactError('KB4209', `${path} cannot be written: ${systemReason(error)}`, hint, error);
}
