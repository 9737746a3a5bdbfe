import { type Code, catalogue } from './catalogue.ts';
import type { Diagnostic, Severity, Span } from './types.ts';

/** Finds the span of a JSON pointer; `'key'` asks for the member name rather than its value. */
export type Locate = (pointer: string, part?: 'key' | 'value') => Span | undefined;

/** What a finding may carry beside its code, place and message. */
export interface Details {
  readonly hint?: string;
  /** Mark the member's name instead of its value, for unknown and superfluous keys. */
  readonly part?: 'key' | 'value';
  readonly related?: readonly { readonly message: string; readonly pointer: string }[];
}

/**
 * Gathers the findings of all stages. A stage adds by JSON pointer only; the collector turns pointers
 * into positions, so that no stage but `source` knows about text.
 */
export class Diagnostics {
  readonly #found: Diagnostic[] = [];
  readonly #locate: Locate;
  #accepted: ReadonlySet<string> = new Set();

  constructor(locate: Locate = () => undefined) {
    this.#locate = locate;
  }

  /** Leave out the warnings with these codes: the specification says that they are accepted. */
  accept(codes: readonly string[]): void {
    this.#accepted = new Set(codes);
  }

  /** Add a finding; its severity is the catalogue's. */
  add(code: Code, pointer: string, message: string, details: Details = {}): void {
    const span = this.#locate(pointer, details.part);
    this.push({
      code,
      severity: catalogue[code].severity,
      message,
      pointer,
      span,
      hint: details.hint,
      related: details.related?.map((r) => ({ ...r, span: this.#locate(r.pointer) })),
    });
  }

  /** Add a finding whose span is known already, as the parser's are. */
  push(diagnostic: Diagnostic): void {
    if (diagnostic.severity === 'warning' && this.#accepted.has(diagnostic.code)) return;
    this.#found.push(diagnostic);
  }

  get hasErrors(): boolean {
    return this.#found.some((d) => d.severity === 'error');
  }

  count(severity: Severity): number {
    return this.#found.filter((d) => d.severity === severity).length;
  }

  /** All findings in the order of the source text, errors before warnings at the same place. */
  list(): readonly Diagnostic[] {
    return this.#found.toSorted(
      (a, b) =>
        (a.span?.start.offset ?? 0) - (b.span?.start.offset ?? 0) ||
        a.severity.localeCompare(b.severity, 'en') ||
        a.code.localeCompare(b.code, 'en'),
    );
  }
}
