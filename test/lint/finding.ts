/** What a lint of shell text found. */
export interface Finding {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** The tool's or the lint's own name of the rule. */
  readonly rule: string;
  readonly message: string;
}

/** One line a finding, as compilers print them. */
export function printFindings(findings: readonly Finding[]): string {
  return findings.map((one) => `${one.file}:${one.line}: ${one.rule}: ${one.message}`).join('\n');
}
