import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { systemReason } from '../diagnostics/system-reason.ts';
import type { SourceText } from '../source/types.ts';
import type { Terminal } from './terminal.ts';
import { didYouMean, UsageError } from './usage-error.ts';

/** A specification and the folder that the paths in it are relative to. */
export interface Spec {
  readonly source: SourceText;
  readonly folder: string;
}

/** Reads the file that SPEC names; `-` is the standard input. */
export async function readSpec(spec: string, terminal: Terminal): Promise<Spec> {
  if (spec === '-') {
    return { source: { path: '<stdin>', bytes: await terminal.stdin() }, folder: terminal.cwd };
  }
  if (spec === '')
    throw new UsageError('SPEC is empty', 'give the path of a specification, or - for the standard input');
  const file = resolve(terminal.cwd, spec);
  try {
    if ((await stat(file)).isDirectory()) throw await folderError(spec, file);
    return { source: { path: spec, bytes: await readFile(file) }, folder: dirname(file) };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    if (error.code === 'ENOENT') throw await missingError(spec, file);
    throw new UsageError(`cannot read ${spec}: ${systemReason(error)}`);
  }
}

async function folderError(spec: string, folder: string): Promise<UsageError> {
  const found = (await jsonFiles(folder)).filter((name) => name !== 'cluster.schema.json');
  const [only] = found;
  const file = found.includes('cluster.json') ? 'cluster.json' : found.length === 1 ? only : undefined;
  const hint = file === undefined ? 'give a file; kubebale init writes one' : `did you mean ${join(spec, file)}?`;
  return new UsageError(`${spec} is a folder, not a specification`, hint);
}

async function missingError(spec: string, file: string): Promise<UsageError> {
  const near = didYouMean(basename(file), await jsonFiles(dirname(file)));
  const hint = near?.replace(/mean (.*)\?$/, (_, name: string) => `mean ${join(dirname(spec), name)}?`);
  return new UsageError(`there is no file ${spec}`, hint ?? 'kubebale init writes a specification to start from');
}

async function jsonFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).toSorted();
}
