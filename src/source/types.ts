import type { Locate } from '../diagnostics/collector.ts';

/** A specification as it was read: `path` is what messages call it. */
export interface SourceText {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A parsed JSON document that knows where each of its values stands. */
export interface JsonDocument {
  readonly path: string;
  readonly text: string;
  readonly value: unknown;
  /** The span of a pointer, or of its nearest parent that stands in the text. */
  readonly locate: Locate;
}
