import type { Options, PositionalOptions } from 'yargs';
import { formats } from './report.ts';

/** What several commands have in common. */
export const specOptions = {
  positional: { type: 'string', describe: 'The specification; - is the standard input', demandOption: true },
  strict: { type: 'boolean', describe: 'Count warnings as errors' },
  format: {
    type: 'string',
    choices: formats,
    describe: 'How findings are written: text on stderr, json or github on stdout',
    requiresArg: true,
  },
} as const satisfies Record<string, Options | PositionalOptions>;
