import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { templateOptions } from './template-options.ts';

/**
 * The templates of a folder by their names, such as `etcd/start-etcd.sh`, each compiled when it is asked for. In the
 * command line that is built this module is another one, in which all are compiled already (test/tools/precompile.ts).
 */
export function compiledTemplates(root: string): (name: string) => Handlebars.TemplateDelegate {
  const environment = Handlebars.create();
  for (const file of readdirSync(join(root, 'partials')))
    environment.registerPartial(file.replace(/\.hbs$/, ''), readFileSync(join(root, 'partials', file), 'utf8'));
  const compiled = new Map<string, Handlebars.TemplateDelegate>();
  return (name) => {
    const text = (): string => readFileSync(join(root, `${name}.hbs`), 'utf8');
    const template = compiled.get(name) ?? environment.compile(text(), templateOptions);
    compiled.set(name, template);
    return template;
  };
}
