/** Flags of one subcommand: all spellings without dashes, each with whether it takes a value. */
export type FlagTable = readonly (readonly [spellings: string, takes: 'value' | 'nothing'])[];

/** A client's command line: values by the first spelling, and the words behind the flags. */
export interface ClientLine {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly words: readonly string[];
}

/** What is wrong with a command line, with the exit code that goes with it. */
export class ClientUsageError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

interface Style {
  /** How the command is called in messages: `docker images`. */
  readonly command: string;
  /** pflag (1.13 on) says things otherwise, and takes flags behind words too. */
  readonly pflag: boolean;
  /** Flags end at the first word, as for run, whose words are another program's. */
  readonly untilFirstWord?: boolean;
}

/**
 * Reads the flags of a client's command. Letters may stand together behind one dash.
 *
 * @throws ClientUsageError with 125, in the words of pkg/mflag or of spf13/pflag
 */
export function clientLine(argv: readonly string[], table: FlagTable, style: Style): ClientLine {
  const values = new Map<string, string[]>();
  const words: string[] = [];
  const rest = [...argv];
  const add = (name: string, value: string): void => void values.set(name, [...(values.get(name) ?? []), value]);
  const find = (spelling: string) => table.find(([spellings]) => spellings.split(' ').includes(spelling));

  function take(shown: string, spelling: string, value: string | undefined): void {
    const found = find(spelling);
    if (!found) throw unknown(shown, style);
    const [name = ''] = found[0].split(' ');
    const given = value ?? (found[1] === 'nothing' ? 'true' : rest.shift());
    if (given === undefined) throw usage(style, `flag needs an argument: ${shown}`);
    add(name, given);
  }

  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      words.push(...rest);
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      if (style.untilFirstWord || !style.pflag) {
        words.push(...rest);
        break;
      }
      continue;
    }
    const [, dashes = '', spelling = '', value] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const shown = `${dashes}${spelling}`;
    if (dashes === '--' || spelling.length === 1) {
      if (dashes === '--' && spelling.length === 1) throw unknown(shown, style);
      take(shown, spelling, value);
    } else
      for (const [place, letter] of [...spelling].entries()) {
        const found = find(letter);
        if (!found) throw unknown(style.pflag ? letter : shown, style);
        // What stands behind a letter that takes a value is that value, with pflag.
        const behind = spelling.slice(place + 1);
        if (found[1] === 'value' && behind !== '' && style.pflag) {
          take(`-${letter}`, letter, behind + (value === undefined ? '' : `=${value}`));
          break;
        }
        take(`-${letter}`, letter, behind === '' ? value : undefined);
      }
  }
  return { values, words };
}

function unknown(shown: string, style: Style): ClientUsageError {
  if (!style.pflag) return usage(style, `flag provided but not defined: ${shown}`);
  return usage(
    style,
    shown.startsWith('--') ? `unknown flag: ${shown}` : `unknown shorthand flag: '${shown}' in -${shown}`,
  );
}

function usage({ command }: Style, message: string): ClientUsageError {
  return new ClientUsageError(`${message}\nSee '${command} --help'.`, 125);
}

/** Refuses a number of words that the command does not take. */
export function needWords(line: ClientLine, least: number, most: number, { command, pflag }: Style): void {
  const count = line.words.length;
  if (count >= least && count <= most) return;
  const exactly = least === most;
  const [, short = ''] = /^docker (.*)$/.exec(command) ?? [];
  const number = count < least ? least : most;
  const bound = count < least ? 'at least' : 'at most';
  const what = pflag
    ? `"${command}" requires ${exactly ? 'exactly' : bound} ${number} argument(s).`
    : `docker: "${short}" requires ${exactly ? '' : bound === 'at least' ? 'a minimum of ' : 'a maximum of '}${number} argument${number === 1 ? '' : 's'}.`;
  throw new ClientUsageError(`${what}\nSee '${command} --help'.`, 1);
}
