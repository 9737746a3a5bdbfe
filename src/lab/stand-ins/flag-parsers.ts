import type { FlagInfo, FlagSet } from '../../catalog/flags.ts';

/** One flag with its value, as it stood on the command line. */
export interface ParsedFlag {
  readonly flag: FlagInfo;
  /** As the flag package names it in an error: --x=v, -x. */
  readonly spelling: string;
  readonly value: string;
}

/** Takes the flags one by one; returns a refusal to stop there. */
export type Take<Stop> = (parsed: ParsedFlag) => Stop | undefined;

/** What a parser makes of a command line: the words that are no flags, help asked for, a complaint, or Take's stop. */
export type Outcome<Stop> =
  | { readonly words: readonly string[] }
  | { readonly help: true }
  | { readonly message: string }
  | { readonly stop: Stop };

/** One way of reading a command line. */
export type Parse = <Stop>(set: FlagSet, argv: readonly string[], take: Take<Stop>) => Outcome<Stop>;

/** spf13/pflag of 2016 (parseLongArg, parseShortArg): flags and words mixed, `--` ends the flags. */
export const parsePflag: Parse = (set, argv, take) => {
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') return { words: [...words, ...argv.slice(at + 1)] };
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      continue;
    }
    const read = word.startsWith('--') ? pflagLong : pflagShort;
    const outcome = read(set, word, argv[at + 1], take);
    if (typeof outcome === 'object') return outcome;
    at += outcome;
  }
  return { words };
};

/** Out: how many further words were used, or the end. */
function pflagLong<Stop>(
  set: FlagSet,
  word: string,
  next: string | undefined,
  take: Take<Stop>,
): 0 | 1 | Outcome<Stop> {
  if (/^--[-=]/.test(word)) return { message: `bad flag syntax: ${word}` };
  const { name, value } = split(word.slice(2));
  const flag = longNamed(set, name);
  if (!flag) return name === 'help' ? { help: true } : { message: `unknown flag: --${name}` };
  const given = value ?? flag.bareMeans ?? next;
  // The forms before 2017 show the word as typed, which without a value is the same.
  if (given === undefined) return { message: `flag needs an argument: ${word}` };
  const stop = take({ flag, spelling: word, value: given });
  if (stop !== undefined) return { stop };
  return value === undefined && flag.bareMeans === undefined ? 1 : 0;
}

/** `-v 2`, `-v=2`, `-v2`, and several flags without a value in one word. */
function pflagShort<Stop>(
  set: FlagSet,
  word: string,
  next: string | undefined,
  take: Take<Stop>,
): 0 | 1 | Outcome<Stop> {
  for (let rest = word.slice(1); rest !== ''; rest = rest.slice(1)) {
    const letter = rest.charAt(0);
    const flag = set.find(letter);
    if (!flag) {
      return letter === 'h' ? { help: true } : { message: `unknown shorthand flag: '${letter}' in -${rest}` };
    }
    const attached = /^.=./.test(rest) ? rest.slice(2) : undefined;
    const glued = attached ?? flag.bareMeans ?? (rest.length > 1 ? rest.slice(1) : undefined);
    const value = glued ?? next;
    if (value === undefined) return { message: `flag needs an argument: '${letter}' in -${rest}` };
    const stop = take({ flag, spelling: rest, value });
    if (stop !== undefined) return { stop };
    if (glued === undefined) return 1;
    if (attached !== undefined || flag.bareMeans === undefined) return 0;
  }
  return 0;
}

/** Go's flag package (FlagSet.parseOne): one dash or two, and the first word that is no flag ends them. */
export const parseGoFlag: Parse = (set, argv, take) => {
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (!word.startsWith('-') || word === '-') return { words: argv.slice(at) };
    if (word === '--') return { words: argv.slice(at + 1) };
    const bare = word.replace(/^--?/, '');
    if (bare === '' || /^[-=]/.test(bare)) return { message: `bad flag syntax: ${word}` };
    const { name, value } = split(bare);
    const flag = set.all.find((one) => one.names.includes(name));
    if (!flag) {
      return name === 'help' || name === 'h' ? { help: true } : { message: `flag provided but not defined: -${name}` };
    }
    const given = value ?? flag.bareMeans ?? argv[at + 1];
    if (given === undefined) return { message: `flag needs an argument: -${name}` };
    if (value === undefined && flag.bareMeans === undefined) at++;
    const stop = take({ flag, spelling: `-${name}`, value: given });
    if (stop !== undefined) return { stop };
  }
  return { words: [] };
};

/**
 * docker's pkg/mflag (FlagSet.Parse, parseOne): long flags with two dashes; one dash before several letters means
 * several short flags, whose values follow; quotes around a value go; the first word ends the flags.
 */
export const parseMflag: Parse = (set, argv, take) => {
  const left = [...argv];
  for (let word = left[0]; word !== undefined; word = left[0]) {
    if (!word.startsWith('-') || word === '-') break;
    left.shift();
    if (word === '--') break;
    if (word.startsWith('-=')) return { message: `bad flag syntax: ${word}` };
    const long = word.startsWith('--');
    const { name, value } = split(word.slice(long ? 2 : 1));
    const flag = long ? longNamed(set, name) : set.all.find((one) => name.length === 1 && one.names.includes(name));
    const spelling = long ? `--${name}` : `-${name}`;
    if (!flag) {
      if (name === 'help' || word === '-h') return { help: true };
      const letters = [...name];
      const known = letters.every((letter) => set.all.some((one) => one.names.includes(letter)));
      // parseOne hands back the name alone: a value behind `=` is lost there.
      if (long || name.length < 2 || !known) return { message: `flag provided but not defined: ${spelling}` };
      left.unshift(...letters.map((letter) => `-${letter}`));
      continue;
    }
    const given = value === undefined ? (flag.bareMeans ?? left.shift()) : unquoted(value);
    if (given === undefined) return { message: `flag needs an argument: ${spelling}` };
    const stop = take({ flag, spelling, value: given });
    if (stop !== undefined) return { stop };
  }
  return { words: left };
};

/** A long flag; pflag and mflag keep the one-letter names apart, but for kube's -v, which is long and short. */
function longNamed(set: FlagSet, name: string): FlagInfo | undefined {
  const flag = set.find(`--${name}`);
  return flag && (name.length > 1 || flag.name === name) ? flag : undefined;
}

function split(text: string): { readonly name: string; readonly value: string | undefined } {
  const at = text.indexOf('=');
  return at < 0 ? { name: text, value: undefined } : { name: text.slice(0, at), value: text.slice(at + 1) };
}

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}
