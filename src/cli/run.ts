import yargs, { type Argv } from 'yargs';
import { WIDTH, wrapText } from '../diagnostics/wrap.ts';
import type { Arguments, Command } from './command.ts';
import { check } from './commands/check.ts';
import { compileCommand } from './commands/compile.ts';
import { completion } from './commands/completion.ts';
import { explain } from './commands/explain.ts';
import { fetch } from './commands/fetch.ts';
import { init } from './commands/init.ts';
import { lock } from './commands/lock.ts';
import { plan } from './commands/plan.ts';
import { rehearse } from './commands/rehearse.ts';
import { verify } from './commands/verify.ts';
import { ownVersion } from './package-files.ts';
import { reportProblem } from './report.ts';
import { Interruption, type Terminal } from './terminal.ts';
import { UsageError, usageError } from './usage-error.ts';

/** All commands, in the order in which they are used. */
const commands: readonly Command[] = [
  init,
  check,
  plan,
  fetch,
  lock,
  compileCommand,
  verify,
  rehearse,
  explain,
  completion,
];

declare module 'yargs' {
  interface Argv<T> {
    /** Missing in the types of yargs. */
    usageConfiguration(configuration: { readonly 'hide-types': boolean }): this;
  }
}

/** Runs one command line; resolves to the exit code and throws nothing. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    return explainFailure(error, terminal);
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const parser = commandLine(args);
  if (args.length === 0) {
    terminal.err.write(`${await parser.getHelp()}\n`);
    return 2;
  }
  try {
    // Help, version and completions come as the third argument; without a callback yargs would print them itself.
    await parser.parseAsync([...args], {}, (_error: unknown, _argv: unknown, output: string) => {
      if (output !== '') terminal.out.write(`${output}\n`);
    });
    return 0;
  } catch (chosen) {
    if (!(chosen instanceof Chosen)) throw chosen;
    return await chosen.command.run(chosen.values, terminal);
  }
}

/** Leaves yargs with what was chosen: behind a handler that comes back it would make up the command's help. */
class Chosen extends Error {
  readonly command: Command;
  readonly values: Arguments;

  constructor(command: Command, values: Arguments) {
    super(command.name);
    this.command = command;
    this.values = values;
  }
}

function commandLine(args: readonly string[]) {
  const named = commands.find((command) => command.name === args.find((arg) => !arg.startsWith('-')));
  const context = {
    args,
    command: named?.name,
    commands: commands.map((command) => command.name),
    options: [...Object.keys(named?.options ?? {}), 'help', 'version'],
    positional: named && placeholder(named),
  };
  const parser = yargs()
    .scriptName('kubebale')
    .locale('en')
    .updateStrings({ 'Positionals:': 'Arguments:' })
    .usage('kubebale compiles one JSON specification into one tarball per host.\n\nUsage: kubebale COMMAND …')
    .wrap(WIDTH)
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .usageConfiguration({ 'hide-types': true })
    .exitProcess(false)
    .demandCommand(1, 'a command is missing')
    .strict()
    .help()
    .alias('h', 'help')
    .version(ownVersion())
    .epilogue(
      'Exit codes: 0 fine, 1 the specification or an artifact is wrong, 2 wrong usage\nor environment, 70 a bug of kubebale.',
    )
    .fail((message, error) => {
      // yargs' own errors are about the command line too; all others come from a command.
      throw error && error.name !== 'YError' ? error : usageError(message || error?.message, context);
    });
  for (const command of commands) {
    parser.command({
      command: `${command.name} ${command.positional}`.trim(),
      describe: command.summary,
      builder: (own) => describe(command, own),
      handler: (values) => {
        if (command === completion) {
          parser.showCompletionScript();
          return;
        }
        // yargs takes a lone - for an option without a value, and leaves its place empty.
        const name = placeholder(command);
        const dash = values[name] === '' && args.includes('-');
        throw new Chosen(command, dash ? { ...values, [name]: '-' } : values);
      },
    });
  }
  return parser;
}

function describe(command: Command, own: Argv): Argv {
  const words = [
    command.name,
    command.positional.replace(/[<>]/g, '').replace('..', '…'),
    Object.keys(command.options).length ? '[OPTION]…' : '',
  ];
  const usage = `Usage: kubebale ${words.filter((word) => word !== '').join(' ')}`;
  own.usage(`${usage}\n\n${command.summary}.`);
  if (command.positional !== '') own.positional(placeholder(command), command.positionalOptions);
  own.options(command.options).example(command.examples.map(([line, about]): [string, string] => [line, about]));
  return own.epilogue(command.epilogue ?? '');
}

/** The positional's name, such as SPEC. */
function placeholder(command: Command): string {
  return command.positional.replace(/[^A-Z]/g, '');
}

function explainFailure(error: unknown, terminal: Terminal): number {
  if (error instanceof UsageError) {
    reportProblem(error, terminal);
    return 2;
  }
  if (error instanceof Interruption) {
    reportProblem({ message: error.message, hint: undefined }, terminal);
    return error.exitCode;
  }
  // The operating system refused something: a file that vanished, a disk that is full.
  if (error instanceof Error && 'syscall' in error && 'code' in error) {
    reportProblem({ message: error.message, hint: undefined }, terminal);
    return 2;
  }
  terminal.err.write(bugText(error, terminal));
  return 70;
}

function bugText(error: unknown, terminal: Terminal): string {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const lines = wrapText(
    `KB9001: kubebale itself failed, and your specification is not to blame (${what.replace(/\s+/g, ' ')}). ` +
      `Please report it with this paragraph, the command line and the specification if you may share it; this is ` +
      `kubebale ${ownVersion()} on Node ${process.version}, ${process.platform}. KUBEBALE_DEBUG=1 shows where it happened.`,
  );
  const debug = terminal.env.KUBEBALE_DEBUG === '1' && error instanceof Error ? `\n${error.stack ?? ''}\n` : '';
  return `${lines.join('\n')}\n${debug}`;
}
