import type { FlagInfo } from './flags.ts';
import { parseGoInteger } from './go-values.ts';

const integers: ReadonlySet<string> = new Set(['int', 'int32', 'int64', 'uint', 'uint32', 'uint64']);

/**
 * A flag's value as scripts and checks can read it: Go takes 0x1f90, 017620 and +8080 for whole numbers, bash and
 * people do not. Values that are no whole numbers come back as they are.
 */
export function canonicalValue(flag: FlagInfo, value: string): string {
  if (!integers.has(flag.type)) return value;
  return parseGoInteger(value, !flag.type.startsWith('u'))?.toString() ?? value;
}
