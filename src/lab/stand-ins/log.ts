import { writeSync } from 'node:fs';

/** Severities of glog: information, warning, error, fatal. */
export type GlogSeverity = 'I' | 'W' | 'E' | 'F';

/** Severities of capnslog, which etcd up to 3.4 writes with: notice, information, warning, error, critical. */
export type CapnslogSeverity = 'N' | 'I' | 'W' | 'E' | 'C';

const two = (number: number): string => String(number).padStart(2, '0');

function clock(now: Date): string {
  return `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}.${String(now.getMilliseconds()).padStart(3, '0')}000`;
}

/** One line as glog writes it: `I1124 20:01:02.123000   12345 server.go:1] text`. `place` is the source file and line. */
function glogLine(severity: GlogSeverity, place: string, text: string, now = new Date()): string {
  const day = `${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${severity}${day} ${clock(now)} ${String(process.pid).padStart(7)} ${place}] ${text}\n`;
}

/** One line as capnslog writes it: `2026-11-24 20:01:02.123000 I | etcdmain: text`. */
export function capnslogLine(severity: CapnslogSeverity, part: string, text: string, now = new Date()): string {
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `${day} ${clock(now)} ${severity} | ${part}: ${text}\n`;
}

/**
 * Writes to the standard error at once, so that nothing is lost when the process ends. A full disk or a closed reader
 * is overlooked: the real programs too go on when their log cannot be written.
 */
export function writeError(text: string): void {
  write(2, text);
}

/** Writes to the standard output at once, overlooking errors as writeError does. */
export function writeOutput(text: string): void {
  write(1, text);
}

function write(descriptor: 1 | 2, text: string): void {
  const bytes = Buffer.from(text);
  let from = 0;
  try {
    while (from < bytes.length) from += writeSync(descriptor, bytes, from);
  } catch {
    // Nobody could be told.
  }
}

/** A log in the form of glog on the standard error: `log.info('server.go:1', 'text')`. */
export const glog = {
  info: (place: string, text: string): void => writeError(glogLine('I', place, text)),
  warning: (place: string, text: string): void => writeError(glogLine('W', place, text)),
  error: (place: string, text: string): void => writeError(glogLine('E', place, text)),
  /** glog.Fatal ends the program with 255 (glog.go, os.Exit(255)): this writes the line and returns that code. */
  fatal: (place: string, text: string): number => {
    writeError(glogLine('F', place, text));
    return 255;
  },
};
