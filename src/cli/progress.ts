import type { Terminal } from './terminal.ts';

/** One line that is written over and over. */
export interface Progress {
  readonly show: (text: string) => void;
  readonly clear: () => void;
}

/** Shows how far the writing is, on a terminal only: a pipe or a log would fill with it. */
export function progressOn(terminal: Terminal, quiet: boolean): Progress {
  const { err } = terminal;
  if (quiet || !err.isTerminal || terminal.env.TERM === 'dumb') return { show: () => {}, clear: () => {} };
  return {
    show: (text) => err.write(`\r\x1b[K${text.slice(0, Math.max(10, err.columns - 1))}`),
    clear: () => err.write('\r\x1b[K'),
  };
}
