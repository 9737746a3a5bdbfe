import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import { type Data, templateValue } from './template-values.ts';

const root = fileURLToPath(new URL('../../templates/', import.meta.url));

/** The project's templates, compiled on first use. */
export interface Templates {
  /** Print a template, such as `etcd/start-etcd.sh`. */
  render(name: string, data: Readonly<Record<string, Data>>): string;
  /** The plain bash libraries: path in the bundle (`lib/…`) → text. */
  readonly libraries: ReadonlyMap<string, string>;
}

let loaded: Templates | undefined;

/** Read the templates that came with this kubebale, once. */
export function loadTemplates(): Templates {
  loaded ??= load();
  return loaded;
}

function load(): Templates {
  const environment = Handlebars.create();
  for (const file of walk('partials')) environment.registerPartial(nameOf(file, 'partials/'), read(file));
  const compiled = new Map<string, Handlebars.TemplateDelegate>();
  const options = { strict: true, knownHelpersOnly: true, preventIndent: true } as const;
  return {
    render(name, data) {
      const template = compiled.get(name) ?? environment.compile(read(`${name}.hbs`), options);
      compiled.set(name, template);
      return template(templateValue(data));
    },
    libraries: new Map(walk('lib').map((path) => [path, read(path)])),
  };
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** All files under a folder of templates/, as sorted paths from there. */
function walk(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .toSorted();
}

function nameOf(file: string, folder: string): string {
  return file.slice(folder.length).replace(/\.hbs$/, '');
}
