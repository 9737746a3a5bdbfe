import { type FlagInfo, type FlagSet, flagsOf } from '../../catalog/flags.ts';
import { isGoBool, parseGoInteger } from '../../catalog/go-values.ts';
import { deprecationText } from './deprecations.ts';
import { type Parse, type ParsedFlag, parseGoFlag, parseMflag, parsePflag } from './flag-parsers.ts';
import { toMilliseconds } from './go-duration.ts';
import { writeError, writeOutput } from './log.ts';
import type { Flags, ParseCommandLine } from './types.ts';
import {
  helpAnswer,
  meaningRefusal,
  type Program,
  type Refusal,
  typeRefusal,
  usageRefusal,
  versionAnswer,
  wordRefusal,
} from './usage-errors.ts';

const parsers: Readonly<Record<FlagSet['parser'], Parse>> = {
  pflag: parsePflag,
  goflag: parseGoFlag,
  mflag: parseMflag,
};

/**
 * Reads a command line as that program of that release does. In: the words without the program's name and without
 * subcommands. Out: the flags, the words that are no flags, and warnings for the standard error (whole lines); or what
 * the program says instead and its exit code. --version and --help end a program too: their text is a "refusal", with
 * 0 where the real one ends with 0. Hand a refusal to `sayRefusal`.
 */
export const parseCommandLine: ParseCommandLine = (component, release, argv) => {
  const set = flagsOf(component, release);
  if (!set) return { refusal: `${component} ${release}: no release of this minor is in the catalogue\n`, exitCode: 2 };
  const program: Program = { component, release, flags: set.all };
  const given: ParsedFlag[] = [];
  const take = (parsed: ParsedFlag): Refusal | undefined => {
    given.push(parsed);
    return typeRefusal(program, parsed.flag, parsed.spelling, parsed.value);
  };
  const outcome = parsers[set.parser](set, argv, take);
  if ('stop' in outcome) return outcome.stop;
  if ('message' in outcome) return usageRefusal(program, outcome.message);
  if ('help' in outcome) return helpAnswer(program);
  return (
    asked(program, given) ??
    refusedWord(program, outcome.words) ??
    refusedMeaning(program, given) ?? {
      flags: readable(set, given),
      words: outcome.words,
      warnings: given.flatMap((parsed) => warning(program, set, parsed)),
    }
  );
};

/**
 * Prints a refusal where the real program prints it (the standard error; the answer to --version, and to --help of
 * those that end with 0, on the standard output), and gives the exit code back.
 */
export function sayRefusal(refused: { readonly refusal: string; readonly exitCode: number }): number {
  if (refused.exitCode === 0) writeOutput(refused.refusal);
  else writeError(refused.refusal);
  return refused.exitCode;
}

/** --version and a --help that is a flag of the catalogue. */
function asked(program: Program, given: readonly ParsedFlag[]): Refusal | undefined {
  const last = (name: string): string => given.findLast((one) => one.flag.name === name)?.value ?? '';
  if (isGoBool(last('help')) && isTrue(last('help'))) return helpAnswer(program);
  return versionAnswer(program, last('version'));
}

function refusedWord(program: Program, words: readonly string[]): Refusal | undefined {
  const [first] = words;
  return first === undefined ? undefined : wordRefusal(program, first);
}

function refusedMeaning(program: Program, given: readonly ParsedFlag[]): Refusal | undefined {
  for (const { flag, value } of given) {
    const refused = meaningRefusal(program, flag, value);
    if (refused) return refused;
  }
  return undefined;
}

function warning(program: Program, set: FlagSet, { flag, spelling }: ParsedFlag): string[] {
  // etcd/pkg/flags/ignored.go
  if (flag.type === 'IgnoredFlag') return [`flag "-${flag.name}" is no longer supported - ignoring.\n`];
  if (!flag.deprecated) return [];
  if (set.parser === 'pflag') {
    return [`Flag --${flag.name} has been deprecated, ${deprecationText(program.component, flag.name)}\n`];
  }
  if (set.parser === 'mflag') return [`Warning: '${spelling}' is deprecated, it will be removed soon. See usage.\n`];
  return [];
}

function isTrue(text: string): boolean {
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text);
}

function readable(set: FlagSet, given: readonly ParsedFlag[]): Flags {
  const values = (name: string): readonly string[] =>
    given.filter((one) => one.flag === set.find(name)).map((one) => one.value);
  const text = (name: string): string => values(name).at(-1) ?? defaultOf(set.find(name));
  return {
    text,
    list: values,
    given: (name) => values(name).length > 0,
    number: (name) => {
      const whole = parseGoInteger(text(name), true);
      return whole === undefined ? Number(text(name)) || 0 : Number(whole);
    },
    on: (name) => isTrue(text(name)),
    milliseconds: (name) => toMilliseconds(text(name)),
  };
}

/** etcd before 3.1 prints nothing for these, and fills them in later. */
const filledInLater: Readonly<Record<string, string>> = {
  'initial-cluster-state': 'new',
  proxy: 'off',
  'discovery-fallback': 'proxy',
};

/** Go prints an empty list, map or address as [], map[] or <nil>. */
function defaultOf(flag: FlagInfo | undefined): string {
  const printed = flag?.default ?? '';
  if (flag?.type === 'StringsFlag' && printed === '') return filledInLater[flag.name] ?? '';
  if (printed === '<nil>' || printed === 'map[]') return '';
  return /^\[.*\]$/.test(printed) ? printed.slice(1, -1) : printed;
}
