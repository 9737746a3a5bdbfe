import { check } from '../../compile.ts';
import { type Command, positional, textOption } from '../command.ts';
import { specOptions } from '../options.ts';
import { planTable } from '../plan-table.ts';
import { readSpec } from '../read-spec.ts';
import { failed, report } from '../report.ts';
import { colorsFor } from '../terminal.ts';

/** `kubebale plan SPEC`: everything that compile decides, printed and not written. */
export const plan: Command = {
  name: 'plan',
  positional: '<SPEC>',
  positionalOptions: specOptions.positional,
  summary: 'Show what each host will run: units, ports, order, command lines',
  options: {
    format: {
      type: 'string',
      choices: ['table', 'json'],
      describe: 'table for people, json for programs',
      requiresArg: true,
    },
  },
  examples: [
    ['kubebale plan cluster.json | less', 'The plan as tables'],
    ['kubebale plan cluster.json --format json', 'All of it as data'],
  ],
  epilogue: 'Nothing is written. Findings go to the standard error.',
  run: async (args, terminal) => {
    const format = textOption(args, 'format') ?? 'table';
    const { source } = await readSpec(positional(args, 'SPEC') ?? '', terminal);
    const { diagnostics, plan } = check(source);
    const list = diagnostics.list();
    report(list, source, 'text', terminal);
    if (failed(list) || !plan) return 1;
    const json = format === 'json';
    terminal.out.write(
      json ? `${JSON.stringify(plan, null, 2)}\n` : planTable(plan, colorsFor(terminal.out, terminal.env)),
    );
    return 0;
  },
};
