import { splitPointer } from '../source/pointer.ts';

/** A value as messages show it: on one line, at most 60 characters. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

/** A pointer as messages call it: `hosts[0].name`. */
export function placeName(pointer: string): string {
  let name = '';
  for (const part of splitPointer(pointer)) {
    if (/^[0-9]+$/.test(part)) name += `[${part}]`;
    else if (/^[A-Za-z$_][\w$-]*$/.test(part)) name += name === '' ? part : `.${part}`;
    else name += `[${show(part)}]`;
  }
  return name === '' ? 'the specification' : name;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  array: 'a list',
  object: 'an object',
};

/** The types of the schema in words: `a text or null`. */
export function typesInWords(types: readonly string[]): string {
  return alternatives(types.map((type) => typeNames[type] ?? type));
}

/** What a value is, in words. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;
}
