import type { FlagInfo } from '../../catalog/flags.ts';
import { parseGoDecimal } from '../../catalog/go-values.ts';
import { checkValue } from '../../catalog/values.ts';
import { compareReleases } from '../../release/compare.ts';
import type { CatalogComponent } from '../../release/types.ts';

/** How a program says that it does not like its command line, and the code it ends with. */
export interface Refusal {
  readonly refusal: string;
  readonly exitCode: number;
}

/** What the parsers know of the program they read for. */
export interface Program {
  readonly component: CatalogComponent;
  readonly release: string;
  /** All flags of the release. */
  readonly flags: readonly FlagInfo[];
}

/** Whether dockerd is cobra's, from 1.13 on; before, `docker daemon` with docker's own mflag. */
function isCobra(program: Program): boolean {
  return program.component === 'docker-daemon' && compareReleases(program.release, '1.13.0') >= 0;
}

/**
 * A command line that the flag package itself refuses, with the text and the exit code of the program.
 * - Kubernetes: spf13/pflag failf prints the error, then the usage; pflag.ExitOnError ends with 2.
 * - etcd, flanneld: Go's flag package does the same; 2.
 * - docker up to 1.12: pkg/mflag failf; 125.
 * - dockerd: cobra's FlagErrorFunc of docker/cli; main ends with 1 and prints the StatusError as it is.
 */
export function usageRefusal(program: Program, message: string): Refusal {
  if (isCobra(program)) return { refusal: `Status: ${message}\nSee 'dockerd --help'., Code: 125\n`, exitCode: 1 };
  if (program.component === 'docker-daemon') {
    return { refusal: `${message}\nSee 'docker daemon --help'.\n`, exitCode: 125 };
  }
  return { refusal: `${message}\n${usageText(program)}`, exitCode: 2 };
}

/** A word where the program takes none; undefined: it does not mind. */
export function wordRefusal(program: Program, word: string): Refusal | undefined {
  if (program.component === 'etcd') return etcdRefusal(`'${word}' is not a valid flag`);
  if (program.component !== 'docker-daemon') return undefined;
  if (isCobra(program)) {
    const usage = 'Usage:  dockerd [OPTIONS]\n\nA self-sufficient runtime for containers.\n';
    return { refusal: `"dockerd" accepts no argument(s).\nSee 'dockerd --help'.\n\n${usage}`, exitCode: 1 };
  }
  const usage = 'Usage:\tdocker daemon [OPTIONS]\n\nEnable daemon mode\n';
  return {
    refusal: `docker: "daemon" requires 0 arguments.\nSee 'docker daemon --help'.\n\n${usage}`,
    exitCode: 1,
  };
}

/** What --help prints, and the code: pflag.ExitOnError of that age ends with 2 for it too, the others with 0. */
export function helpAnswer(program: Program): Refusal {
  return { refusal: usageText(program, true), exitCode: program.component.startsWith('kube') ? 2 : 0 };
}

/** What --version prints: undefined when it was not asked for, or the program has no such flag. */
export function versionAnswer(program: Program, value: string): Refusal | undefined {
  const said = (refusal: string): Refusal => ({ refusal, exitCode: 0 });
  const { component, release } = program;
  // pkg/version/verflag: `raw` prints the structure instead.
  if (component.startsWith('kube') && value === 'raw') return said(`version.Info{GitVersion:"v${release}"}\n`);
  if (!['true', '1', 't', 'T', 'TRUE', 'True'].includes(value)) return undefined;
  if (component.startsWith('kube')) return said(`Kubernetes v${release}\n`);
  if (component === 'docker-daemon') return said(`Docker version ${release}, build stand-in\n`);
  if (component === 'flanneld') return said(`${release}\n`);
  const go = 'Go Version: stand-in\nGo OS/Arch: linux/amd64\n';
  return said(`etcd Version: ${release}\nGit SHA: stand-in\n${go}`);
}

