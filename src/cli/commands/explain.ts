import { isCode } from '../../diagnostics/catalogue.ts';
import { codes, explainCode, listCodes } from '../../diagnostics/explain.ts';
import { type Command, positional } from '../command.ts';
import { didYouMean, UsageError } from '../usage-error.ts';

/** `kubebale explain [CODE]`: the page of one code, or all of them in a list. */
export const explain: Command = {
  name: 'explain',
  positional: '[CODE]',
  positionalOptions: { type: 'string', describe: 'A code such as KB1001' },
  summary: 'Explain a code: its cause, an example, its cure',
  options: {},
  examples: [
    ['kubebale explain', 'All codes'],
    ['kubebale explain KB1001', 'The page of one'],
  ],
  run: async (args, terminal) => {
    const wanted = positional(args, 'CODE');
    if (wanted === undefined) {
      terminal.out.write(listCodes());
      return 0;
    }
    const code = wanted.toUpperCase().replace(/^(?=[0-9]{4}$)/, 'KB');
    if (!isCode(code)) {
      throw new UsageError(
        `there is no code ${wanted}`,
        didYouMean(code, codes) ?? 'kubebale explain lists all of them',
      );
    }
    terminal.out.write(explainCode(code));
    return 0;
  },
};
