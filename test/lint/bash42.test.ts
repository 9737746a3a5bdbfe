import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lintBash42 } from './bash42.ts';

const rulesIn = (text: string): readonly string[] =>
  lintBash42(text, 'x.sh').map((one) => one.rule.replace('bash42/', ''));

// Rule → what it bans, and what looks like it but is fine in 4.2.
const cases: Readonly<Record<string, { readonly bad: readonly string[]; readonly good: readonly string[] }>> = {
  transform: {
    bad: ['echo "${x@Q}"', 'echo ${x@U}', 'echo "${a[@]@A}"', 'echo ${@@Q}', 'echo "${1@E}"', 'echo "${!x@Q}"'],
    good: ['echo ${!KB_@}', 'echo "a@Q"', "echo '${x@Q}'", '# ${x@Q}', 'echo "\\${x@Q}"', 'echo ${x%@Q}'],
  },
  'function-substitution': { bad: ['echo ${ date; }', 'x=${| REPLY=1; }'], good: ['echo $(date)', 'x=${y}'] },
  nameref: {
    bad: ['local -n r=$1', 'declare -rn r=x', 'typeset -g -n r', 'f() { local -n r=x; }', 'unset -n r'],
    good: ['local n=1', 'export -n x', 'declare -r n', 'echo "local -n"', 'local x=-n', 'unset -v n'],
  },
  inherit: { bad: ['local -I x', 'declare -Ir y'], good: ['local -i x', 'local I'] },
  'local-options': { bad: ['f() { local -; }', 'local - x'], good: ['local -a x', 'x=local-', 'echo local-'] },
  wait: {
    bad: ['wait -n', 'sleep 1 & wait -n', 'if wait -f "$pid"; then :; fi', 'wait -np v'],
    good: ['wait', 'wait "$pid"', 'pause -n', 'say "wait -n"', 'kb_wait -n', 'wait_for -n'],
  },
  mapfile: { bad: ["mapfile -d '' a", "readarray -td '' a"], good: ['mapfile -t a', 'read -rd "" x'] },
  shopt: {
    bad: ['shopt -s inherit_errexit', 'shopt -u patsub_replacement', 'shopt -s extglob localvar_inherit'],
    good: ['shopt -s nullglob', 'shopt -s lastpipe', 'shopt -u patsub_replacement 2>/dev/null || true'],
  },
  variable: {
    bad: ['echo $EPOCHSECONDS', '((now = EPOCHREALTIME))', 'echo "${SRANDOM}"', 'BASH_ARGV0=x'],
    good: ['echo $SECONDS', 'echo "EPOCHSECONDS"', '# EPOCHSECONDS', 'MY_EPOCHSECONDS=1'],
  },
  'negative-subscript': {
    bad: ['a[-1]=x', 'a[ -2 ]+=x'],
    good: ['echo ${a[-1]}', 'a[1]=x', 'a[i-1]=x', '[[ $x == a[-1] ]]'],
  },
  'unset-negative': { bad: ["unset 'a[-1]'", 'unset "a[ -1]"'], good: ["unset 'a[1]'", 'unset a b'] },
  'test-element': {
    bad: ['[[ -v a[0] ]]', "[[ ! -v 'm[k]' ]]", 'test -v "a[0]"', '[[ $x && -v a[$i] ]]'],
    good: ['[[ -v a ]]', "printf -v 'a[1]' %s x", 'printf -v a[1] %s x', '[[ -v a && $b == c[0] ]]'],
  },
  'test-reference': { bad: ['[[ -R x ]]', 'test -R x', '[[ $a && -R x ]]'], good: ['ls -R /', 'chmod -R 755 x'] },
  'printf-time': {
    bad: ["printf '%(%F)T\\n'", 'printf -v now "%(%s)T"'],
    good: ["printf '%(%F)T\\n' -1", 'printf -v now "%(%s)T" -1', "printf '%s\\n' x"],
  },
  'printf-quote': { bad: ["printf '%Q\\n' x", 'printf -v q "%Q" x'], good: ["printf '%q\\n' x", "printf '%s' %Q"] },
  'global-array': {
    bad: ['f() { declare -gA m=([a]=1); }', 'declare -g -a x=(1 2)', 'typeset -ga x=()'],
    good: ['declare -gA m', 'declare -g x=1', 'declare -a x=(1)', 'local -a x=(1)'],
  },
  pairs: {
    bad: ['declare -A m=(k v)', 'local -A m=("k" v)', 'readonly -A m=( k v )'],
    good: ['declare -A m=([k]=v)', 'declare -A m=()', 'declare -a m=(k v)', 'local -A m=(\n  [k]=v\n)'],
  },
  'empty-array': {
    bad: [
      ...['run "${args[@]}"', 'echo "${args[*]}"', 'for x in "${args[@]}"; do :; done', 'run "${args[@]:1}"'],
      ...['args=()\nrun "${args[@]}"', 'args=(a)\nargs=()\nrun "${args[@]}"', 'args=("$@")\nrun "${args[@]}"'],
      ...['args=("${other[@]+x}")\nargs=("${@:2}")\nrun "${args[@]/x/y}"', 'args=($x)\nrun "${args[@]}"'],
      ...['args=(a)\nunset args\nrun "${args[@]}"', 'run ${other[@]+"${args[@]}"}', 'run "${args[@]: -1}"'],
      'run "${args[@]}" # never empty:',
    ],
    good: [
      ...['run ${args[@]+"${args[@]}"}', 'echo "${args[*]-none}"', 'echo "${args[@]:-none}"', 'echo ${#args[@]}'],
      ...['for i in "${!args[@]}"; do :; done', 'args=(a)\nrun "${args[@]}"', 'args=(\'a b\')\nrun "${args[@]}"'],
      ...['args=(\n  "$program"\n  --flag\n)\nrun "${args[@]}"', 'run "$@"', 'run "${@:2}"'],
      ...['run "${args[@]}" # never empty: made from $0', '# never empty: made from $0\nrun "${args[@]}"'],
      ...['if ((${#args[@]} > 0)); then\n  run "${args[@]}"\nfi', 'if ((${#args[@]})); then\n  run "${args[@]}"\nfi'],
      ...['if ((${#args[@]} == 0)); then\n  return 0\nfi\nrun "${args[@]}"', 'echo "${PIPESTATUS[@]}"'],
    ],
  },
};

