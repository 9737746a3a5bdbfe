import { readFileSync } from 'node:fs';
import type { CatalogComponent } from '../release/types.ts';

/** How a program reads its command line: spf13/pflag, Go's own flag package, or docker's old fork of it. */
export type Parser = 'pflag' | 'goflag' | 'mflag';

/** One line of a catalogue file. A flag that changed has one line for each of its forms. */
export interface FlagRow {
  readonly names: readonly string[];
  readonly type: string;
  readonly default: string;
  readonly deprecated?: boolean;
  readonly bareMeans?: string;
  /** First catalogued release that has it in this form; absent: the first of the file. */
  readonly from?: string;
  /** Last catalogued release that has it in this form; absent: the last of the file. */
  readonly to?: string;
}

/** One file of the catalogue: a component's releases, oldest first, and all their flags. */
export interface CatalogFile {
  readonly component: CatalogComponent;
  readonly releases: Readonly<Record<string, { readonly parser: Parser; readonly source: string }>>;
  readonly flags: readonly FlagRow[];
}

const files = new Map<CatalogComponent, CatalogFile>();

/** The catalogue file of a component, read at its first use. In dist/ the data is still that of src/. */
export function catalogFile(component: CatalogComponent): CatalogFile {
  const known = files.get(component);
  if (known) return known;
  const url = new URL(`../../src/catalog/data/${component}.json`, import.meta.url);
  const file: CatalogFile = JSON.parse(readFileSync(url, 'utf8'));
  files.set(component, file);
  return file;
}

/** The catalogued releases of a component, oldest first. */
export function cataloguedReleases(component: CatalogComponent): readonly string[] {
  return Object.keys(catalogFile(component).releases);
}
