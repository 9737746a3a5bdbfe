import { readFileSync } from 'node:fs';
import type { Architecture, Component } from '../model/types.ts';

/** An archive, or one program, that its authors published. */
export interface OfficialFile {
  readonly component: Component;
  readonly release: string;
  /** null: programs of several architectures are in it. */
  readonly architecture: Architecture | null;
  readonly file: string;
  /** When it is one program and no archive. */
  readonly program?: string;
  readonly url: string;
  /** null: no SHA-256 was published. */
  readonly sha256: string | null;
  /** Bytes. */
  readonly size?: number;
  /** Where hash and URL were found. */
  readonly source: string;
  readonly confidence: string;
}

/** An image that a stack's nodes use by default. */
interface OfficialImage {
  readonly ref: string;
  readonly digest: string;
  readonly source: string;
  readonly confidence: string;
}

interface OfficialFiles {
  readonly archives: readonly OfficialFile[];
  /** Where programs lie: `{release}`, `{architecture}` and `{program}` stand for themselves, `!` enters an archive. */
  readonly layouts: Readonly<Record<Component, readonly string[]>>;
  /** How a component's archives are called, for releases that are not listed. */
  readonly files: Readonly<Record<Component, readonly string[]>>;
  readonly images: readonly OfficialImage[];
}

/** Whether those who made the file, or image, published its SHA-256 themselves; others may have, where they did not. */
export function isPublishedByAuthors(sha256: string): boolean {
  const { archives, images } = officialFiles();
  return [
    ...archives.map((row) => ({ sha256: row.sha256, confidence: row.confidence })),
    ...images.map((row) => ({ sha256: row.digest.replace(/^sha256:/, ''), confidence: row.confidence })),
  ].some((row) => row.sha256 === sha256 && row.confidence.startsWith('official'));
}

let loaded: OfficialFiles | undefined;

/** The catalogue of official archives, read at its first use. In dist/ the data is still that of src/. */
export function officialFiles(): OfficialFiles {
  loaded ??= JSON.parse(readFileSync(new URL('../../src/artifacts/data/archives.json', import.meta.url), 'utf8'));
  if (!loaded) throw new Error('archives.json holds nothing');
  return loaded;
}