describe.each(Object.entries(cases))('%s', (rule, { bad, good }) => {
  test.each(bad)('bans %s', (text) => {
    expect(rulesIn(text)).toContain(rule);
  });
  test.each(good)('allows %s', (text) => {
    expect(rulesIn(text)).toEqual([]);
  });
});

describe('what is no code', () => {
  test.each([
    "cat <<'EOF'\n${x@Q}\nwait -n\nEOF\n",
    'cat <<\\EOF\n${x@Q}\nEOF\n',
    "cat <<-'EOF'\n\t${x@Q}\n\tEOF\n",
    'cat <<EOF\nwait -n\nlocal -n\n# never mind\nEOF\n',
    "x='a\nwait -n\nb'",
    'x="a\nwait -n\nb"',
    "x=$'it\\'s\nwait -n'",
    'say "it is $(date) and\nwait -n"',
    'x=${y#"\nwait -n\n"}',
  ])('%j', (text) => {
    expect(rulesIn(text)).toEqual([]);
  });

  test.each([
    'cat <<EOF\n${x@Q}\nEOF\n',
    'cat <<EOF\n$(wait -n)\nEOF\n',
    'x="$(wait -n)"',
    'x="a"; wait -n',
    "x='a' # it's\nwait -n",
    'x="${y#\'}"; wait -n',
    "x=${y#'}'}; wait -n",
    'x=${#y}; wait -n',
    'x=$((1 << 2)); wait -n',
    '((x << 2))\nwait -n',
    'cat <<<"x"\nwait -n',
    "cat <<'EOF'\n'\nEOF\nwait -n",
    'wait \\\n  -n',
  ])('but here it is: %j', (text) => {
    expect(rulesIn(text)).toHaveLength(1);
  });
});

test('a finding says where', () => {
  expect(lintBash42('#!/usr/bin/env bash\nx=1\n  local -n r=x\n', 'lib/a.sh')).toEqual([
    { file: 'lib/a.sh', line: 3, rule: 'bash42/nameref', message: 'name references need bash 4.3' },
  ]);
});

test('no text makes it throw, and lines are those of the text', () => {
  const piece = fc.constantFrom(
    "'",
    '"',
    '$(',
    '${',
    ')',
    '}',
    '((',
    '))',
    '<<E',
    '\n',
    '\\',
    '#',
    'wait -n',
    'a[@]',
    ' ',
    '`',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      for (const { line } of lintBash42(text, 'x')) expect(line).toBeLessThanOrEqual(text.split('\n').length);
    }),
  );
});
