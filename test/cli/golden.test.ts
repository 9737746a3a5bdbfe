import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/diagnostics/wrap.ts';
import { ran } from './fake-terminal.ts';
import { type GoldenCase, goldenCases } from './golden-cases.ts';

/** `UPDATE_GOLDENS=1 npx vitest run test/cli/golden.test.ts` writes them anew; look at the difference then. */
const update = process.env.UPDATE_GOLDENS === '1';
const folder = new URL('../golden/cli/', import.meta.url);

/** Everything that a person would see, with what changes from release to release taken out. */
async function transcript({ args, spec, env }: GoldenCase): Promise<string> {
  const cwd = mkdtempSync(join(tmpdir(), 'kubebale-golden-'));
  try {
    if (spec !== undefined) writeFileSync(join(cwd, 'cluster.json'), spec);
    const { code, out, err } = await ran(args, { cwd, env: { KUBEBALE_CACHE: join(cwd, 'cache'), ...env } });
    const command = `$ ${['kubebale', ...args].join(' ')}\n`;
    const text = `${command}--- stdout\n${out}--- stderr\n${err}--- exit code ${code}\n`;
    return text.replaceAll(cwd, '/work-folder').replace(/\b[0-9.]+ [KM]B\b/g, 'N KB');
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

describe('what the command line prints', () => {
  it.each(goldenCases)('$name is as its golden says', async (golden) => {
    const text = await transcript(golden);
    const file = new URL(`${golden.name}.txt`, folder);
    if (update) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  it('has a golden for each case, and a case for each golden', () => {
    expect(readdirSync(folder).toSorted()).toEqual(goldenCases.map(({ name }) => `${name}.txt`).toSorted());
  });

  // In a dry run URLs stand whole, to be copied.
  const forMachines = ['check-json', 'check-github', 'check-colours', 'fetch-dry-run'];
  it.each(goldenCases.filter(({ name }) => !forMachines.includes(name)))('$name fits 80 columns', async (golden) => {
    const text = await transcript(golden);
    for (const line of text.split('\n'))
      if (!line.startsWith('$ ')) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
  });
});
