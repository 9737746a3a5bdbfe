import { readFileSync } from 'node:fs';
import { processOf } from '../../processes.ts';

/** A process that is known again after a reboot of the host too. */
export interface KnownProcess {
  readonly pid: number;
  /** Start time as /proc has it. */
  readonly started: string;
  readonly boot: string;
}

/** The process as it can be found again later; undefined when there is none, or only a zombie. */
export function knownProcess(pid: number): KnownProcess | undefined {
  const own = processOf(pid);
  return own && { pid, started: own.start, boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() };
}

/** Whether that very process still runs. */
export function stillRuns(process: KnownProcess): boolean {
  const now = knownProcess(process.pid);
  return now?.started === process.started && now.boot === process.boot;
}

/** Sends a signal; a process that is gone is overlooked. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}
