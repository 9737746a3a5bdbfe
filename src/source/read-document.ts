import { type DocumentNode, evaluate, parse } from '@humanwhocodes/momoa';
import type { Code } from '../diagnostics/catalogue.ts';
import { Diagnostics } from '../diagnostics/collector.ts';
import { decodeText, displayText } from './decode.ts';
import { duplicateNames } from './duplicate-names.ts';
import { Lines } from './lines.ts';
import { findSyntaxProblem } from './scan.ts';
import { locator, spanOf } from './span-index.ts';
import type { SyntaxProblem } from './syntax-problem.ts';
import type { JsonDocument, SourceText } from './types.ts';

/** What reading gives: a document unless its text is no JSON, and the findings so far. */
export interface ReadResult {
  readonly document: JsonDocument | undefined;
  readonly diagnostics: Diagnostics;
}

/**
 * Reads the bytes of a specification as strict JSON in UTF-8. The collector of the result knows where
 * everything stands in the text, so that later stages report by JSON pointer only.
 */
export function readDocument(source: SourceText): ReadResult {
  const decoded = decodeText(source.bytes);
  if ('problem' in decoded) {
    const { message, hint, offset } = decoded.problem;
    return failed('KB1003', displayText(source.bytes), { message, hint, start: offset, end: offset });
  }
  const { text } = decoded;
  if (!/[^ \t\r\n]/.test(text)) {
    const hint = 'kubebale init writes a specification to start from';
    return failed('KB1004', text, { message: 'the specification is empty', hint, start: 0, end: 0 });
  }
  const problem = findSyntaxProblem(text);
  if (problem) return failed('KB1001', text, problem);
  const tree = parseTree(text);
  return 'message' in tree ? failed('KB1001', text, tree) : finish(source.path, text, tree);
}

function finish(path: string, text: string, tree: DocumentNode): ReadResult {
  const lines = new Lines(text);
  const locate = locator(tree.body, lines);
  const diagnostics = new Diagnostics(locate);
  for (const { name, pointer, member, first } of duplicateNames(tree.body)) {
    diagnostics.push({
      code: 'KB1002',
      severity: 'error',
      message: `the name ${JSON.stringify(name)} stands more than once in the same object`,
      pointer,
      span: spanOf(member.name, lines),
      hint: 'keep one of them: which value is meant cannot be told',
      related: [{ message: 'the first one', pointer, span: spanOf(first.name, lines) }],
    });
  }
  return { document: { path, text, value: evaluate(tree), locate }, diagnostics };
}

function failed(code: Code, text: string, problem: SyntaxProblem): ReadResult {
  const lines = new Lines(text);
  const { message, hint, related } = problem;
  const diagnostics = new Diagnostics();
  diagnostics.push({
    code,
    severity: 'error',
    message,
    pointer: '',
    span: lines.span(problem.start, problem.end),
    hint,
    related: related && [{ message: related.message, pointer: '', span: lines.span(related.start, related.end) }],
  });
  return { document: undefined, diagnostics };
}

/** momoa takes what the scan took; should it ever not, its own words are better than a stack trace. */
function parseTree(text: string): DocumentNode | SyntaxProblem {
  try {
    return parse(text, { mode: 'json' });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const offset = 'offset' in error && typeof error.offset === 'number' ? error.offset : 0;
    return { message: error.message.replace(/ \(\d+:\d+\)$/, ''), start: offset, end: offset + 1 };
  }
}
