import { parseSums } from '../bundle/sha256-sums.ts';
import type { Defects } from './defects.ts';

/** A file as MANIFEST.json lists it. */
export interface ListedFile {
  readonly mode: string;
  readonly size: number;
  readonly sha256: string;
}

/** What MANIFEST.json says; what is not understood is left out, with a defect. */
export interface Manifest {
  readonly cluster: string | undefined;
  readonly host: string | undefined;
  readonly files: ReadonlyMap<string, ListedFile>;
}

/** MANIFEST.json of a bundle; KB4412 and undefined when it is missing or cannot be used. */
export function readManifest(bytes: Buffer | undefined, defects: Defects): Manifest | undefined {
  if (!bytes) return unusable(defects, 'MANIFEST.json', 'is missing, or larger than 16 MB');
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return unusable(defects, 'MANIFEST.json', 'is not JSON');
  }
  const list = property(value, 'files');
  if (!Array.isArray(list)) return unusable(defects, 'MANIFEST.json', 'has no list of files');
  const files = new Map<string, ListedFile>();
  for (const [index, item] of list.entries()) {
    const path = property(item, 'path');
    const file = listedFile(item);
    const where = `files[${index}]`;
    if (typeof path !== 'string' || !file)
      unusable(defects, 'MANIFEST.json', `${where} lacks path, mode, size or sha256`);
    else if (files.has(path)) unusable(defects, 'MANIFEST.json', `lists ${path} twice`);
    else files.set(path, file);
  }
  return { cluster: text(property(value, 'cluster')), host: text(property(property(value, 'host'), 'name')), files };
}

/** SHA256SUMS of a bundle, by path; KB4412 and undefined when it is missing, KB4412 for the first line that is none. */
export function readSums(bytes: Buffer | undefined, defects: Defects): ReadonlyMap<string, string> | undefined {
  if (!bytes) return unusable(defects, 'SHA256SUMS', 'is missing, or larger than 16 MB');
  const { sums, wrongLine } = parseSums(bytes.toString('utf8'));
  if (wrongLine !== undefined) unusable(defects, 'SHA256SUMS', `line ${wrongLine} is no hash and name`);
  return sums;
}

function unusable(defects: Defects, list: string, what: string): undefined {
  defects.add('KB4412', `${list}: ${what}`);
}

function listedFile(item: unknown): ListedFile | undefined {
  const [mode, size, sha256] = [property(item, 'mode'), property(item, 'size'), property(item, 'sha256')];
  return typeof mode === 'string' && typeof size === 'number' && typeof sha256 === 'string'
    ? { mode, size, sha256 }
    : undefined;
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
