import { compareReleases } from '../../../release/compare.ts';

/** A flag of etcdctl: its names, and whether it takes a value. */
type FlagList = Readonly<Record<string, { readonly also?: readonly string[]; readonly takes: boolean }>>;

/** etcdctl/main.go of 2.3; 3.x has the same with one more. */
const globalFlags: FlagList = {
  debug: { takes: false },
  'no-sync': { takes: false },
  output: { also: ['o'], takes: true },
  'discovery-srv': { also: ['D'], takes: true },
  peers: { also: ['C'], takes: true },
  endpoint: { takes: true },
  endpoints: { takes: true },
  'cert-file': { takes: true },
  'key-file': { takes: true },
  'ca-file': { takes: true },
  username: { also: ['u'], takes: true },
  timeout: { takes: true },
  'total-timeout': { takes: true },
  version: { also: ['v'], takes: false },
  help: { also: ['h'], takes: false },
};

const ttl: FlagList = { ttl: { takes: true } };

/** The flags of each command (etcdctl/command/*.go). */
const commandFlags: Readonly<Record<string, FlagList>> = {
  'cluster-health': { forever: { takes: false } },
  get: { sort: { takes: false }, quorum: { takes: false } },
  ls: { sort: { takes: false }, recursive: { takes: false }, p: { takes: false }, quorum: { takes: false } },
  set: { ...ttl, 'swap-with-value': { takes: true }, 'swap-with-index': { takes: true } },
  mk: { 'in-order': { takes: false }, ...ttl },
  mkdir: ttl,
  setdir: ttl,
  update: ttl,
  updatedir: ttl,
  rm: {
    dir: { takes: false },
    recursive: { takes: false },
    'with-value': { takes: true },
    'with-index': { takes: true },
  },
  rmdir: {},
  'member list': {},
  'member add': {},
  'member remove': {},
  'member update': {},
};

/** A command line of etcdctl that was understood. */
export interface EtcdctlLine {
  /** Such as `get` or `member list`. */
  readonly command: string;
  readonly args: readonly string[];
  readonly global: ReadonlyMap<string, string>;
  readonly flags: ReadonlyMap<string, string>;
}

/** Reads the line as codegangsta/cli does: flags of all commands before the command, its own after it. */
export function parseLine(release: string, argv: readonly string[]): EtcdctlLine | { readonly wrong: string } {
  const outer = takeFlags(globalFlags, argv);
  if ('wrong' in outer) return outer;
  const [first = '', ...rest] = outer.rest;
  const [second = '', ...afterSecond] = rest;
  const command = first === 'member' ? `member ${second}` : first;
  if (outer.flags.has('version') || outer.flags.has('help') || first === '') {
    return {
      command: outer.flags.has('version') ? 'version' : 'help',
      args: [],
      global: outer.flags,
      flags: new Map(),
    };
  }
  const known = Object.hasOwn(commandFlags, command) ? commandFlags[command] : undefined;
  if (!known) return { wrong: `No help topic for '${command.trim()}'` };
  const inner = takeFlags(withShort(release, known), flagsFirst(first === 'member' ? afterSecond : rest));
  if ('wrong' in inner) return inner;
  return { command, args: inner.rest, global: outer.flags, flags: inner.flags };
}

/** Flags of a command may come after its arguments (codegangsta/cli command.go puts them in front). */
function flagsFirst(words: readonly string[]): readonly string[] {
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  const first = words.findIndex((word) => word.startsWith('-'));
  if (first < 0 || first >= end) return words;
  return [...words.slice(first, end), ...words.slice(0, first), ...words.slice(end)];
}

/** 3.0 gave some flags a short form. */
function withShort(release: string, flags: FlagList): FlagList {
  if (compareReleases(release, '3.0.0') < 0) return flags;
  const short = (name: string): readonly string[] =>
    name === 'recursive' || name === 'quorum' ? [name.charAt(0)] : [];
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, { ...flag, also: short(name) }]));
}

/** Go's flag package: one dash or two, `=` or the next word, until the first word that is none, or `--`. */
function takeFlags(
  list: FlagList,
  words: readonly string[],
): { readonly flags: Map<string, string>; readonly rest: readonly string[] } | { readonly wrong: string } {
  const flags = new Map<string, string>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') return { flags, rest: words.slice(at + 1) };
    if (!/^-./.test(word)) return { flags, rest: words.slice(at) };
    const [, spelled = '', value] = /^--?([^=]*)(?:=([\s\S]*))?$/.exec(word) ?? [];
    const found = Object.entries(list).find(([name, flag]) => name === spelled || flag.also?.includes(spelled));
    if (!found) return { wrong: `flag provided but not defined: -${spelled}` };
    const [name, flag] = found;
    if (flag.takes && value === undefined) at += 1;
    const next = flag.takes ? words[at] : 'true';
    if (value === undefined && next === undefined) return { wrong: `flag needs an argument: -${spelled}` };
    flags.set(name, value ?? next ?? '');
  }
  return { flags, rest: [] };
}
