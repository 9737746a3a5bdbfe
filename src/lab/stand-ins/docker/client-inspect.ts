import { writeError } from '../log.ts';
import { type Subcommand, say } from './client-context.ts';
import { clientLine, needWords } from './client-flags.ts';
import { ClientFailure } from './client-http.ts';
import { fillTemplate } from './go-template.ts';

/** docker inspect [-f TEMPLATE] [--type=image|container] NAME... */
export const inspect: Subcommand = async (argv, { daemon, facts }) => {
  const how = { command: 'docker inspect', pflag: facts.pflagClient };
  const line = clientLine(
    argv,
    [
      ['format f', 'value'],
      ['type', 'value'],
      ['size s', 'nothing'],
    ],
    how,
  );
  needWords(line, 1, Number.POSITIVE_INFINITY, how);
  const format = line.values.get('format')?.at(-1) ?? '';
  const type = line.values.get('type')?.at(-1) ?? '';
  if (!['', 'image', 'container'].includes(type)) {
    throw new ClientFailure(`"${type}" is not a valid value for --type`);
  }
  const missing = (name: string): string => {
    if (type !== '') return `Error: No such ${type}: ${name}`;
    return facts.pflagClient ? `Error: No such object: ${name}` : `Error: No such image or container: ${name}`;
  };
  const kinds = type === '' ? ['containers', 'images'] : [`${type}s`];

  async function find(name: string): Promise<unknown> {
    for (const kind of kinds) {
      try {
        return await daemon.json(`/${kind}/${name}/json`);
      } catch (error) {
        if (!(error instanceof ClientFailure) || error.status !== 404) throw error;
      }
    }
    throw new ClientFailure(missing(name), 404);
  }

  const found: unknown[] = [];
  let failure: string | undefined;
  for (const name of line.words) {
    try {
      found.push(await find(name));
    } catch (error) {
      if (!(error instanceof ClientFailure)) throw error;
      failure = error.message;
      break;
    }
  }
  try {
    // What was found is shown before what was not is said; with a template, an empty line when nothing was.
    if (format === '') say(JSON.stringify(found, undefined, 4));
    else say(found.map((one) => fillTemplate(format, one)).join('\n'));
  } catch (error) {
    writeError(`${error instanceof Error ? error.message : String(error)}\n`);
    return 64;
  }
  if (failure === undefined) return 0;
  writeError(`${failure}\n`);
  return 1;
};
