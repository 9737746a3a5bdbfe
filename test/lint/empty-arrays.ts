import type { BashCode } from './bash-code.ts';

// Arrays that bash itself fills whenever they are worth a look.
const alwaysFilled: ReadonlySet<string> = new Set([
  ...['BASH_LINENO', 'BASH_REMATCH', 'BASH_SOURCE', 'BASH_VERSINFO', 'FUNCNAME', 'GROUPS', 'PIPESTATUS'],
]);

/** How many lines above an expansion a test of the array's length still counts. */
const reach = 8;

/**
 * Expansions of all elements of an array that may be empty: under `set -u` bash before 4.4 stops there. Fine are the
 * guarded form, a default (`${a[*]-none}`), an array that the file assigns elements and never empties, a test of its
 * length a few lines above, and a comment `# never empty: reason`. Out: offsets.
 */
export function emptyArrays(bash: BashCode): readonly number[] {
  const { code } = bash;
  return [...code.matchAll(/\$\{([A-Za-z_]\w*)\[[@*]\](:?[-+=?])?/g)]
    .filter((match) => {
      const [all, name = '', guard] = match;
      // `${a[@]:-1}` is a default; `${a[@]: -1}` and `${a[@]:1}` are slices, which fail like the whole.
      if (guard !== undefined || alwaysFilled.has(name)) return false;
      if (
        new RegExp(`\\$\\{${name}\\[[@*]\\]:?\\+"?$`).test(
          code.slice(Math.max(0, match.index - all.length - 4), match.index),
        )
      )
        return false;
      return !isFilled(code, name) && !isTested(bash, name, match.index) && !isExcused(bash, match.index);
    })
    .map((match) => match.index);
}

/** The file gives the array elements, and nowhere makes it empty. */
function isFilled(code: string, name: string): boolean {
  const assigned = [...code.matchAll(new RegExp(`(?<![\\w.-])${name}=\\(([^)]*)`, 'g'))].map((match) => match[1] ?? '');
  const unset = new RegExp(`\\bunset\\s[^\\n;&|]*(?<!\\w)${name}(?![\\w[])`).test(code);
  return !unset && assigned.length > 0 && assigned.every(hasElement);
}

/** Whether the inside of `(…)` has a word that is an element for certain: neither a list nor an unquoted expansion. */
function hasElement(inside: string): boolean {
  const words = inside.replace(/"(?:[^"]|"\$\{[^}]*\}")*"/g, (word) => (isList(word) ? ' ' : '_'));
  return words.split(/\s+/).some((word) => word !== '' && !/^[$`]/.test(word));
}

function isList(word: string): boolean {
  return /^"\$(?:@|\{@[^}]*\}|\{!?\w+\[[@*]\][^}]*\}|\{!\w+@\})"$/.test(word);
}

function isTested(bash: BashCode, name: string, offset: number): boolean {
  const line = bash.lineAt(offset);
  const above = bash.code.slice(0, offset).split('\n').slice(-reach).join('\n');
  const length = `\\$\\{#${name}\\[[@*]\\]\\}`;
  const some = new RegExp(`${length}\\s*(?:>\\s*\\d|>=\\s*[1-9]|!=\\s*0|-gt\\s*\\d|\\)\\))`);
  // `((n == 0)) && return` and its like leave only arrays with elements behind.
  const none = new RegExp(
    `${length}\\s*(?:==\\s*0|-eq\\s*0|<\\s*1)[^\\n]*(?:\\n[^\\n]*)?\\b(?:return|exit|continue|break|die|refuse)\\b`,
  );
  return line > 0 && (some.test(above) || none.test(above));
}

function isExcused(bash: BashCode, offset: number): boolean {
  const line = bash.lineAt(offset);
  const alone = /^\s*#/.test(bash.text.split('\n')[line - 2] ?? '');
  const comments = [bash.comments.get(line), alone ? bash.comments.get(line - 1) : undefined];
  return comments.some((comment) => /# never empty: \S/.test(comment ?? ''));
}
