import type { CatalogComponent } from '../../release/types.ts';

/** What a stand-in was started with. */
export interface Invocation {
  /** Name of the program it stands for, as in the bundle's bin/. */
  readonly program: string;
  /** Release that it stands for, such as 1.3.3. */
  readonly release: string;
  /** The words after the program's name. */
  readonly argv: readonly string[];
}

/**
 * A program that stands for a real one in a rehearsal: it takes the flags of that one's release and no other, listens
 * on its ports, talks to the programs around it, and fails as that one fails. It runs as a process of its own.
 *
 * Resolves to the exit code when the program ends by itself; a daemon resolves when it was told to stop (SIGTERM).
 */
export type StandIn = (invocation: Invocation) => Promise<number>;

/** Flags as a daemon reads them: all that were given, and the release's defaults for the rest. */
export interface Flags {
  /** The last value given, or the default; '' for a flag that the release does not have. */
  readonly text: (name: string) => string;
  /** All values given, in order; empty when it was not given. */
  readonly list: (name: string) => readonly string[];
  readonly given: (name: string) => boolean;
  readonly number: (name: string) => number;
  readonly on: (name: string) => boolean;
  /** A Go duration such as 1m30s, in milliseconds. */
  readonly milliseconds: (name: string) => number;
}

/** A command line that was understood, or what the real program says instead and the code it ends with. */
export type ParsedCommandLine =
  | { readonly flags: Flags; readonly words: readonly string[]; readonly warnings: readonly string[] }
  | { readonly refusal: string; readonly exitCode: number };

/** The signature of parseCommandLine in command-line.ts. `argv` is without the program's name and without subcommands. */
export type ParseCommandLine = (
  component: CatalogComponent,
  release: string,
  argv: readonly string[],
) => ParsedCommandLine;
