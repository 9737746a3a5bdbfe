import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/compile.ts';
import { catalogue, isCode } from '../../src/diagnostics/catalogue.ts';
import type { Diagnostic } from '../../src/diagnostics/types.ts';

const folder = new URL('../fixtures/diagnostics/', import.meta.url);
const files = readdirSync(folder).sort();

/** Whether no specification alone can raise a code: those about files of the build machine, and our own bugs. */
const raisedElsewhere = (code: string): boolean => /^KB[49]/.test(code);

/** Titles of the tests that raise such codes begin with them; all tests that there are, in one text. */
const otherTests = readdirSync(new URL('..', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.endsWith('fixtures.test.ts'))
  .map((file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))
  .join('\n');

function findingsOf(file: string): readonly Diagnostic[] {
  return check({ path: file, bytes: readFileSync(new URL(file, folder)) }).diagnostics.list();
}

describe('fixtures of diagnostics', () => {
  const ofCodes = files.filter((file) => file.startsWith('KB'));

  it.each(ofCodes)('%s raises its code and nothing else', (file) => {
    const code = file.slice(0, 6);
    const findings = findingsOf(file);
    expect(findings.map((finding) => `${finding.code} ${finding.message}`)).toEqual([
      expect.stringMatching(new RegExp(`^${code} `)),
    ]);
    for (const finding of findings) expectReadable(finding);
  });

  it('has one for each code of the catalogue, and none for others', () => {
    const fixtures = new Set(ofCodes.map((file) => file.slice(0, 6)));
    const wanted = Object.keys(catalogue).filter((code) => !raisedElsewhere(code));
    expect([...fixtures].sort()).toEqual(wanted.sort());
    expect(files.filter((file) => !/^(KB[0-9]{4}(-[a-z0-9-]+)?|ten-[a-z-]+)\.json$/.test(file))).toEqual([]);
  });

  it.each(Object.keys(catalogue).filter(raisedElsewhere))('%s is raised in a test that names it', (code) => {
    // Not toContain: its message would be all tests there are.
    expect(otherTests.includes(code)).toBe(true);
  });

  it('finds ten mistakes in one run, each with its place and cure', () => {
    const findings = findingsOf('ten-mistakes.json');
    for (const finding of findings) expectReadable(finding);
    const errors = findings.filter((finding) => finding.severity === 'error').map((finding) => finding.code);
    expect(errors).toEqual([
      ...['KB3001', 'KB3002', 'KB3011', 'KB3109', 'KB3108', 'KB3104', 'KB3401', 'KB3201', 'KB3501', 'KB3801', 'KB3701'],
    ]);
  });

  it('finds ten wrong forms in one run', () => {
    const findings = findingsOf('ten-wrong-forms.json');
    for (const finding of findings) expectReadable(finding);
    expect(findings.map((finding) => finding.code)).toEqual([
      ...['KB2001', 'KB2005', 'KB2004', 'KB2002', 'KB2007', 'KB2005', 'KB2003', 'KB2008', 'KB2001', 'KB2006', 'KB2003'],
    ]);
  });
});

/** What every finding has to have: a place, a cure, one line of text without holes in it. */
function expectReadable(finding: Diagnostic): void {
  expect(isCode(finding.code)).toBe(true);
  expect(finding.span, finding.code).toBeDefined();
  expect(finding.hint, finding.code).toBeTruthy();
  for (const text of [finding.message, finding.hint ?? '', ...(finding.related ?? []).map((other) => other.message)]) {
    expect(text).not.toMatch(/undefined|\[object|NaN|\n/);
    expect(text).toMatch(/\S/);
  }
}
