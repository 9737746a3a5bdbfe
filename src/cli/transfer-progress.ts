import type { DownloadEvent } from '../fetch/events.ts';
import type { Terminal } from './terminal.ts';
import { finishedLine, type TransferView, transferLines } from './transfer-lines.ts';

/** Shows several transfers at once. */
export interface TransferProgress {
  readonly onEvent: (event: DownloadEvent) => void;
  /** Take the lines of what is under way from the screen. It may be called again. */
  readonly end: () => void;
}

interface Transfer {
  done: number;
  total: number | undefined;
  readonly begun: number;
  /** Bytes at moments of the last seconds, the oldest first. */
  samples: { readonly at: number; readonly bytes: number }[];
  waiting: { readonly reason: string; readonly until: number } | undefined;
}

/** Milliseconds between two pictures, between two when nothing happens, between samples, and that the rate looks back. */
const pause = 100;
const idlePause = 1000;
const samplePause = 500;
const lookBack = 8000;

/**
 * Shows how far transfers are, on a terminal only: a pipe or a log would fill with it.
 *
 * @param options.now a clock in milliseconds
 */
export function transferProgress(
  terminal: Terminal,
  { quiet, now }: { readonly quiet: boolean; readonly now: () => number },
): TransferProgress {
  const { err } = terminal;
  if (quiet || !err.isTerminal || terminal.env.TERM === 'dumb') return { onEvent: () => {}, end: () => {} };
  const running = new Map<string, Transfer>();
  /** Of those that have ended. */
  const ended = { files: 0, bytes: 0 };
  let finished: string[] = [];
  let drawn = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  function draw(): void {
    clearTimeout(timer);
    timer = undefined;
    const width = Math.max(10, err.columns - 1);
    const views = [...running].map(([file, transfer]) => viewOf(file, transfer, now()));
    const sum = views.length > 0 && views.length + ended.files > 1 ? sumOf(views, ended) : undefined;
    const lines = [...finished, ...(views.length > 0 ? transferLines(views, sum, width) : [])];
    const up = drawn > 0 ? `\x1b[${drawn}A\r\x1b[J` : '';
    if (lines.length > 0 || up !== '') err.write(`${up}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length - finished.length;
    finished = [];
    drawnAt = now();
    // A countdown and a falling rate move without events.
    if (running.size > 0) timer = setTimeout(draw, idlePause).unref();
  }

  function drawSoon(): void {
    const wait = drawnAt + pause - now();
    clearTimeout(timer);
    if (wait <= 0) draw();
    else timer = setTimeout(draw, wait).unref();
  }

  return {
    onEvent(event) {
      const transfer = running.get(event.file);
      if (event.kind === 'done') {
        const { size } = event.digest;
        const seconds = transfer && (now() - transfer.begun) / 1000;
        finished.push(finishedLine(event.file, size, seconds, Math.max(10, err.columns - 1)));
        running.delete(event.file);
        ended.files += 1;
        ended.bytes += size;
      } else if (event.kind === 'failed') running.delete(event.file);
      else if (event.kind === 'start') running.set(event.file, begun(event, transfer?.begun ?? now(), now()));
      else if (event.kind === 'bytes') count(transfer, event.count, now());
      else {
        const waiting = { reason: event.reason, until: now() + event.waitSeconds * 1000 };
        const waits = transfer ?? { done: 0, total: undefined, begun: now(), samples: [] };
        running.set(event.file, { ...waits, waiting });
      }
      drawSoon();
    },
    end() {
      running.clear();
      if (drawn > 0 || finished.length > 0) draw();
      clearTimeout(timer);
    },
  };
}

function begun(event: DownloadEvent & { kind: 'start' }, since: number, now: number): Transfer {
  const { total, resumedAt } = event;
  return { done: resumedAt, total, begun: since, samples: [{ at: now, bytes: resumedAt }], waiting: undefined };
}

function count(transfer: Transfer | undefined, bytes: number, now: number): void {
  if (!transfer) return;
  transfer.done += bytes;
  transfer.waiting = undefined;
  const last = transfer.samples.at(-1);
  if (last && now - last.at < samplePause) return;
  transfer.samples = [...transfer.samples, { at: now, bytes: transfer.done }].filter(({ at }) => now - at <= lookBack);
}

function viewOf(file: string, { done, total, samples, waiting }: Transfer, now: number): TransferView {
  const oldest = samples[0];
  const seconds = oldest ? (now - oldest.at) / 1000 : 0;
  const rate = oldest && seconds >= 0.5 ? (done - oldest.bytes) / seconds : undefined;
  const left = waiting && Math.max(0, Math.ceil((waiting.until - now) / 1000));
  return { file, done, total, rate, waiting: waiting && `tries again in ${left} s: ${waiting.reason}` };
}

/** All transfers as one: the whole is known when each of them is. */
function sumOf(
  views: readonly TransferView[],
  ended: { readonly files: number; readonly bytes: number },
): TransferView {
  const active = views.filter(({ waiting }) => waiting === undefined);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const totals = views.flatMap(({ total }) => (total === undefined ? [] : [total]));
  const rates = active.flatMap(({ rate }) => (rate === undefined ? [] : [rate]));
  return {
    file: `${views.length + ended.files} files`,
    done: ended.bytes + sum(views.map(({ done }) => done)),
    total: totals.length === views.length ? ended.bytes + sum(totals) : undefined,
    rate: rates.length > 0 ? sum(rates) : undefined,
    waiting: undefined,
  };
}
