import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/compile.ts';
import { formatText } from '../../src/diagnostics/format-text.ts';
import type { Diagnostic } from '../../src/diagnostics/types.ts';
import { displayWidth } from '../../src/diagnostics/wrap.ts';
import { displayText } from '../../src/source/decode.ts';
import { Lines } from '../../src/source/lines.ts';

const colors = picocolors.createColors(false);
const print = (found: readonly Diagnostic[], text: string, limit?: number) =>
  formatText(found, { path: 'cluster.json', text, colors, ...(limit === undefined ? {} : { limit }) });

/** A finding that marks a part of a text. */
function mark(text: string, marked: string, more: Partial<Diagnostic> = {}): Diagnostic {
  const start = text.indexOf(marked);
  const span = new Lines(text).span(start, start + marked.length);
  return { code: 'KB3001', severity: 'error', message: 'it is wrong', pointer: '', span, ...more };
}

/** What stands above the carets. */
function underlined(output: string): string {
  const lines = output.split('\n');
  const at = lines.findIndex((line) => /^ *\| *\^+$/.test(line));
  const carets = lines[at] ?? '';
  let shown = '';
  let column = 0;
  for (const { segment } of new Intl.Segmenter().segment(lines[at - 1] ?? '')) {
    if (column >= carets.indexOf('^') && column < carets.length) shown += segment;
    column += displayWidth(segment);
  }
  return shown;
}

describe('findings for people', () => {
  it('show message, place, line, related place and cure', () => {
    const text = '{\n  "a": 1,\n  "b": 2\n}\n';
    const related = [{ message: 'the other one', pointer: '/a', span: mark(text, '1').span }];
    expect(print([mark(text, '2', { related, hint: 'write 3' })], text)).toBe(
      [
        'error KB3001: it is wrong',
        ' --> cluster.json:3:8',
        '  |',
        '3 |   "b": 2',
        '  |        ^',
        '  = the other one: cluster.json:2:8',
        '  |',
        '2 |   "a": 1,',
        '  |        -',
        '  = cure: write 3',
        '',
        '1 error',
        'kubebale explain KB3001 tells more about a code.',
        '',
      ].join('\n'),
    );
  });

  it('need no place', () => {
    expect(print([mark('', '', { span: undefined })], '')).toMatch(
      /^error KB3001: it is wrong\n --> cluster.json\n\n1 error\n/,
    );
    expect(print([], '')).toBe('');
  });

  it('count errors and warnings, and show only so many', () => {
    const text = '{}';
    const warning = mark(text, '{', { severity: 'warning' });
    expect(print([warning, mark(text, '{'), warning], text)).toMatch(/\n1 error, 2 warnings\n/);
    expect(print(Array(7).fill(warning), text, 3)).toMatch(
      /… and 4 more of them; --format json shows all\n\n7 warnings\n/,
    );
  });

  it.each([
    ['tabs', '\t{\t"a":\t"b" }', '"b"'],
    ['wide characters', '{ "名前": "東京", "b": "c" }', '"c"'],
    ['wide characters inside', '{ "a": "東京" }', '"東京"'],
    ['combining characters', '{ "a": "e\u0301e\u0301", "b": 1 }', '1'],
    ['emoji', '{ "a": "👩‍👩‍👧 🇩🇪", "b": 1 }', '1'],
  ])('keep carets under the span: %s', (_name, text, marked) => {
    expect(underlined(print([mark(text, marked)], text))).toBe(marked);
  });

  it('cut a long line around the span', () => {
    const filler = '"x": "東京 and so on", '.repeat(200);
    const text = `{${filler}"needle": 1, ${filler}}`;
    const output = print([mark(text, '"needle"')], text);
    expect(underlined(output)).toBe('"needle"');
    expect(output).toMatch(/\n1 \| ….*…\n/);
    const end = print([mark(text, '}')], text);
    expect(underlined(end)).toBe('}');
  });

  it('mark the end of the text and the ends of lines', () => {
    const text = '{\n  "a": 1\n';
    const end = { ...mark(text, '1'), span: new Lines(text).span(text.length, text.length) };
    expect(print([end], text)).toContain('\n3 |\n  | ^\n');
    const behind = { ...mark(text, '1'), span: new Lines(text).span(10, 10) };
    expect(print([behind], text)).toContain('\n2 |   "a": 1\n  |         ^\n');
  });

  it('send nothing to the terminal that steers it', () => {
    const text = '{ "a\u001b[31m\u202e": 1 }';
    const output = print([mark(text, '1', { message: 'a\u001b[2J\nb', hint: '\u0007' })], text);
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(output).toContain('error KB3001: a\\u001b[2J\\nb\n');
    expect(underlined(output)).toBe('1');
  });

  it('fit 80 columns whatever the text, the message and the span are', () => {
    const anyText = fc.string({ unit: 'grapheme', maxLength: 300 });
    fc.assert(
      fc.property(anyText, anyText, fc.nat(300), fc.nat(300), (text, message, start, length) => {
        const span = new Lines(text).span(start, start + length);
        for (const line of print([mark('', '', { message, hint: message, span })], text).split('\n')) {
          expect(displayWidth(line)).toBeLessThanOrEqual(80);
        }
      }),
      { numRuns: 1000 },
    );
  });

  const folder = new URL('../fixtures/diagnostics/', import.meta.url);
  it.each(readdirSync(folder))('fit 80 columns and mark something: %s', (file) => {
    const bytes = readFileSync(new URL(file, folder));
    const found = check({ path: file, bytes }).diagnostics.list();
    const output = formatText(found, { path: file, text: displayText(bytes), colors });
    for (const line of output.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
    expect(output.match(/^ *\| *\^+$/gm)?.length).toBe(found.length);
  });
});
