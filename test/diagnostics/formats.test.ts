import { describe, expect, it } from 'vitest';
import { codes, explainCode, listCodes } from '../../src/diagnostics/explain.ts';
import { formatGithub } from '../../src/diagnostics/format-github.ts';
import { formatJson } from '../../src/diagnostics/format-json.ts';
import type { Diagnostic } from '../../src/diagnostics/types.ts';
import { displayWidth, wrapText } from '../../src/diagnostics/wrap.ts';
import { Lines } from '../../src/source/lines.ts';

const lines = new Lines('{\n  "a": 1\n}');
const finding: Diagnostic = {
  code: 'KB3001',
  severity: 'warning',
  message: '100%: one,\ntwo',
  pointer: '/a',
  span: lines.span(9, 10),
};

describe('findings for GitHub', () => {
  it('escape what has a meaning there', () => {
    expect(formatGithub([{ ...finding, hint: 'a::b' }], 'a,b:c%.json')).toBe(
      '::warning file=a%2Cb%3Ac%25.json,line=2,col=8,endLine=2,endColumn=9,title=kubebale KB3001' +
        '::100%25: one,%0Atwo%0Acure: a::b\n',
    );
  });

  it('leave columns out where a span has several lines, and the place where there is none', () => {
    expect(formatGithub([{ ...finding, span: lines.span(0, 12) }], 'a')).toContain('file=a,line=1,endLine=3,title=');
    expect(formatGithub([{ ...finding, span: undefined }], 'a')).toContain('file=a,title=');
  });
});

describe('findings as JSON', () => {
  it('are one document, also when there are none', () => {
    expect(JSON.parse(formatJson([], 'a'))).toEqual({ diagnostics: [], summary: { errors: 0, warnings: 0 } });
    const document = JSON.parse(formatJson([finding], 'a.json', { tarballs: [] }));
    expect(document.summary).toEqual({ errors: 0, warnings: 1 });
    expect(document.diagnostics[0]).toEqual({ ...finding, file: 'a.json' });
    expect(document.tarballs).toEqual([]);
  });
});

describe('pages of codes', () => {
  it.each(codes)('%s fits 80 columns and has all parts', (code) => {
    const page = explainCode(code);
    for (const line of page.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
    expect(page).toMatch(
      /^KB\d{4} \((error|warning)\): \S[\s\S]*\n\nCause\n {2}\S[\s\S]*\n\nExample\n {2,}\S[\s\S]*\n\nCure\n {2}\S/,
    );
    expect(page).not.toMatch(/undefined|\n\n\n|[ \t]\n/);
  });

  it('are listed', () => {
    for (const line of listCodes().split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
    expect(listCodes().match(/^KB\d{4}/gm)).toEqual([...codes]);
  });
});

describe('wrapping', () => {
  it('breaks at spaces, and in words that are too long', () => {
    expect(wrapText('one two three', '- ', '  ', 9)).toEqual(['- one two', '  three']);
    expect(wrapText('http://a/b,http://c/d', '', '', 12)).toEqual(['http://a/b,', 'http://c/d']);
    expect(wrapText('abcdefghij', '', '', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrapText('東京東京', '', '', 5)).toEqual(['東京', '東京']);
    expect(wrapText('', 'x ')).toEqual(['x']);
  });
});
