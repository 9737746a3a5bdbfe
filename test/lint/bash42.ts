import { type BashCode, readBash } from './bash-code.ts';
import { emptyArrays } from './empty-arrays.ts';
import type { Finding } from './finding.ts';

/*
 * What bash 4.2 (CentOS 7) lacks or does differently. Each rule was tried under bash 4.2.45 and 5.2: what it bans
 * fails, or silently gives something else, in 4.2.
 */

/** Out: offsets in the text where the rule is broken. */
type Rule = readonly [id: string, message: string, find: (bash: BashCode) => readonly number[]];

// shopt options that came after 4.2.
const newOptions = [
  ...['array_expand_once', 'assoc_expand_once', 'bash_source_fullpath', 'compat42', 'compat43', 'compat44'],
  ...['complete_fullquote', 'globasciiranges', 'globskipdots', 'inherit_errexit', 'localvar_inherit', 'localvar_unset'],
  ...['noexpand_translation', 'patsub_replacement', 'progcomp_alias', 'syslog_history', 'varredir_close'],
];

const newVariables = [
  ...['BASH_ARGV0', 'BASH_COMPAT', 'BASH_LOADABLES_PATH', 'BASH_MONOSECONDS', 'BASH_TRAPSIG', 'CHILD_MAX'],
  ...['EPOCHREALTIME', 'EPOCHSECONDS', 'GLOBSORT', 'READLINE_MARK', 'SRANDOM'],
];

const rules: readonly Rule[] = [
  ['transform', '${name@X} needs bash 4.4', matches(/\$\{!?(?:\w+|[@*])(?:\[[^\]]*\])?@[A-Za-z]\}/g)],
  ['function-substitution', '${ command; } needs bash 5.3', matches(/\$\{[\s|]/g)],
  ['nameref', 'name references need bash 4.3', option(['local', 'declare', 'typeset', 'unset'], 'n')],
  ['inherit', '-I needs bash 5.1', option(['local', 'declare', 'typeset'], 'I')],
  ['local-options', '`local -` needs bash 4.4', matches(/(?<![\w-])local\s+-(?=\s|;|$)/gm)],
  ['wait', 'wait -n needs bash 4.3, -f 5.0, -p 5.1', option(['wait'], '[nfp]')],
  ['mapfile', 'mapfile -d needs bash 4.4', option(['mapfile', 'readarray'], 'd')],
  ['shopt', 'this shopt option is newer than bash 4.2', shopt],
  ['variable', 'this variable is newer than bash 4.2', matches(new RegExp(`\\b(?:${newVariables.join('|')})\\b`, 'g'))],
  ['negative-subscript', 'assigning to a[-1] needs bash 4.3', matches(/\b\w+\[\s*-\s*\d+\s*\]\+?=(?!=)/g)],
  ['unset-negative', "unset 'a[-1]' needs bash 4.3", command('unset', /\[\s*-/)],
  ['test-element', '-v on an array element needs bash 4.3', testElement],
  ['test-reference', '-R needs bash 4.3', matches(/(?:\[\[?|\btest|&&|\|\||!)\s+-R\s/g)],
  ['printf-time', 'bash 4.2 takes an absent argument of %(…)T for 0: give -1', command('printf', timeWithoutArgument)],
  ['printf-quote', 'printf %Q needs bash 5.2', command('printf', /^\s*(?:-v\s+\S+\s+)?['"]?[^'"]*%[-0-9.]*Q/)],
  [
    'global-array',
    'bash 4.2 loses the value of `declare -g name=(…)` in a function: assign it by itself',
    matches(/(?<![\w-])(?:declare|typeset)\s+(?:-\w+\s+)*-\w*g\w*\s+(?:-\w+\s+)*\w+=\(/g),
  ],
  [
    'pairs',
    'name=(key value) for an associative array needs bash 5.1: write [key]=value',
    matches(/(?<![\w-])(?:declare|typeset|local|readonly)\s+(?:-\w+\s+)*-\w*A\w*\s+(?:-\w+\s+)*\w+=\(\s*(?!\[)[^\s)]/g),
  ],
  ['empty-array', 'bash before 4.4 fails on an empty array under set -u: ${a[@]+"${a[@]}"}', emptyArrays],
];

/**
 * Find what bash 4.2 would not understand, or understand otherwise. In: a bash script and the name it is reported by.
 * An array that cannot be empty although the lint does not see it is allowed by `# never empty: reason` on its line
 * or alone on the line before.
 */
export function lintBash42(text: string, name: string): Finding[] {
  const bash = readBash(text);
  const found = rules.flatMap(([id, message, find]) =>
    find(bash).map((offset) => ({ file: name, line: bash.lineAt(offset), rule: `bash42/${id}`, message })),
  );
  return found.toSorted((a, b) => a.line - b.line || (a.rule < b.rule ? -1 : 1));
}

function matches(pattern: RegExp): (bash: BashCode) => readonly number[] {
  return ({ code }) => [...code.matchAll(pattern)].map((match) => match.index);
}

/** Commands of a name: where they begin, and their arguments, as written and as code. */
function* commands({ code, text }: BashCode, name: string): Generator<{ at: number; args: string; code: string }> {
  const before = '(?:^|[\\n;&|(){}`]|\\b(?:then|do|else|elif|if|while|until|time|command|builtin)\\s|!\\s)[ \\t]*';
  for (const match of code.matchAll(new RegExp(`(${before})${name}(?![\\w-])([^\\n;&|)]*)`, 'g'))) {
    const at = match.index + (match[1]?.length ?? 0);
    const end = match.index + match[0].length;
    yield { at, args: text.slice(at + name.length, end), code: match[2] ?? '' };
  }
}

/** Commands that have one of the options, which is a letter or a class of letters. */
function option(names: readonly string[], letter: string): (bash: BashCode) => readonly number[] {
  const given = new RegExp(`^(?:\\s+-\\w+)*\\s+-\\w*${letter}`);
  return (bash) =>
    names.flatMap((name) => [...commands(bash, name)].filter((one) => given.test(one.code)).map((one) => one.at));
}

function command(name: string, bad: RegExp | ((args: string) => boolean)): (bash: BashCode) => readonly number[] {
  const isBad = typeof bad === 'function' ? bad : (args: string): boolean => bad.test(args);
  return (bash) => [...commands(bash, name)].filter((one) => isBad(one.args)).map((one) => one.at);
}

/** An option that may be missing is fine where its absence is silenced and does not count. */
function shopt(bash: BashCode): readonly number[] {
  return [...commands(bash, 'shopt')]
    .filter(({ args }) => newOptions.some((name) => args.split(/\s+/).includes(name)))
    .filter(({ at, args }) => !(args.includes('2>/dev/null') && /^[^\n]*\|\|/.test(bash.text.slice(at))))
    .map(({ at }) => at);
}

/** `-v name[…]` of test and `[[`; printf's -v takes an element since 4.1. */
function testElement({ code, text }: BashCode): readonly number[] {
  return [...code.matchAll(/(?<!printf)\s-v\s+/g)]
    .filter((match) => /^["']?\w+\[/.test(text.slice(match.index + match[0].length)))
    .map((match) => match.index + 1);
}

function timeWithoutArgument(args: string): boolean {
  return /^\s*(?:-v\s+\S+\s+)?(?:'[^']*%\([^)]*\)T[^']*'|"[^"]*%\([^)]*\)T[^"]*")\s*$/.test(args);
}
