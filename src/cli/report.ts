import { formatGithub } from '../diagnostics/format-github.ts';
import { formatJson } from '../diagnostics/format-json.ts';
import { formatText } from '../diagnostics/format-text.ts';
import type { Diagnostic } from '../diagnostics/types.ts';
import { wrapText } from '../diagnostics/wrap.ts';
import { displayText } from '../source/decode.ts';
import type { SourceText } from '../source/types.ts';
import { colorsFor, type Terminal } from './terminal.ts';
import type { UsageError } from './usage-error.ts';

/** How findings are written: for people on stderr, for machines on stdout. */
export type Format = 'text' | 'json' | 'github';

export const formats: readonly Format[] = ['text', 'json', 'github'];

/** The findings of a run; with `--strict` warnings count as errors. */
export function findings(list: readonly Diagnostic[], strict: boolean): readonly Diagnostic[] {
  return strict ? list.map((one) => ({ ...one, severity: 'error' as const })) : list;
}

/** Whether one of the findings is an error. */
export function failed(list: readonly Diagnostic[]): boolean {
  return list.some((one) => one.severity === 'error');
}

/** Writes the findings. `more` are keys that a command adds to the JSON document. */
export function report(
  list: readonly Diagnostic[],
  source: SourceText,
  format: Format,
  terminal: Terminal,
  more: Readonly<Record<string, unknown>> = {},
): void {
  if (format === 'json') terminal.out.write(formatJson(list, source.path, more));
  else if (format === 'github') terminal.out.write(formatGithub(list, source.path));
  else {
    const colors = colorsFor(terminal.err, terminal.env);
    terminal.err.write(formatText(list, { path: source.path, text: displayText(source.bytes), colors }));
  }
}

/** Writes why a command cannot run, and what to do about it. */
export function reportProblem(problem: Pick<UsageError, 'message' | 'hint'>, terminal: Terminal): void {
  const colors = colorsFor(terminal.err, terminal.env);
  const [first = '', ...rest] = wrapText(problem.message, 'kubebale: ', '  ');
  const cure = problem.hint === undefined ? [] : wrapText(problem.hint, '  cure: ');
  const lines = [first.replace('kubebale:', colors.bold(colors.red('kubebale:'))), ...rest, ...cure];
  terminal.err.write(`${lines.join('\n')}\n`);
}
