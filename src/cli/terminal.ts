import picocolors from 'picocolors';
import type { Colors } from 'picocolors/types.js';

/** A stream that text is written to. */
export interface Output {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly columns: number;
}

/** All that a command may know of the process that it runs in; tests make their own. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: () => Promise<Uint8Array>;
  /** Asks a person for one line; undefined where nobody is there to answer. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  readonly out: Output;
  readonly err: Output;
  /** Aborted by SIGINT or SIGTERM; its reason is an `Interruption`. */
  readonly signal: AbortSignal;
}

/** Ctrl-C or `kill`: what was begun is undone, and the process ends with the shell's exit code for the signal. */
export class Interruption extends Error {
  readonly exitCode: number;

  constructor(name: 'SIGINT' | 'SIGTERM') {
    super(`interrupted by ${name}`);
    this.name = 'Interruption';
    this.exitCode = name === 'SIGINT' ? 130 : 143;
  }
}

/** Colours for one stream. picocolors decides for stdout only, and findings go to stderr. */
export function colorsFor(output: Output, env: Terminal['env']): Colors {
  const { NO_COLOR, FORCE_COLOR, TERM } = env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return picocolors.createColors(false);
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') {
    return picocolors.createColors(FORCE_COLOR !== '0' && FORCE_COLOR !== 'false');
  }
  return picocolors.createColors(output.isTerminal && TERM !== 'dumb');
}
