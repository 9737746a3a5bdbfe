import type { Diagnostic } from './types.ts';

/** The findings as workflow commands of GitHub Actions, which shows them beside the lines of the file. */
export function formatGithub(found: readonly Diagnostic[], path: string): string {
  return found.map((diagnostic) => `${command(diagnostic, path)}\n`).join('');
}

function command({ code, severity, message, span, hint }: Diagnostic, path: string): string {
  const place: [string, string | number][] = [['file', path]];
  if (span) {
    place.push(['line', span.start.line]);
    // Columns are only understood where the span begins and ends in the same line.
    const oneLine = span.start.line === span.end.line;
    if (oneLine) place.push(['col', span.start.column]);
    place.push(['endLine', span.end.line]);
    if (oneLine) place.push(['endColumn', span.end.column]);
  }
  const properties = [...place, ['title', `kubebale ${code}`] as const]
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
    .join(',');
  return `::${severity} ${properties}::${escapeData(hint === undefined ? message : `${message}\ncure: ${hint}`)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
