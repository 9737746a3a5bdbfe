import { explainStop } from './explain-stop.ts';
import { scanString } from './scan-string.ts';
import type { Expected, Opener, SyntaxProblem } from './syntax-problem.ts';

/** Far above what the schema needs, far below what the recursion of a parser can take. */
const DEEPEST = 100;

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.+-])/y;
const WORD = /(?:true|false|null)(?![\w$.-])/y;

/**
 * Finds the first place where a text stops being JSON. momoa builds the tree afterwards; this pass is stricter
 * (raw control characters, nesting) and knows enough at the place of a mistake to say what was meant.
 */
export function findSyntaxProblem(text: string): SyntaxProblem | undefined {
  const open: Opener[] = [];
  let suspect: Opener | undefined;
  let previous: { start: number; end: number } | undefined;
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    at = skip(SPACE, text, at);
    if (at === text.length && expected === 'nothing') return undefined;
    const stop = { text, at, expected, open, previous, suspect };
    const c = text[at];
    const innermost = open.at(-1);
    const wantsValue: boolean = expected === 'value' || expected === 'value or end';
    const wantsName: boolean = expected === 'name' || expected === 'name or end';
    let end = at + 1;
    if (c === '"' && (wantsValue || wantsName)) {
      const result = scanString(text, at);
      if (typeof result !== 'number') return result;
      end = result;
      expected = wantsName ? 'colon' : after(open);
    } else if ((c === '{' || c === '[') && wantsValue) {
      if (open.length === DEEPEST) return tooDeep(at);
      open.push({ bracket: c, offset: at });
      expected = c === '{' ? 'name or end' : 'value or end';
    } else if ((c === '}' || c === ']') && innermost && mayClose(c, innermost, expected)) {
      if (!suspect && closesOuter(text, at, innermost)) suspect = innermost;
      open.pop();
      expected = after(open);
    } else if (c === ',' && expected === 'comma or end') {
      expected = innermost?.bracket === '{' ? 'name' : 'value';
    } else if (c === ':' && expected === 'colon') {
      expected = 'value';
    } else if (wantsValue) {
      end = Math.max(skip(NUMBER, text, at), skip(WORD, text, at));
      if (end === at) return explainStop(stop);
      expected = after(open);
    } else {
      return explainStop(stop);
    }
    previous = { start: at, end };
    at = end;
  }
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function after(open: readonly Opener[]): Expected {
  return open.length === 0 ? 'nothing' : 'comma or end';
}

function mayClose(c: '}' | ']', opener: Opener, expected: Expected): boolean {
  return (c === '}') === (opener.bracket === '{') && expected.endsWith('or end');
}

/** Whether a closing bracket that leads its line stands further left than the line of its opening one. */
function closesOuter(text: string, at: number, opener: Opener): boolean {
  const own = indentation(text, at);
  return own.leads && own.width < indentation(text, opener.offset).width;
}

function indentation(text: string, at: number): { readonly width: number; readonly leads: boolean } {
  // Only the near part of the line matters, else a text in one line would be read over and over.
  const farthest = Math.max(0, at - 400);
  let start = at;
  while (start > farthest && text[start - 1] !== '\n' && text[start - 1] !== '\r') start--;
  let end = start;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return { width: end - start, leads: end === at };
}

function tooDeep(at: number): SyntaxProblem {
  return {
    message: `more than ${DEEPEST} brackets are open at this place`,
    start: at,
    end: at + 1,
    hint: 'a specification needs fewer than ten: look for a bracket that was typed or generated too often',
  };
}
