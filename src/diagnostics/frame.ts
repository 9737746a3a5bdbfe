import type { Lines } from '../source/lines.ts';
import type { Span } from './types.ts';
import { characters, characterWidth } from './wrap.ts';

/** A line of source text as a terminal shows it, and the columns that are marked. */
export interface Frame {
  readonly number: number;
  readonly text: string;
  /** Columns before the mark. */
  readonly indent: number;
  readonly marked: number;
}

interface Cell {
  readonly text: string;
  readonly width: number;
}

const TAB = '    ';
const CUT = '…';
/** More of a line than this beside the span is not looked at: a minified specification is one long line. */
const NEAR = 400;

/** Shows the first line of a span in at most `width` columns; what does not fit is cut around the span. */
export function frameOf(lines: Lines, span: Span, width: number): Frame {
  const { start, end } = lines.range(span.start.line);
  const from = Math.min(span.start.offset, end);
  const to = Math.min(Math.max(span.end.offset, from), end);
  const before = cells(lines.text, Math.max(start, from - NEAR), from);
  const inside = cells(lines.text, from, Math.min(to, from + NEAR));
  const behind = cells(lines.text, to, Math.min(end, to + NEAR));
  const all = [...before, ...inside, ...behind];
  const near = from - NEAR <= start && to + NEAR >= end && to <= from + NEAR;
  const view =
    near && widthOf(all) <= width ? { left: 0, right: all.length } : windowOf(all, before.length, inside.length, width);
  const cutLeft = view.left > 0 || from - NEAR > start;
  const cutRight = view.right < all.length || to + NEAR < end || to > from + NEAR;
  const shown = all.slice(view.left, view.right);
  const marked = widthOf(all.slice(before.length, Math.min(before.length + inside.length, view.right)));
  return {
    number: span.start.line,
    text: `${cutLeft ? CUT : ''}${shown.map((cell) => cell.text).join('')}${cutRight ? CUT : ''}`.trimEnd(),
    indent: widthOf(all.slice(view.left, before.length)) + (cutLeft ? 1 : 0),
    marked: Math.max(1, marked),
  };
}

/** Chooses the cells around the marked ones: as much of the mark as fits, then the text before and after it. */
function windowOf(all: readonly Cell[], first: number, count: number, width: number): { left: number; right: number } {
  let budget = width - 2;
  let left = first;
  let right = first;
  const grow = (limit: number, more: () => Cell | undefined, take: () => void): void => {
    let allowance = limit;
    for (let cell = more(); cell && cell.width <= Math.min(budget, allowance); cell = more()) {
      budget -= cell.width;
      allowance -= cell.width;
      take();
    }
  };
  const rightward = (limit: number, end: number) =>
    grow(
      limit,
      () => (right < end ? all[right] : undefined),
      () => right++,
    );
  const leftward = (limit: number) =>
    grow(
      limit,
      () => all[left - 1],
      () => left--,
    );
  rightward(budget - Math.min(16, Math.floor(width / 4)), first + count);
  leftward(right < first + count ? budget : Math.ceil(budget / 2));
  rightward(budget, all.length);
  leftward(budget);
  return { left, right };
}

function widthOf(some: readonly Cell[]): number {
  return some.reduce((sum, cell) => sum + cell.width, 0);
}

function cells(text: string, start: number, end: number): Cell[] {
  return characters(text.slice(start, end)).map(cell);
}

/** Tabs become blanks; what would steer the terminal becomes a picture of itself. */
function cell(character: string): Cell {
  if (character === '\t') return { text: TAB, width: TAB.length };
  const code = character.codePointAt(0) ?? 0;
  if (code < 32) return { text: String.fromCodePoint(0x2400 + code), width: 1 };
  const steers = /^[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]/.test(character);
  if (steers && character.length === 1) return { text: '\ufffd', width: 1 };
  const width = characterWidth(character);
  return width === 0 ? { text: '\ufffd', width: 1 } : { text: character, width };
}
