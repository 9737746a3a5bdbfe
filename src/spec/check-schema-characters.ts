import type { Diagnostics } from '../diagnostics/collector.ts';
import { joinPointer } from '../source/pointer.ts';
import { placeName } from './check-schema-texts.ts';

/**
 * Find what JSON can say and a command line cannot: NUL in texts and names (KB2009),
 * numbers whose digits were lost when they were read (KB2006).
 *
 * @returns the pointers of the values found, so that no second finding is made for them
 */
export function checkCharacters(value: unknown, diagnostics: Diagnostics): ReadonlySet<string> {
  const found = new Set<string>();
  // Not recursive: a document may be nested deeper than the stack is.
  const open: { value: unknown; pointer: string }[] = [{ value, pointer: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { pointer } = next;
    if (typeof next.value === 'string' && reportText(next.value, pointer, 'value', diagnostics)) found.add(pointer);
    if (typeof next.value === 'number' && reportNumber(next.value, pointer, diagnostics)) found.add(pointer);
    if (typeof next.value !== 'object' || next.value === null) continue;
    const isList = Array.isArray(next.value);
    for (const [key, child] of Object.entries(next.value)) {
      const below = joinPointer(pointer, key);
      if (!isList && reportText(key, below, 'key', diagnostics)) found.add(below);
      open.push({ value: child, pointer: below });
    }
  }
  return found;
}

function reportText(text: string, pointer: string, part: 'key' | 'value', diagnostics: Diagnostics): boolean {
  const at = text.indexOf('\0');
  if (at < 0) return false;
  const name = part === 'key' ? 'a key' : placeName(pointer);
  diagnostics.add('KB2009', pointer, `${name} holds a NUL character (\\u0000), as its character ${at + 1}`, {
    part,
    hint: 'remove it: no command line can carry it',
  });
  return true;
}

function reportNumber(number: number, pointer: string, diagnostics: Diagnostics): boolean {
  if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) return false;
  diagnostics.add('KB2006', pointer, `${placeName(pointer)} is a number too large to be read exactly`, {
    hint: pointer.includes('/flags/')
      ? 'write it as a text, in quotes: its digits stay as they are'
      : `at most ${Number.MAX_SAFE_INTEGER}`,
  });
  return true;
}