/** The value that the flag's own type cannot hold, in the words of the flag package; undefined: it can. */
export function typeRefusal(program: Program, flag: FlagInfo, spelling: string, value: string): Refusal | undefined {
  if (heldByType(flag, value)) return undefined;
  const reason = goReason(program, flag, value);
  const quoted = JSON.stringify(value);
  if (program.component.startsWith('kube')) {
    return usageRefusal(program, `invalid argument ${quoted} for ${spelling}: ${reason}`);
  }
  if (isCobra(program)) {
    const short = flag.names.find((name) => name.length === 1);
    const names = short === undefined ? `--${flag.name}` : `-${short}, --${flag.name}`;
    // pflag named the flag as it was typed until 2017.
    const where = compareReleases(program.release, '17.12.0') < 0 ? spelling : `"${names}" flag`;
    return usageRefusal(program, `invalid argument ${quoted} for ${where}: ${reason}`);
  }
  // mflag has two blanks in the first of the two.
  const gap = program.component === 'docker-daemon' ? ' ' : '';
  const message =
    flag.type === 'bool'
      ? `invalid boolean value ${quoted} for ${gap}${spelling}: ${reason}`
      : `invalid value ${quoted} for flag ${spelling}: ${reason}`;
  return usageRefusal(program, message);
}

/**
 * A value that the flag's type holds, and that the program then stops at, or cannot work with. Kubernetes' mains print
 * the error of Run and end with 1; etcd's "error verifying flags" too.
 */
export function meaningRefusal(program: Program, flag: FlagInfo, value: string): Refusal | undefined {
  const wrong = checkValue(flag, value);
  if (wrong === undefined) return undefined;
  if (program.component === 'etcd') return etcdRefusal(etcdReason(flag, value, wrong));
  if (program.component === 'docker-daemon' && flag.name === 'log-level') {
    return { refusal: `unable to parse logging level: ${value}\n`, exitCode: 1 };
  }
  if (program.component === 'docker-daemon') return typeRefusalByName(program, flag, value, wrong);
  return { refusal: `invalid value ${JSON.stringify(value)} for --${flag.name}: it ${wrong}\n`, exitCode: 1 };
}

/** docker's options of type list have a validator each: the flag package refuses, with the validator's words. */
function typeRefusalByName(program: Program, flag: FlagInfo, value: string, wrong: string): Refusal {
  const short = flag.names.find((name) => name.length === 1);
  const long = `--${flag.name}`;
  const reasons: Readonly<Record<string, string>> = {
    label: `bad attribute format: ${value}`,
    host: `Invalid bind address format: ${value}`,
    dns: `${value} is not an ip address`,
    'registry-mirror': `invalid mirror: unsupported scheme "" in "${value}"`,
  };
  const reason = reasons[flag.name] ?? wrong;
  const message = isCobra(program)
    ? `invalid argument ${JSON.stringify(value)} for "${short === undefined ? long : `-${short}, ${long}`}" flag: ${reason}`
    : `invalid value ${JSON.stringify(value)} for flag ${long}: ${reason}`;
  return usageRefusal(program, message);
}

function heldByType(flag: FlagInfo, value: string): boolean {
  // These two types know their words: flags.SelectiveStringValue and flags.StringsFlag of etcd/pkg/flags.
  if (flag.type === 'SelectiveStringValue' || flag.type === 'StringsFlag') return checkValue(flag, value) === undefined;
  // Without its name it is checked by its type alone; --cors has an exception of its own.
  return checkValue({ ...flag, name: flag.name === 'cors' ? 'cors' : '' }, value) === undefined;
}

/** etcdmain/etcd.go, "error verifying flags"; capnslog's line, with the code of os.Exit(1). */
function etcdRefusal(reason: string): Refusal {
  const stamp = new Date().toISOString().replace('T', ' ').replace(/Z$/, '000');
  return { refusal: `${stamp} E | etcdmain: error verifying flags, ${reason}. See 'etcd --help'.\n`, exitCode: 1 };
}

function etcdReason(flag: FlagInfo, value: string, wrong: string): string {
  if (flag.name === 'logger') return `unknown logger option ${JSON.stringify(value)}`;
  if (flag.name === 'auto-compaction-mode') return `unknown auto-compaction-mode ${JSON.stringify(value)}`;
  return `invalid value ${JSON.stringify(value)} for -${flag.name}: it ${wrong}`;
}

