import { writeFileSync } from 'node:fs';

/**
 * Be called NAME in lists of processes. Unlike `process.title` this leaves the command line as it is, which is what
 * doctor.sh reads of a running unit.
 */
export function setProcessName(name: string): void {
  writeFileSync('/proc/self/comm', name);
}
