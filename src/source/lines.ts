import type { Position, Span } from '../diagnostics/types.ts';

const NEWLINE = 10;
const RETURN = 13;

/** Where each line of a text begins; a line ends with LF, CR LF or CR, as in editors. */
export class Lines {
  readonly text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.text = text;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === NEWLINE || (c === RETURN && text.charCodeAt(i + 1) !== NEWLINE)) this.#starts.push(i + 1);
    }
  }

  /** The position of an offset; offsets outside the text are moved to its nearest end. */
  position(offset: number): Position {
    const at = Math.min(Math.max(offset, 0), this.text.length);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (this.#starts[low] ?? 0) + 1, offset: at };
  }

  span(start: number, end: number): Span {
    return { start: this.position(start), end: this.position(Math.max(start, end)) };
  }

  /** Where line `number` (from 1) begins and ends, without its line break. */
  range(number: number): { readonly start: number; readonly end: number } {
    const start = this.#starts[number - 1] ?? this.text.length;
    let end = this.#starts[number] ?? this.text.length;
    while (end > start && (this.text.charCodeAt(end - 1) === NEWLINE || this.text.charCodeAt(end - 1) === RETURN))
      end--;
    return { start, end };
  }
}
