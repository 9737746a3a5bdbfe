import { type Code, catalogue } from './catalogue.ts';
import { displayWidth, WIDTH, wrapText } from './wrap.ts';

/** Every code of the catalogue, in order. */
export const codes: readonly Code[] = (Object.keys(catalogue) as Code[]).toSorted();

/** The page of one code: what it means, how it comes about, what it looks like and what to do. */
export function explainCode(code: Code): string {
  const { title, severity, cause, example, cure } = catalogue[code];
  const blocks = [
    wrapText(title, `${code} (${severity}): `),
    ['Cause', ...prose(cause)],
    ['Example', ...example.trimEnd().split('\n').flatMap(verbatim)],
    ['Cure', ...prose(cure)],
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

/** All codes with their titles, a line or two each. */
export function listCodes(): string {
  const lines = codes.flatMap((code) => {
    const { title, severity } = catalogue[code];
    return wrapText(title, `${code}  ${severity.padEnd('warning'.length)}  `);
  });
  return `${[...lines, '', 'kubebale explain CODE tells more about one.'].join('\n')}\n`;
}

/** Paragraphs are separated by an empty line; single line breaks are those of the source file. */
function prose(text: string): string[] {
  const paragraphs = text.trim().split(/\n\s*\n/);
  return paragraphs.flatMap((paragraph, index) => [
    ...(index === 0 ? [] : ['']),
    ...wrapText(paragraph.replace(/\s+/g, ' '), '  '),
  ]);
}

/** An example keeps its lines; only those that do not fit are broken. */
function verbatim(line: string): string[] {
  const shown = `  ${line.trimEnd()}`.trimEnd();
  if (displayWidth(shown) <= WIDTH) return [shown];
  const indent = /^\s*/.exec(shown)?.[0] ?? '';
  return wrapText(shown.trimStart(), indent, `${indent}  `);
}
