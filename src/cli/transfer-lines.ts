import { printable } from '../diagnostics/printable.ts';
import { sizeText } from './name-list.ts';

/** A transfer as it stands. */
export interface TransferView {
  readonly file: string;
  /** Bytes that are here. */
  readonly done: number;
  readonly total: number | undefined;
  /** Bytes per second; undefined in the beginning. */
  readonly rate: number | undefined;
  /** Why nothing comes at present. */
  readonly waiting: string | undefined;
}

const mostLines = 8;
/** Columns of a field with the two spaces before it, in the order in which they are given up last. */
const fields = { percent: 6, size: 18, left: 9, rate: 12 } as const;
const shortestName = 14;
const shortestBar = 10;
const longestBar = 30;

/**
 * The lines that show transfers which are under way, at most eight, and one for all of them.
 *
 * @param all the sum of every transfer of the run, those that have ended too; undefined when there is no need for it
 * @param width no line is longer
 */
export function transferLines(
  running: readonly TransferView[],
  all: TransferView | undefined,
  width: number,
): string[] {
  const shown = running.slice(0, mostLines);
  const views = all ? [...shown, all] : shown;
  const layout = layoutFor(width, Math.max(...views.map(({ file }) => file.length)));
  const lines = views.map((view) => transferLine(view, layout));
  const more = running.length - shown.length;
  if (more > 0) lines.splice(shown.length, 0, `and ${more} more`);
  return lines.map((line) => line.slice(0, width).trimEnd());
}

/** The line that a transfer leaves when it has ended. */
export function finishedLine(file: string, bytes: number, seconds: number | undefined, width: number): string {
  const time = seconds === undefined ? '' : ` in ${timeText(seconds)}`;
  const end = `  ${sizeText(bytes)}${time}`;
  return `${shortened(printable(file), Math.max(shortestName, width - end.length))}${end}`.slice(0, width);
}

interface Layout {
  readonly name: number;
  /** 0 where there is no room for one. */
  readonly bar: number;
  readonly shows: (field: keyof typeof fields) => boolean;
}

function layoutFor(width: number, longestName: number): Layout {
  let rest = width;
  const shown = new Set<string>();
  for (const [field, columns] of Object.entries(fields)) {
    if (rest - columns < shortestName) break;
    rest -= columns;
    shown.add(field);
  }
  const withBar = rest >= shortestName + 2 + shortestBar;
  const name = Math.min(longestName, withBar ? rest - 2 - shortestBar : rest);
  return { name, bar: withBar ? Math.min(longestBar, rest - name - 2) : 0, shows: (field) => shown.has(field) };
}

function transferLine({ file, done, total, rate, waiting }: TransferView, { name, bar, shows }: Layout): string {
  const start = shortened(printable(file), name).padEnd(name);
  if (waiting !== undefined) return `${start}  ${printable(waiting)}`;
  // A server that has announced too little.
  const part = total === undefined ? undefined : total === 0 ? 1 : Math.min(1, done / total);
  const percent = part === undefined ? '' : `${Math.floor(part * 100)}%`;
  const size = total === undefined ? sizeText(done) : partText(done, total);
  const speed = rate === undefined ? '' : `${sizeText(rate)}/s`;
  const left = total === undefined || !rate ? '' : timeText(Math.max(0, total - done) / rate);
  return [
    start,
    bar > 0 ? `  ${barText(part, bar)}` : '',
    shows('percent') ? percent.padStart(fields.percent) : '',
    shows('size') ? size.padStart(fields.size) : '',
    shows('rate') ? speed.padStart(fields.rate) : '',
    shows('left') ? left.padStart(fields.left) : '',
  ].join('');
}

function barText(part: number | undefined, columns: number): string {
  if (part === undefined) return ' '.repeat(columns);
  const inner = columns - 2;
  const full = Math.floor(part * inner);
  return `[${'#'.repeat(full)}${'-'.repeat(inner - full)}]`;
}

/** `12.3 of 41.0 MB`: both in the unit of the whole. */
function partText(done: number, total: number): string {
  const [whole = '', unit = ''] = sizeText(total).split(' ');
  const scale = 1000 ** Math.max(0, ['bytes', 'KB', 'MB', 'GB', 'TB'].indexOf(unit));
  const value = done / scale;
  return `${whole.includes('.') ? value.toFixed(1) : Math.round(value)} of ${whole} ${unit}`;
}

/** `0:42`, `12:03`, `1:02:03`. */
function timeText(seconds: number): string {
  const all = Math.round(seconds);
  if (all >= 100 * 3600) return 'days';
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor(all / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${minutes}:${two(all % 60)}`;
}

/** A name without its middle, where it is too long: its beginning and its end tell most. */
function shortened(name: string, columns: number): string {
  if (name.length <= columns) return name;
  const kept = Math.max(0, columns - 3);
  return `${name.slice(0, Math.ceil(kept / 2))}...${name.slice(name.length - Math.floor(kept / 2))}`.slice(0, columns);
}
