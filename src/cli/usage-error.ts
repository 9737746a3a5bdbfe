import { didYouMean as nearest } from '../diagnostics/did-you-mean.ts';

/** The command line or the machine is not as it has to be: exit code 2. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

/** `did you mean X?` for a word that is close to one of the candidates, or the beginning of one. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  if (word === '') return undefined;
  const start = candidates.find((one) => one.toLowerCase().startsWith(word.toLowerCase()));
  const meant = start ?? nearest(word, candidates);
  return meant === undefined ? undefined : `did you mean ${meant}?`;
}

/** What is known where yargs refuses a command line. */
export interface UsageContext {
  readonly args: readonly string[];
  /** The command, when it is known. */
  readonly command: string | undefined;
  readonly commands: readonly string[];
  /** Long names of the command's options. */
  readonly options: readonly string[];
  /** Name of its positional, such as SPEC. */
  readonly positional: string | undefined;
}

/** Puts what yargs says about a command line into words that say what to type instead. */
export function usageError(message: string, context: UsageContext): UsageError {
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/.exec(message)?.[1]?.split(', ')[0];
  if (unknown !== undefined) return unknownWord(unknown.replace(/^"(.*)"$/, '$1'), context);
  if (message.startsWith('Not enough non-option arguments') && context.command !== undefined) {
    return new UsageError(`${context.command} needs a ${context.positional ?? 'argument'}`, helpHint(context));
  }
  const empty = /^Not enough arguments following: (.*)$/.exec(message)?.[1];
  if (empty !== undefined) return new UsageError(`${optionText(empty)} needs a value after it`, helpHint(context));
  const choice = /Argument: (.*), Given: (.*), Choices: (.*)$/.exec(message);
  if (choice) {
    const [, name = '', given = '', choices = ''] = choice;
    const values = choices.replaceAll('"', '').split(', ');
    const hint = didYouMean(given.replaceAll('"', ''), values) ?? `choose one of: ${values.join(', ')}`;
    return new UsageError(`${optionText(name)} does not know ${given}`, hint);
  }
  return new UsageError(message, helpHint(context));
}

function unknownWord(word: string, context: UsageContext): UsageError {
  const { args, command, commands, options } = context;
  const typed = args.find((arg) => /^--?[^-]/.test(arg) && arg.replace(/^--?/, '').split('=')[0] === word);
  if (typed !== undefined || (word.length === 1 && !args.includes(word))) {
    const where = command === undefined ? 'kubebale has' : `${command} has`;
    const hint =
      word.length > 1
        ? didYouMean(
            `--${word}`,
            options.map((name) => `--${name}`),
          )
        : undefined;
    return new UsageError(`${where} no option ${optionText(word)}`, hint ?? helpHint(context));
  }
  if (command === undefined) {
    return new UsageError(`there is no command ${word}`, didYouMean(word, commands) ?? helpHint(context));
  }
  return new UsageError(`${command} does not take a second argument: ${word}`, helpHint(context));
}

function optionText(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

function helpHint({ command }: UsageContext): string {
  return `see kubebale ${command === undefined ? '' : `${command} `}--help`;
}
