import { run } from '../../src/cli/run.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

/** What a command line did: its exit code and what it wrote. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, with nothing of the process but its files. */
export async function ran(
  args: readonly string[],
  options: {
    cwd?: string;
    env?: Terminal['env'];
    stdin?: string;
    isTerminal?: boolean;
    signal?: AbortSignal;
    ask?: Terminal['ask'];
  } = {},
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const screen = { isTerminal: options.isTerminal ?? false, columns: 80 };
  const code = await run(args, {
    env: options.env ?? {},
    cwd: options.cwd ?? '/',
    stdin: async () => Buffer.from(options.stdin ?? ''),
    ask: options.ask,
    out: { ...screen, write: (text) => out.push(text) },
    err: { ...screen, write: (text) => err.push(text) },
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, out: out.join(''), err: err.join('') };
}
