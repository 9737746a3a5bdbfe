import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lineOf, readLines } from './log-lines.ts';
import type { SavedMachine } from './machine.ts';
import { replaceFile } from './replace-file.ts';

/** The state after an entry. */
export interface Snapshot {
  readonly index: number;
  readonly term: number;
  readonly machine: SavedMachine;
}

/** So many files are kept. */
const kept = 2;

/** Writes a snapshot into the folder, and removes older ones. It is on the disk when this returns. */
export function writeSnapshot(folder: string, snapshot: Snapshot): void {
  replaceFile(join(folder, fileName(snapshot)), lineOf(snapshot));
  for (const old of snapshotFiles(folder).slice(kept)) rmSync(join(folder, old), { force: true });
}

/** The newest whole snapshot of a folder; undefined when there is none. */
export function readSnapshot(folder: string): Snapshot | undefined {
  for (const name of snapshotFiles(folder)) {
    const [value] = readLines(readFileSync(join(folder, name))).values;
    if (isSnapshot(value)) return value;
  }
  return undefined;
}

/** As the real one names them: term and index, 16 hexadecimal digits each (snap/snapshotter.go). */
function fileName(snapshot: Snapshot): string {
  const digits = (value: number): string => value.toString(16).padStart(16, '0');
  return `${digits(snapshot.term)}-${digits(snapshot.index)}.snap`;
}

/** The newest first. */
function snapshotFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.snap'));
  const index = (name: string): string => name.slice(17);
  return names.toSorted((a, b) => (index(a) < index(b) ? 1 : -1));
}

function isSnapshot(value: unknown): value is Snapshot {
  return typeof value === 'object' && value !== null && 'machine' in value;
}
