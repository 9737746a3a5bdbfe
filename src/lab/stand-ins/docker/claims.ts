import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { record, text } from '../../../images/json.ts';
import { readJson, writeJson } from './json-file.ts';
import { knownProcess, stillRuns } from './processes.ts';

/**
 * Writes the daemon's pid file (pkg/pidfile/pidfile.go): a number of a process that lives is respected, whatever
 * process that is. Out: the refusal, or undefined.
 */
export function claimPidFile(file: string): string | undefined {
  if (file === '') return undefined;
  if (existsSync(file)) {
    const number = readFileSync(file, 'utf8').trim();
    if (/^[0-9]+$/.test(number) && existsSync(`/proc/${number}`)) {
      return `pid file found, ensure docker is not running or delete ${file}`;
    }
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, String(process.pid));
  return undefined;
}

/** Takes the pid file away. */
export function releasePidFile(file: string): void {
  if (file !== '') rmSync(file, { force: true });
}

/**
 * Claims a folder of images: the real daemon holds a lock on volumes/metadata.db in it, which ends with the process.
 * Out: whether it was free.
 */
export function claimGraph(graph: string): boolean {
  const file = join(graph, 'volumes', 'metadata.db');
  const holder = record(readJson(file));
  const pid = Number(holder?.pid);
  const started = text(holder?.started) ?? '';
  const boot = text(holder?.boot) ?? '';
  if (pid > 0 && pid !== process.pid && stillRuns({ pid, started, boot })) return false;
  writeJson(file, knownProcess(process.pid));
  return true;
}
