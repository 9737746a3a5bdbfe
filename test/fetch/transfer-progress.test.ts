import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { finishedLine, type TransferView, transferLines } from '../../src/cli/transfer-lines.ts';
import { transferProgress } from '../../src/cli/transfer-progress.ts';

const view = (more: Partial<TransferView>): TransferView => ({
  ...{ file: 'etcd-v2.3.7-linux-amd64.tar.gz', done: 12_300_000, total: 41_000_000, rate: 683_000, waiting: undefined },
  ...more,
});
const docker = view({ file: 'docker-1.11.2.tgz', done: 500_000, total: undefined, rate: undefined });
const flannel = view({ file: 'flannel', waiting: 'tries again in 4 s: status 503' });
const all = view({ file: '3 files', done: 99_000_000, total: 200_000_000, rate: 4_000_000 });

describe('the lines of transfers', () => {
  it('show name, bar, percent, size, rate and time left at 80 columns', () => {
    expect(transferLines([view({}), docker, flannel], all, 79)).toEqual([
      'etcd-v2.3....64.tar.gz  [##------]   30%   12.3 of 41.0 MB    683 KB/s     0:42',
      'docker-1.11.2.tgz                                   500 KB',
      'flannel                 tries again in 4 s: status 503',
      '3 files                 [###-----]   49%      99 of 200 MB    4.0 MB/s     0:25',
    ]);
  });

  it('show name, percent and size at 40 columns', () => {
    expect(transferLines([view({}), docker, flannel], all, 39)).toEqual([
      'etcd-v...tar.gz   30%   12.3 of 41.0 MB',
      'docker....2.tgz                  500 KB',
      'flannel          tries again in 4 s: st',
      '3 files           49%      99 of 200 MB',
    ]);
  });

  it('are eight at most, and tell how many more there are', () => {
    const many = Array.from({ length: 11 }, (_, index) => view({ file: `file ${index}` }));
    const lines = transferLines(many, all, 79);
    expect(lines.length).toBe(10);
    expect(lines[8]).toBe('and 3 more');
  });

  it('are never wider than they may be, whatever is in them', () => {
    const odd = [
      view({ file: `${'long'.repeat(50)}\x1b[2J\n`, done: 5e15, total: 6e15, rate: 9e14 }),
      view({ file: '', done: 7, total: 0, rate: 0 }),
      view({ done: 10, total: 5, rate: 0.001 }),
      view({ waiting: `\x1b[31m${'reason '.repeat(40)}` }),
    ];
    for (let width = 9; width < 200; width++) {
      for (const line of [...transferLines(odd, all, width), finishedLine('x'.repeat(300), 5e9, 4000, width)]) {
        expect(line.length).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/[\x00-\x1f]/);
      }
    }
  });

  it('say what a finished transfer was', () => {
    expect(finishedLine('etcd.tar.gz', 41_000_000, 3723, 79)).toBe('etcd.tar.gz  41.0 MB in 1:02:03');
    expect(finishedLine('etcd.tar.gz', 999, undefined, 79)).toBe('etcd.tar.gz  999 bytes');
  });
});

/** What a terminal shows after such writes: knows new lines, cursor up, and clearing to the end. */
function screenOf(writes: readonly string[]): string[] {
  // The cursor is in the last one.
  let lines: string[] = [''];
  for (const part of writes.join('').split(/(\x1b\[\d*[AJ]|\r|\n)/)) {
    const up = /^\x1b\[(\d+)A$/.exec(part);
    // What is cleared next is gone here at once.
    if (up) lines = [...lines.slice(0, -1 - Number(up[1])), ''];
    else if (part === '\n') lines.push('');
    else if (part !== '\r' && part !== '\x1b[J') lines.push(`${lines.pop() ?? ''}${part}`);
  }
  return lines;
}

describe('the progress of transfers', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  function shownOn(more: { isTerminal?: boolean; quiet?: boolean; TERM?: string } = {}) {
    const writes: string[] = [];
    const screen = {
      isTerminal: more.isTerminal ?? true,
      columns: 80,
      write: (text: string) => void writes.push(text),
    };
    const progress = transferProgress(
      {
        env: { TERM: more.TERM ?? 'xterm' },
        cwd: '/',
        stdin: async () => Buffer.alloc(0),
        ask: undefined,
        out: screen,
        err: screen,
        signal: new AbortController().signal,
      },
      { quiet: more.quiet ?? false, now: () => Date.now() },
    );
    return { ...progress, writes };
  }
  const start = (file: string, total: number | undefined, resumedAt = 0) =>
    ({ kind: 'start', file, total, resumedAt }) as const;
  const bytes = (file: string, count: number) => ({ kind: 'bytes', file, count }) as const;
  const done = (file: string, size: number) => ({ kind: 'done', file, digest: { size, sha256: 'ab' } }) as const;

  it('draws at most ten times a second, and the last state in any case', () => {
    const { onEvent, end, writes } = shownOn();
    onEvent(start('a', 1000));
    for (let n = 0; n < 999; n++) {
      vi.advanceTimersByTime(1);
      onEvent(bytes('a', 1));
    }
    expect(writes.length).toBeGreaterThanOrEqual(9);
    expect(writes.length).toBeLessThanOrEqual(11);
    vi.advanceTimersByTime(100);
    expect(screenOf(writes)[0]).toContain('  99%     1.0 of 1.0 KB');
    end();
  });

  it('leaves one line for each that is finished, above those that run, and nothing of these in the end', () => {
    const { onEvent, end, writes } = shownOn();
    onEvent(start('a', 1000));
    onEvent(start('b', 4_000_000));
    vi.advanceTimersByTime(2000);
    onEvent(bytes('b', 2_000_000));
    onEvent(done('a', 1000));
    vi.advanceTimersByTime(150);
    const screen = screenOf(writes);
    expect(screen.length).toBe(4);
    expect(screen[0]).toBe('a  1.0 KB in 0:02');
    expect(screen[1]).toMatch(/^b .*\[#+-+\] {3}50% {5}2\.0 of 4\.0 MB .* KB\/s +0:02$/);
    expect(screen[2]).toMatch(/^2 files .* 50% {5}2\.0 of 4\.0 MB/);
    end();
    end();
    expect(screenOf(writes)).toEqual(['a  1.0 KB in 0:02', '']);
    vi.advanceTimersByTime(5000);
    expect(screenOf(writes)).toEqual(['a  1.0 KB in 0:02', '']);
  });

  it('counts down to the next try, goes on from what was kept, and drops what has failed', () => {
    const { onEvent, writes } = shownOn();
    onEvent(start('a', 1000));
    onEvent({ kind: 'retry', file: 'a', reason: 'status 503', waitSeconds: 7, attempt: 1 });
    vi.advanceTimersByTime(3150);
    expect(screenOf(writes)[0]).toBe('a  tries again in 4 s: status 503');
    onEvent(start('a', 1000, 600));
    vi.advanceTimersByTime(150);
    expect(screenOf(writes)[0]).toContain(' 60% ');
    onEvent({ kind: 'failed', file: 'a' });
    vi.advanceTimersByTime(150);
    expect(screenOf(writes)).toEqual(['']);
  });

  it.each([{ isTerminal: false }, { quiet: true }, { TERM: 'dumb' }])('is silent with %j', (more) => {
    const { onEvent, end, writes } = shownOn(more);
    onEvent(start('a', 1000));
    onEvent(done('a', 1000));
    end();
    expect(writes).toEqual([]);
  });
});
