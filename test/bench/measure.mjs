// Times whole commands: wall time, processor time of the command and its children, the largest process.
import { spawnSync } from 'node:child_process';

/**
 * Run a command and `sync -f` of a folder behind it, both timed together.
 *
 * @returns seconds of wall time, seconds of processor time, megabytes of the largest process
 */
export function measure(command, folder) {
  // The command replaces the shell's words, so that no name is read as code.
  const words = ['-f', '%e %U %S %M', 'sh', '-c', '"$@" && sync -f "$FOLDER"', 'sh', ...command];
  const result = spawnSync('/usr/bin/time', words, {
    encoding: 'utf8',
    env: { ...process.env, FOLDER: folder },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`${command.join(' ')} failed:\n${result.stderr}`);
  const [wall, user, system, kilobytes] = result.stderr.trimEnd().split('\n').at(-1).split(' ').map(Number);
  return { wall, cpu: user + system, peak: kilobytes / 1024 };
}

/** The middle of a list of numbers. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Two commands in pairs, A B, B A, A B …, each after its own preparation, which is not timed: whoever comes first pays
 * for the memory and the disk that the other one left.
 *
 * @returns medians of both, and the medians of the ratios A / B, pair by pair
 */
export function compare(pairs, a, b) {
  const results = [];
  for (let pair = 0; pair < pairs; pair++) {
    const result = pair % 2 === 0 ? { a: a(), b: b() } : reversed(a, b);
    results.push(result);
    const seconds = `${result.a.wall.toFixed(1)} s, ${result.b.wall.toFixed(1)} s`;
    process.stderr.write(`  pair ${pair + 1}: ${seconds}, ratio ${(result.a.wall / result.b.wall).toFixed(2)}\n`);
  }
  const of = (key, side) => median(results.map((pair) => pair[side][key]));
  const side = (name) => ({ wall: of('wall', name), cpu: of('cpu', name), peak: of('peak', name) });
  const ratio = (key) => median(results.map((pair) => pair.a[key] / Math.max(pair.b[key], 0.01)));
  return { a: side('a'), b: side('b'), wallRatio: ratio('wall'), cpuRatio: ratio('cpu'), pairs };
}

function reversed(a, b) {
  const second = b();
  return { a: a(), b: second };
}