/** The reason as Go's own parsers and the types of these programs word it. */
function goReason(program: Program, flag: FlagInfo, value: string): string {
  const quoted = JSON.stringify(value);
  // Go 1.13's flag package hides what strconv said; etcd 3.4 is the first one built with it.
  const goflag = program.component === 'etcd' && compareReleases(program.release, '3.4.0') >= 0;
  const strconv = (what: string): string =>
    goflag ? 'parse error' : `strconv.${what}: parsing ${quoted}: invalid syntax`;
  const [unsigned, decimal] = [flag.type.startsWith('uint'), parseGoDecimal(value) !== undefined];
  if (/^u?int(32|64)?$/.test(flag.type)) {
    const what = unsigned ? 'ParseUint' : 'ParseInt';
    const range = decimal && !(unsigned && value.startsWith('-')) && !goflag;
    return range ? `strconv.${what}: parsing ${quoted}: value out of range` : strconv(what);
  }
  if (flag.type === 'bool' || flag.type === 'version') return strconv('ParseBool');
  if (/^float/.test(flag.type)) return strconv('ParseFloat');
  if (/level$/i.test(flag.type) || /severity$/.test(flag.type)) return strconv('ParseInt');
  if (flag.type === 'duration') return goflag ? 'parse error' : `time: invalid duration ${value}`;
  if (flag.type === 'ip') {
    return program.component === 'docker-daemon' ? `${value} is not an ip address` : `failed to parse IP: ${quoted}`;
  }
  if (flag.type === 'ipNet') return `invalid CIDR address: ${value}`;
  if (flag.type === 'ulimit') return `invalid ulimit argument: ${value}`;
  if (flag.type === 'runtime') return `invalid runtime argument: ${value}`;
  if (flag.type === 'bytes') return `invalid size: '${value}'`;
  if (flag.type === 'DeprecatedFlag') return `flag "-${flag.name}" is no longer supported.`;
  if (flag.type === 'SelectiveStringValue' || flag.type === 'StringsFlag') return 'invalid value';
  if (/URLs$/.test(flag.type)) return `URL scheme must be http, https, unix, or unixs: ${value}`;
  if (/moduleSpec$/.test(flag.type)) return 'syntax error: expect comma-separated list of filename=N';
  if (/traceLocation$/.test(flag.type)) return 'syntax error: expect file.go:234';
  return checkValue({ ...flag, name: '' }, value) ?? 'invalid value';
}

/** The usage as far as a reader of a log needs it: its first lines, and the flags with their types, without texts. */
function usageText(program: Program, whole = false): string {
  const { component, release } = program;
  if (component === 'docker-daemon') {
    const first = isCobra(program) ? '\nUsage:\tdockerd [OPTIONS]\n\nA self-sufficient runtime for containers.\n' : '';
    return `${first === '' ? 'Usage:\tdocker daemon [OPTIONS]\n\nEnable daemon mode\n' : first}\n${flagLines(program, '  --')}`;
  }
  if (component === 'etcd') {
    const etcd3 = compareReleases(release, '3.4.0') >= 0;
    const head = etcd3
      ? 'Usage:\n\n  etcd [flags]\n    Start an etcd server.\n\n  etcd --version\n    Show the version of etcd.\n\n  etcd -h | --help\n    Show the help information about etcd.\n'
      : 'usage: etcd [flags]\n       start an etcd server\n\n       etcd --version\n       show the version of etcd\n\n       etcd -h | --help\n       show the help information about etcd\n';
    return whole ? `${head}\n${flagLines(program, '  --')}` : head;
  }
  if (component === 'flanneld') return `Usage of flanneld:\n${flagLines(program, '  -')}`;
  return `Usage of ${component}:\n${flagLines(program, '      --')}`;
}

function flagLines(program: Program, lead: string): string {
  return program.flags
    .map((flag) => `${lead}${flag.name}${flag.bareMeans === undefined ? ` ${flag.type}` : ''}\n`)
    .toSorted()
    .join('');
}
