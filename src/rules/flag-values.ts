import type { FlagOverride, FlagOverrides } from '../model/types.ts';

/** What the user's flags say of one flag, in either spelling; undefined when they are silent. */
export function flagValue(flags: FlagOverrides, name: string): FlagOverride | undefined {
  if (Object.hasOwn(flags, name)) return flags[name];
  const written = Object.keys(flags).find((key) => key.replaceAll('_', '-') === name);
  return written === undefined ? undefined : flags[written];
}

/** The port that a flag ends up with: the user's, or the program's default. Undefined when it is turned off with 0. */
export function flagPort(flags: FlagOverrides, name: string, otherwise: number): number | undefined {
  const value = flagValue(flags, name);
  const port = typeof value === 'number' || typeof value === 'string' ? Number(value) : otherwise;
  return port === 0 ? undefined : port;
}
