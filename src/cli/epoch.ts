import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** What the eleven octal digits of a tar header hold. */
const LARGEST = 0o77777777777;

/** The modification time of everything in the tarballs: SOURCE_DATE_EPOCH, or 0. */
export function sourceDateEpoch(env: Terminal['env']): number {
  const text = env.SOURCE_DATE_EPOCH;
  if (text === undefined || text === '') return 0;
  const seconds = /^[0-9]{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= LARGEST) return seconds;
  throw new UsageError(
    `SOURCE_DATE_EPOCH is ${JSON.stringify(text)}, which is no number of seconds since 1970`,
    'set it to whole seconds, for instance SOURCE_DATE_EPOCH=$(git log -1 --format=%ct), or unset it',
  );
}
