import { check as checkSpec } from '../../compile.ts';
import { type Command, positional, switchOption, textOption } from '../command.ts';
import { specOptions } from '../options.ts';
import { readSpec } from '../read-spec.ts';
import { failed, findings, formats, report } from '../report.ts';

/** `kubebale check SPEC`: the findings, and nothing written. */
export const check: Command = {
  name: 'check',
  positional: '<SPEC>',
  positionalOptions: specOptions.positional,
  summary: 'Check a specification; nothing is written',
  options: { strict: specOptions.strict, format: specOptions.format },
  examples: [
    ['kubebale check cluster.json', 'All findings, each with its cure'],
    ['kubebale check cluster.json --strict', 'Fail on warnings too'],
    ['generate | kubebale check -', 'Read the standard input'],
  ],
  epilogue: 'A warning that you accept goes into "acceptWarnings" of the specification.',
  run: async (args, terminal) => {
    const format = formats.find((one) => one === textOption(args, 'format')) ?? 'text';
    const { source } = await readSpec(positional(args, 'SPEC') ?? '', terminal);
    const { diagnostics, plan } = checkSpec(source);
    const list = findings(diagnostics.list(), switchOption(args, 'strict'));
    report(list, source, format, terminal);
    if (failed(list)) return 1;
    if (format === 'text' && plan) {
      const hosts = `${plan.hosts.length} host${plan.hosts.length === 1 ? '' : 's'}`;
      terminal.out.write(`${source.path}: no error; cluster ${plan.cluster} with ${hosts}\n`);
    }
    return 0;
  },
};
