import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledTemplates } from './compiled-templates.ts';
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
  const template = compiledTemplates(root);
  return {
    render: (name, data) => template(name)(templateValue(data)),
    libraries: new Map(filesIn('lib').map((path) => [path, readFileSync(join(root, path), 'utf8')])),
  };
}

/** All files under a folder of templates/, as sorted paths from there. */
function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .toSorted();
}
