import type { Options, PositionalOptions } from 'yargs';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** What yargs has read, under the names that were typed. */
export type Arguments = Readonly<Record<string, unknown>>;

/** One command of the command line; the only place where it is described. */
export interface Command {
  readonly name: string;
  /** Its positional as yargs wants it, such as `<SPEC>`, `[DIR]` or `<TARBALL..>`; '' when it has none. */
  readonly positional: string;
  readonly positionalOptions: PositionalOptions;
  readonly summary: string;
  readonly options: Readonly<Record<string, Options>>;
  readonly examples: readonly (readonly [string, string])[];
  readonly epilogue?: string;
  /** Resolves to the exit code. */
  readonly run: (args: Arguments, terminal: Terminal) => Promise<number>;
}

/** The option's text; an option that was given twice or without text is refused. */
export function textOption(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value)) throw new UsageError(`--${name} is given more than once`, 'keep one of them');
  if (typeof value !== 'string' || value === '') throw new UsageError(`--${name} needs a value after it`);
  return value;
}

/** The texts of an option that may be given several times. */
export function listOption(args: Arguments, name: string): readonly string[] {
  const value = args[name];
  const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.map((item) => {
    if (typeof item !== 'string' || item === '') throw new UsageError(`--${name} needs a value after it`);
    return item;
  });
}

/** Whether a switch is on; given twice it is still on. */
export function switchOption(args: Arguments, name: string): boolean {
  const value = args[name];
  return Array.isArray(value) ? value.at(-1) === true : value === true;
}

/** The command's positional argument. */
export function positional(args: Arguments, name: string): string | undefined {
  const value = args[name];
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a positional that takes several, such as `<TARBALL..>`. */
export function positionals(args: Arguments, name: string): readonly string[] {
  const value = args[name];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === 'string' && item !== '').map(String);
}
