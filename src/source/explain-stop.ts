import { Lines } from './lines.ts';
import type { Stop, SyntaxProblem } from './syntax-problem.ts';

type Explain = (stop: Stop, rest: string) => SyntaxProblem | undefined;

/** Says what was probably meant at the place where a text stops being JSON. */
export function explainStop(stop: Stop): SyntaxProblem {
  const rest = stop.text.slice(stop.at, stop.at + 2000);
  for (const explain of explanations) {
    const problem = explain(stop, rest);
    if (problem) return problem;
  }
  const character = String.fromCodePoint(rest.codePointAt(0) ?? 32);
  return at(stop, character.length, `${printable(character)} cannot stand here; expected is ${expectation(stop)}`);
}

/** The first that has something to say wins. */
const explanations: readonly Explain[] = [
  comment,
  endOfFile,
  closingBracket,
  otherQuotes,
  moreAfterEnd,
  missingColon,
  missingComma,
  badName,
  badWord,
  badNumber,
  strayComma,
];

function comment(stop: Stop, rest: string): SyntaxProblem | undefined {
  const length = /^(?:(?:\/\/|#)[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$))/.exec(rest)?.[0].length;
  if (length === undefined) return undefined;
  return at(stop, length, 'JSON has no comments', 'delete it, or keep the remark as a value: "$comment": "…"');
}

function endOfFile(stop: Stop, rest: string): SyntaxProblem | undefined {
  if (rest !== '') return undefined;
  const opener = stop.suspect ?? stop.open.at(-1);
  const end = stop.previous?.end ?? 0;
  if (!opener) return { message: 'the file ends before a value', start: end, end };
  const { line, column } = new Lines(stop.text).position(opener.offset);
  const closing = opener.bracket === '{' ? '}' : ']';
  return {
    message: `the file ends, but the ${opener.bracket} of line ${line}, column ${column} is still open`,
    start: end,
    end,
    hint: `add the ${closing} that belongs to it`,
    related: { message: 'opened here', start: opener.offset, end: opener.offset + 1 },
  };
}

function closingBracket(stop: Stop, rest: string): SyntaxProblem | undefined {
  const c = rest[0];
  if (c !== '}' && c !== ']') return undefined;
  const opener = stop.open.at(-1);
  if (!opener)
    return at(stop, 1, `this ${c} closes nothing`, `delete it, or add the ${c === '}' ? '{' : '['} that it belongs to`);
  const closing = opener.bracket === '{' ? '}' : ']';
  if (c !== closing) {
    return {
      ...at(stop, 1, `${c} stands here where ${closing} is due`, `close the ${opener.bracket} with ${closing} first`),
      related: { message: `the ${opener.bracket} that is open`, start: opener.offset, end: opener.offset + 1 },
    };
  }
  const { previous } = stop;
  if (previous && stop.text[previous.start] === ',') {
    return { message: `a comma stands before ${c}`, ...previous, hint: 'delete the comma after the last item' };
  }
  return at(stop, 1, 'a name stands here without a value', 'add a colon and the value, or delete the name');
}

function otherQuotes(stop: Stop, rest: string): SyntaxProblem | undefined {
  const quoted = /^(['`‘’‚‛“”„‟«»])(?:([^'`‘’‚‛“”„‟«»"\r\n]*)['`‘’‚‛“”„‟«»])?/.exec(rest);
  if (!quoted) return undefined;
  const kind = /['`]/.test(quoted[1] ?? '') ? 'single' : 'typographic';
  return at(
    stop,
    quoted[0].length,
    `${kind} quotes stand here; JSON knows only straight double ones`,
    quoted[2] === undefined ? 'use "' : `write ${JSON.stringify(quoted[2])}`,
  );
}

function moreAfterEnd(stop: Stop): SyntaxProblem | undefined {
  if (stop.expected !== 'nothing' || !stop.previous) return undefined;
  const end = stop.previous.end;
  return {
    ...at(stop, 1, 'something follows the end of the document', 'one file holds one { … }: delete what follows'),
    related: { message: 'the document ends here', start: end - 1, end },
  };
}

function missingColon(stop: Stop, rest: string): SyntaxProblem | undefined {
  if (stop.expected !== 'colon' || !stop.previous) return undefined;
  const name = stop.text.slice(stop.previous.start, stop.previous.end);
  if (/^=>?/.test(rest)) return at(stop, 1, `= stands here where a colon is due`, `write ${name}: …`);
  const end = stop.previous.end;
  return { message: `no colon follows the name ${name}`, start: end, end, hint: `write ${name}: …` };
}

function missingComma(stop: Stop, rest: string): SyntaxProblem | undefined {
  if (stop.expected !== 'comma or end' || !stop.previous) return undefined;
  if (rest.startsWith(';')) return at(stop, 1, '; stands here where a comma is due', 'write a comma');
  if (rest.startsWith(':')) {
    if (stop.open.at(-1)?.bracket === '[') return at(stop, 1, 'a colon stands in a list', 'names belong inside { }');
    return at(stop, 1, 'a second colon stands here', 'delete it');
  }
  if (!/^["{[\w.+$-]/.test(rest)) return undefined;
  const end = stop.previous.end;
  return { message: 'a comma is missing here', start: end, end, hint: 'add a comma between the two' };
}

function badName(stop: Stop, rest: string): SyntaxProblem | undefined {
  if (stop.expected !== 'name' && stop.expected !== 'name or end') return undefined;
  const word = /^[\w$.-]+/.exec(rest)?.[0];
  if (word === undefined) return undefined;
  return at(stop, word.length, `the name ${word} is not in double quotes`, `write ${JSON.stringify(word)}`);
}

const MEANT: ReadonlyMap<string, readonly string[]> = new Map([
  ['true', ['true', 'yes', 'on']],
  ['false', ['false', 'no', 'off']],
  ['null', ['null', 'none', 'nil', 'undefined']],
]);

function badWord(stop: Stop, rest: string): SyntaxProblem | undefined {
  const word = /^[A-Za-z_$][\w$./:-]*/.exec(rest)?.[0];
  if (word === undefined) return undefined;
  const meant = [...MEANT].find(([, words]) => words.includes(word.toLowerCase()))?.[0];
  const hint = meant
    ? `write ${meant}, or "${word}" when a text is meant`
    : `a text stands in double quotes: ${JSON.stringify(word)}`;
  return at(stop, word.length, `${word} is no value of JSON`, hint);
}

function badNumber(stop: Stop, rest: string): SyntaxProblem | undefined {
  const word = /^[-+.0-9][\w.:/+-]*/.exec(rest)?.[0];
  if (word === undefined) return undefined;
  const zeros = /^-?0+[0-9]/.test(word) && Number.isFinite(Number(word));
  const hint = zeros
    ? `write ${Number(word)}: a number has no leading zeros`
    : `a number is written like 10, -1 or 0.5; a text stands in double quotes: ${JSON.stringify(word)}`;
  return at(stop, word.length, `${word} is no number of JSON`, hint);
}

function strayComma(stop: Stop, rest: string): SyntaxProblem | undefined {
  if (!rest.startsWith(',')) return undefined;
  return at(stop, 1, 'nothing stands before this comma', 'delete the comma, or add what is missing before it');
}

function at(stop: Stop, length: number, message: string, hint?: string): SyntaxProblem {
  const place = { message, start: stop.at, end: stop.at + length };
  return hint === undefined ? place : { ...place, hint };
}

function expectation({ expected, open }: Stop): string {
  const closing = open.at(-1)?.bracket === '[' ? ']' : '}';
  return expected.replace(/^(?=[vnc])/, 'a ').replace('or end', `or ${closing}`);
}

function printable(character: string): string {
  const visible = /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character);
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return visible ? `${character}` : `the invisible character U+${code}`;
}
