/** Why a text is no JSON: offsets of the place, what to do, and another place that belongs to it. */
export interface SyntaxProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly hint?: string;
  readonly related?: { readonly message: string; readonly start: number; readonly end: number };
}

/** What may stand at a place: `end` is the closing bracket of the innermost open one. */
export type Expected = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end' | 'nothing';

/** A bracket that is open. */
export interface Opener {
  readonly bracket: '{' | '[';
  readonly offset: number;
}

/** The place where the scan stopped, and what it knew there. */
export interface Stop {
  readonly text: string;
  readonly at: number;
  readonly expected: Expected;
  readonly open: readonly Opener[];
  /** The token before; undefined at the beginning. */
  readonly previous: { readonly start: number; readonly end: number } | undefined;
  /** A bracket that by the indentation of its closing one seems to lack its own. */
  readonly suspect: Opener | undefined;
}
