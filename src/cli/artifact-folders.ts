import { readdirSync } from 'node:fs';
import { systemReason } from '../diagnostics/system-reason.ts';
import { UsageError } from './usage-error.ts';

/** See that the folders given with --artifacts are folders that can be read. */
export function checkFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      readdirSync(folder);
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error)) throw error;
      const why = error.code === 'ENOTDIR' ? 'it is no folder' : systemReason(error);
      throw new UsageError(`cannot read the artifacts folder ${folder}: ${why}`, 'give a folder with --artifacts');
    }
  }
}
