import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/compile.ts';
import type { compiledTemplates } from '../../src/render/compiled-templates.ts';
import { renderHost } from '../../src/render/render-host.ts';
import { templateValue } from '../../src/render/template-values.ts';
import { loadTemplates, type Templates } from '../../src/render/templates.ts';
import { schemaValidator } from '../../src/spec/schema-validator.ts';
import { guideText, host, minimal } from '../support/specs.ts';
import { scratch } from '../support/unpack.ts';
import { templatesModule, validatorModule } from '../tools/precompile.ts';

const project = new URL('../../', import.meta.url);
const schema = JSON.parse(readFileSync(new URL('schema/v1/cluster.schema.json', project), 'utf8'));

/** Load a module that the build puts in the place of another one. */
async function loaded<T>(text: string): Promise<T> {
  const file = join(scratch('precompiled'), 'module.mjs');
  const require = `import { createRequire } from 'node:module';\nconst require = createRequire(${JSON.stringify(project)});`;
  writeFileSync(file, `${require}\n${text}`);
  return await import(/* @vite-ignore */ pathToFileURL(file).href);
}

describe('the validator that is compiled when the command line is built', async () => {
  const built = await loaded<{ schemaValidator: typeof schemaValidator }>(validatorModule());
  const [precompiled, atRunTime] = [built.schemaValidator(schema), schemaValidator(schema)];

  function errors(value: unknown): number {
    expect(precompiled(value)).toBe(atRunTime(value));
    expect(precompiled.errors).toEqual(atRunTime.errors);
    return atRunTime.errors?.length ?? 0;
  }

  const folder = new URL('test/fixtures/diagnostics/', project);
  const wrong = readdirSync(folder).filter((name) => /^KB2.*\.json$/.test(name));

  it('finds the errors of all wrong specifications, in the same words', () => {
    const counts = wrong.map((name) => errors(JSON.parse(readFileSync(new URL(name, folder), 'utf8'))));
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(15);
  });

  it('finds nothing in what is right', () => {
    expect(errors(JSON.parse(guideText))).toBe(0);
  });

  it('takes anything as the other one does', () => {
    const place = fc.constantFrom(...Object.keys(schema.properties));
    fc.assert(
      fc.property(place, fc.jsonValue(), (key, value) => {
        errors(value);
        errors({ ...minimal(), [key]: value });
      }),
      { numRuns: 300 },
    );
  });
});

describe('the templates that are compiled when the command line is built', async () => {
  const built = await loaded<{ compiledTemplates: typeof compiledTemplates }>(templatesModule());
  const template = built.compiledTemplates('');
  const precompiled: Templates = {
    render: (name, data) => template(name)(templateValue(data)),
    libraries: new Map(),
  };

  it.each([
    ['the guide’s cluster', guideText],
    [
      'hosts with one role each',
      JSON.stringify(minimal({ hosts: [host(1, ['etcd']), host(2, ['master']), host(3, ['node'])] })),
    ],
  ])('print what the others print: %s', (_title, text) => {
    const { plan } = check({ path: 'cluster.json', bytes: Buffer.from(text) });
    if (!plan) throw new Error('no plan');
    for (const each of plan.hosts)
      expect(renderHost(plan, each, precompiled)).toEqual(renderHost(plan, each, loadTemplates()));
  });

  it('refuse a value that is missing, as the others do', () => {
    expect(() => loadTemplates().render('stop-unit.sh', {})).toThrow('not defined');
    expect(() => precompiled.render('stop-unit.sh', {})).toThrow('not defined');
  });
});
