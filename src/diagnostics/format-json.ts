import type { Diagnostic } from './types.ts';

/** The findings as one JSON document; `more` adds keys of a command beside them. */
export function formatJson(
  found: readonly Diagnostic[],
  path: string,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const count = (severity: Diagnostic['severity']) => found.filter((one) => one.severity === severity).length;
  const diagnostics = found.map(({ code, severity, message, pointer, span, hint, related }) => ({
    code,
    severity,
    message,
    file: path,
    pointer,
    span,
    hint,
    related,
  }));
  const summary = { errors: count('error'), warnings: count('warning') };
  return `${JSON.stringify({ diagnostics, summary, ...more }, null, 2)}\n`;
}
