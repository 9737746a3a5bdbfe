import type { Code } from '../diagnostics/catalogue.ts';

/** A file from outside, or a copy of one, that is not what it has to be. Becomes a finding with its code. */
export class ArtifactError extends Error {
  readonly code: Code;
  /** What to type or do about it. */
  readonly hint: string | undefined;

  constructor(code: Code, message: string, hint?: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ArtifactError';
    this.code = code;
    this.hint = hint;
  }
}
