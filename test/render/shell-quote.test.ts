import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellQuote } from '../../src/render/shell-quote.ts';
import { hostile } from '../support/hostile.ts';

const bash = process.env.KUBEBALE_BASH ?? 'bash';

/** What bash makes of the words of a script. */
function readBack(texts: readonly string[]): string[] {
  const script = `printf '%s\\0' ${texts.map(shellQuote).join(' ')}`;
  const output = execFileSync(bash, ['-s'], { input: script, env: { LC_ALL: 'C' } });
  return output.toString('utf8').split('\0').slice(0, -1);
}

const anyText = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .filter((text) => !text.includes('\0') && text.isWellFormed());

describe('shellQuote', () => {
  it('gives words that bash reads back byte for byte', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(anyText, fc.constantFrom(...hostile)), { minLength: 1, maxLength: 60 }),
        (texts) => {
          expect(readBack(texts)).toEqual(texts);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('reads back every hostile text', () => {
    expect(readBack(hostile)).toEqual(hostile);
  });

  it.each([
    ['etcd2', 'etcd2'],
    ['--v=4', '--v=4'],
    ['', "''"],
    ['a b', "'a b'"],
    ["it's", `"it's"`],
    ['$(reboot)', '"\\$(reboot)"'],
    ['a\nb', "$'a\\nb'"],
    ['“x”', "$'\\xe2\\x80\\x9cx\\xe2\\x80\\x9d'"],
    ['~/x', "$'~/x'"],
    ['=a', "'=a'"],
  ])('%j is written as %s', (text, quoted) => {
    expect(shellQuote(text)).toBe(quoted);
  });

  it.each(['\0', 'a\ud800b'])('refuses %j, which no argument can hold', (text) => {
    expect(() => shellQuote(text)).toThrow();
  });
});
