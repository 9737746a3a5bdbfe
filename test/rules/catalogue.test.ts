import { describe, expect, it } from 'vitest';
import { catalogue, isCode } from '../../src/diagnostics/catalogue.ts';

describe('the catalogue of codes', () => {
  it.each(Object.entries(catalogue))('%s has a page without holes', (code, page) => {
    expect(code).toMatch(/^KB[0-9]{4}$/);
    expect(page.title).toMatch(/^\S.*[^.]$/);
    expect(page.example).toMatch(/\S/);
    for (const text of [page.cause, page.cure]) expect(text).toMatch(/^\S[^\n]*[.)]$/);
    for (const [other] of [page.cause, page.cure].join(' ').matchAll(/KB[0-9]{4}/g)) expect(isCode(other)).toBe(true);
  });

  it('has each severity where the contract of the families wants it', () => {
    for (const [code, { severity }] of Object.entries(catalogue)) {
      if (code.startsWith('KB36')) expect(severity).toBe('warning');
      if (/^KB[1249]/.test(code)) expect(severity).toBe('error');
    }
  });

  it('does not take names of every object for codes', () => {
    expect(isCode('constructor')).toBe(false);
    expect(isCode('KB3007')).toBe(true);
  });
});
