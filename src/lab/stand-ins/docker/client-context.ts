import { writeOutput } from '../log.ts';
import type { DaemonClient } from './client-http.ts';
import type { DockerFacts } from './facts.ts';

/** What every subcommand of the client gets. */
export interface ClientContext {
  readonly release: string;
  readonly facts: DockerFacts;
  readonly daemon: DaemonClient;
  /** The folder of --config; '' for none. */
  readonly configFolder: string;
}

/** A subcommand: its words without its own name. Out: the exit code. */
export type Subcommand = (argv: readonly string[], context: ClientContext) => Promise<number>;

/** Prints a line. */
export function say(line: string): void {
  writeOutput(`${line}\n`);
}

/** A table as Go's tabwriter prints docker's: three blanks between columns, and 20 characters at least before 1.13. */
export function table(rows: readonly (readonly string[])[], least = 20): void {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(least, ...rows.map((row) => (row[column]?.length ?? 0) + 3)),
  );
  for (const row of rows)
    say(row.map((cell, column) => (column === columns - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join(''));
}

/** How a command is called in messages, and how its flags are read. */
export function clientStyle(command: string, { facts }: ClientContext): { command: string; pflag: boolean } {
  return { command: `docker ${command}`, pflag: facts.pflagClient };
}
