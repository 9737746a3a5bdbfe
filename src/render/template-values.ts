import type { HostValue, Word } from '../plan/types.ts';
import { shellQuote } from './shell-quote.ts';

/**
 * A value that prints itself as one quoted shell word: Handlebars asks every value it prints for `toHTML`. Quoting
 * is thereby a matter of construction: a template cannot print a value in any other way.
 */
export class ShellWord {
  readonly #text: string;

  constructor(pieces: Word) {
    this.#text = pieces.every((piece) => typeof piece === 'string')
      ? shellQuote(pieces.join(''))
      : pieces
          .filter((piece) => piece !== '')
          .map(quotePiece)
          .join('');
  }

  toHTML(): string {
    return this.#text;
  }
}

function quotePiece(piece: string | HostValue): string {
  return typeof piece === 'string' ? shellQuote(piece) : `"\${${piece.fromHost}}"`;
}

/** What templates get: words, yes or no, lists and records of them. */
export type TemplateValue = ShellWord | boolean | readonly TemplateValue[] | { readonly [key: string]: TemplateValue };

/** Plain data before `templateValue` makes words of it. */
export type Data = string | number | boolean | ShellWord | readonly Data[] | { readonly [key: string]: Data };

/**
 * Make words of all texts and numbers in a value; lists and records throw when a template prints them whole.
 *
 * @throws on null and undefined: a template never decides what a missing value means
 */
export function templateValue(data: Data, path = 'context'): TemplateValue {
  if (typeof data === 'string') return new ShellWord([data]);
  if (typeof data === 'number') return new ShellWord([String(data)]);
  if (typeof data === 'boolean' || data instanceof ShellWord) return data;
  if (data === null || data === undefined) throw new Error(`${path} is ${data}: templates get values only`);
  if (Array.isArray(data))
    return unprintable(
      data.map((item: Data, index) => templateValue(item, `${path}[${index}]`)),
      path,
    );
  return unprintable(
    Object.fromEntries(Object.entries(data).map(([key, value]) => [key, templateValue(value, `${path}.${key}`)])),
    path,
  );
}

function unprintable<T extends object>(value: T, path: string): T {
  const toHTML = (): never => {
    throw new Error(`${path} is a list or record: a template cannot print it as a word`);
  };
  return Object.defineProperty(value, 'toHTML', { value: toHTML, enumerable: false });
}
