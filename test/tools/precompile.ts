// What the command line would otherwise compile in every run, compiled when it is built: a plugin of vite.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import Handlebars from 'handlebars';
import type { Plugin } from 'vite';
import { templateOptions } from '../../src/render/template-options.ts';
import { validatorOptions } from '../../src/spec/schema-validator-options.ts';

const project = new URL('../../', import.meta.url);

/** The modules that are replaced, by their paths in the project, and what stands in their place. */
const replacements: Readonly<Record<string, () => string>> = {
  'src/spec/schema-validator.ts': validatorModule,
  'src/render/compiled-templates.ts': templatesModule,
};

/** Put the precompiled modules in the place of those that compile at run time; an error when one of them has moved. */
export function precompiled(): Plugin {
  const missing = new Map(
    Object.entries(replacements).map(([path, text]) => [fileURLToPath(new URL(path, project)), text]),
  );
  return {
    name: 'precompiled',
    load: (id) => {
      const text = missing.get(id);
      missing.delete(id);
      return text && { code: text(), moduleType: 'js' };
    },
    buildEnd(error) {
      if (!error && missing.size > 0) this.error(`no module is at ${[...missing.keys()].join(', ')}`);
    },
  };
}

/** JavaScript in the place of src/spec/schema-validator.ts: what ajv makes of the schema. It asks for `require`. */
export function validatorModule(): string {
  const schema = JSON.parse(readFileSync(new URL('schema/v1/cluster.schema.json', project), 'utf8'));
  const ajv = new Ajv2020({ ...validatorOptions, code: { source: true, esm: true } });
  return `${standalone.default(ajv, ajv.compile(schema))}\nexport const schemaValidator = () => validate;\n`;
}

/** JavaScript in the place of src/render/compiled-templates.ts: what Handlebars makes of the templates; the same. */
export function templatesModule(): string {
  const root = new URL('templates/', project);
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.hbs'));
  const compiled = names.toSorted().map((name) => {
    const code = Handlebars.precompile(readFileSync(new URL(name, root), 'utf8'), templateOptions);
    return `${JSON.stringify(name.replace(/\.hbs$/, ''))}: environment.template(${code}),\n`;
  });
  return `const environment = require('handlebars/runtime.js').create();
const templates = {
${compiled.join('')}};
for (const [name, template] of Object.entries(templates))
  if (name.startsWith('partials/')) environment.registerPartial(name.slice('partials/'.length), template);
export const compiledTemplates = () => (name) => templates[name];
`;
}
