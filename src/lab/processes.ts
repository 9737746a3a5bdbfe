import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessId } from './types.ts';

/**
 * The process with this pid as it is now; undefined when there is none, or only a zombie.
 *
 * Source: proc(5), /proc/PID/stat. What counts comes after the last ")", for the name before it may hold anything.
 */
export function processOf(pid: number): ProcessId | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = 'X'] = fields;
  const start = fields[19];
  return start === undefined || 'ZXx'.includes(state) ? undefined : { pid, start };
}

/** Whether that very process runs. */
export function isRunning({ pid, start }: ProcessId): boolean {
  return processOf(pid)?.start === start;
}

/** Kill processes, and wait until they are gone: with a host's first process the kernel ends all that run on it. */
export async function killAll(processes: readonly ProcessId[]): Promise<void> {
  for (const one of processes) {
    if (!isRunning(one)) continue;
    try {
      process.kill(one.pid, 'SIGKILL');
    } catch (error) {
      // It ended in between.
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'ESRCH') throw error;
    }
  }
  for (let tries = 0; processes.some(isRunning); tries++) {
    if (tries === 1000) throw new Error(`processes do not end: ${processes.map(({ pid }) => pid).join(', ')}`);
    await sleep(10);
  }
}
