import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UnitPlan } from '../../src/plan/types.ts';
import { validSpec } from '../support/arbitrary-spec.ts';
import { compileValue, textsOf } from '../support/specs.ts';
import { layOut, printedArgv, scratch } from '../support/unpack.ts';

/** The words that a unit's plan has, with the host's values as `printedArgv` fills them in. */
function planned(unit: UnitPlan): string[] {
  const { subcommand, flags } = unit.command;
  const words = flags.flatMap((flag) =>
    flag.words.map((word) => word.map((piece) => (typeof piece === 'string' ? piece : `@${piece.fromHost}@`)).join('')),
  );
  return [...subcommand, ...words];
}

describe('random specifications', () => {
  it('500 of them compile, and bash accepts every script', () => {
    const scripts = new Set<string>();
    fc.assert(
      fc.property(validSpec, (spec) => {
        const result = compileValue(spec);
        expect(result.diagnostics.list().filter((d) => d.severity === 'error')).toEqual([]);
        for (const bundle of result.bundles)
          for (const [path, text] of textsOf(bundle)) if (path.endsWith('.sh')) scripts.add(text);
      }),
      { numRuns: 500 },
    );
    expect(scripts.size).toBeGreaterThan(500);
    const folder = scratch('random');
    const files = [...scripts].map((text, index) => {
      writeFileSync(join(folder, `${index}.sh`), text);
      return `${index}.sh`;
    });
    writeFileSync(join(folder, 'list'), files.join('\n'));
    const bash = process.env.KUBEBALE_BASH ?? 'bash';
    // 25 at a time, one behind the other, for starting bash is what takes the time; a quote that one leaves open is an
    // error in those behind it.
    const check = `xargs -a list -n 25 -P 2 sh -c 'cat -- "$@" | ${bash} -n' sh`;
    execFileSync('sh', ['-c', check], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  }, 900_000);

  it('give scripts whose --print is the plan, word for word', () => {
    fc.assert(
      fc.property(validSpec, (spec) => {
        const result = compileValue(spec);
        const [bundle] = result.bundles;
        const host = result.plan?.hosts[0];
        if (!bundle || !host) throw new Error(JSON.stringify(result.diagnostics.list()));
        const root = layOut(bundle, scratch('print'));
        for (const unit of host.units) expect(printedArgv(root, unit.start).slice(1)).toEqual(planned(unit));
      }),
      { numRuns: 40 },
    );
  }, 900_000);
});
