import type { Code } from './catalogue.ts';

/** A place in the source text. Lines and columns count from 1, columns in UTF-16 units; `offset` counts from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A stretch of the source text; `end` is the position just after its last character. */
export interface Span {
  readonly start: Position;
  readonly end: Position;
}

export type Severity = 'error' | 'warning';

/** Another place that belongs to the same finding, such as the first of two equal names. */
export interface Related {
  readonly message: string;
  readonly pointer: string;
  readonly span?: Span | undefined;
}

/** One finding: what is wrong, where it stands, and what to do about it. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  /** One sentence, with the offending value in it. */
  readonly message: string;
  /** JSON pointer (RFC 6901) of the value in the specification; '' is the whole document. */
  readonly pointer: string;
  readonly span?: Span | undefined;
  /** What to type instead. */
  readonly hint?: string | undefined;
  readonly related?: readonly Related[] | undefined;
}
