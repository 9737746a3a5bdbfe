import type { Colors } from 'picocolors/types.js';
import { Lines } from '../source/lines.ts';
import { frameOf } from './frame.ts';
import type { Diagnostic, Severity, Span } from './types.ts';
import { plain, WIDTH, wrapText } from './wrap.ts';

/** The text that findings speak of, and how they are to be shown. */
export interface TextOptions {
  /** What messages call the specification. */
  readonly path: string;
  readonly text: string;
  readonly colors: Colors;
  /** How many findings are shown in full; the others are only counted. */
  readonly limit?: number;
}

interface Page extends TextOptions {
  readonly lines: Lines;
}

const LIMIT = 100;

/** Writes findings for people: message, place, the line it stands in, and the cure, in 80 columns. */
export function formatText(found: readonly Diagnostic[], options: TextOptions): string {
  if (found.length === 0) return '';
  const page = { ...options, lines: new Lines(options.text) };
  const limit = options.limit ?? LIMIT;
  const blocks = found.slice(0, limit).map((diagnostic) => formatOne(diagnostic, page));
  const left = found.length - limit;
  if (left > 0) blocks.push(wrapText(`… and ${left} more of them; --format json shows all`));
  blocks.push([options.colors.bold(countText(found)), ...wrapText(moreText(found))]);
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

/** `2 errors, 1 warning` */
function countText(found: readonly Diagnostic[]): string {
  const parts = (['error', 'warning'] as const).map((severity) => {
    const count = found.filter((diagnostic) => diagnostic.severity === severity).length;
    return count === 0 ? '' : `${count} ${severity}${count === 1 ? '' : 's'}`;
  });
  return parts.filter((part) => part !== '').join(', ');
}

function moreText(found: readonly Diagnostic[]): string {
  const first = found.find((diagnostic) => diagnostic.severity === 'error') ?? found[0];
  return `kubebale explain ${first?.code ?? ''} tells more about a code.`;
}

function formatOne({ code, severity, message, span, hint, related }: Diagnostic, page: Page): string[] {
  const { colors } = page;
  const digits = digitsOf([span, ...(related ?? []).map((other) => other.span)]);
  const margin = ' '.repeat(digits);
  const heading = `${severity} ${code}: `;
  const [first = '', ...rest] = wrapText(heading + plain(message), '', '  ');
  const paint = painter(severity, colors);
  return [
    paint(first.slice(0, heading.length - 1)) + colors.bold(first.slice(heading.length - 1)),
    ...rest.map((line) => colors.bold(line)),
    `${margin}${colors.cyan('-->')} ${place(page.path, span)}`,
    ...(span ? frameLines(page, span, digits, '^', paint) : []),
    ...(related ?? []).flatMap((other) => [
      ...wrapText(`${plain(other.message)}: ${place(page.path, other.span)}`, `${margin} = `),
      ...(other.span ? frameLines(page, other.span, digits, '-', colors.cyan) : []),
    ]),
    ...(hint === undefined ? [] : cureLines(hint, margin, colors)),
  ];
}

function cureLines(hint: string, margin: string, colors: Colors): string[] {
  const [first = '', ...rest] = wrapText(plain(hint), `${margin} = cure: `);
  return [first.replace('cure:', colors.green('cure:')), ...rest];
}

function frameLines(page: Page, span: Span, digits: number, mark: string, paint: (text: string) => string): string[] {
  const { cyan } = page.colors;
  const frame = frameOf(page.lines, span, WIDTH - digits - 3);
  const gutter = ' '.repeat(digits);
  return [
    cyan(`${gutter} |`),
    `${cyan(`${String(frame.number).padStart(digits)} |`)} ${frame.text}`.trimEnd(),
    `${cyan(`${gutter} |`)} ${' '.repeat(frame.indent)}${paint(mark.repeat(frame.marked))}`,
  ];
}

function place(path: string, span: Span | undefined): string {
  return span ? `${plain(path)}:${span.start.line}:${span.start.column}` : plain(path);
}

function digitsOf(spans: readonly (Span | undefined)[]): number {
  return String(Math.max(...spans.map((span) => span?.start.line ?? 1))).length;
}

function painter(severity: Severity, colors: Colors): (text: string) => string {
  return (text) => colors.bold(severity === 'error' ? colors.red(text) : colors.yellow(text));
}
