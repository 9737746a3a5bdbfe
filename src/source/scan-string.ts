import type { SyntaxProblem } from './syntax-problem.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SURROGATE = /\\u[dD]([89a-fA-F])[0-9a-fA-F]{2}/y;

/** The offset after the JSON string that begins at `start`, or what is wrong with it. */
export function scanString(text: string, start: number): number | SyntaxProblem {
  let i = start + 1;
  for (;;) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) return i + 1;
    if (Number.isNaN(c) || c === 10 || c === 13) return unclosed(text, start, i);
    if (c < 32) return controlCharacter(text, i);
    if (c !== BACKSLASH) i += 1;
    else {
      const next = scanEscape(text, i, start);
      if (typeof next !== 'number') return next;
      i = next;
    }
  }
}

function scanEscape(text: string, at: number, start: number): number | SyntaxProblem {
  ESCAPE.lastIndex = at;
  if (!ESCAPE.test(text)) {
    const character = String.fromCodePoint(text.codePointAt(at + 1) ?? 10);
    if (character === '\n' || character === '\r') return unclosed(text, start, at + 1);
    const length = character === 'u' ? (/^[0-9a-fA-F]{0,4}/.exec(text.slice(at + 2, at + 6))?.[0].length ?? 0) : 0;
    return {
      message:
        character === 'u' ? '\\u is not followed by four hexadecimal digits' : `\\${character} is no escape of JSON`,
      start: at,
      end: at + 1 + character.length + length,
      hint: 'a backslash that is meant as such is written twice: \\\\',
    };
  }
  SURROGATE.lastIndex = at;
  const half = SURROGATE.exec(text);
  if (!half) return ESCAPE.lastIndex;
  SURROGATE.lastIndex = at + 6;
  const other = /[89abAB]/.test(half[1] ?? '') ? SURROGATE.exec(text) : null;
  if (other && /[c-fC-F]/.test(other[1] ?? '')) return at + 12;
  return {
    message: `${text.slice(at, at + 6)} is only half of a character`,
    start: at,
    end: at + 6,
    hint: 'write the character itself, or both halves of its surrogate pair',
  };
}

function unclosed(text: string, start: number, end: number): SyntaxProblem {
  const atEnd = end >= text.length;
  return {
    message: `the text that begins here is not closed before the end of the ${atEnd ? 'file' : 'line'}`,
    start,
    end,
    hint: 'add the closing "; a line break inside a text is written \\n',
  };
}

function controlCharacter(text: string, at: number): SyntaxProblem {
  const tab = text[at] === '\t';
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  return {
    message: tab ? 'a tab character stands inside a text' : `the control character U+${code} stands inside a text`,
    start: at,
    end: at + 1,
    hint: `inside a text it is written ${tab ? '\\t' : `\\u${code.toLowerCase()}`}`,
  };
}
