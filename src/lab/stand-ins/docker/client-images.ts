import { createReadStream } from 'node:fs';
import { record, text, texts } from '../../../images/json.ts';
import { type ClientContext, clientStyle, type Subcommand, say, table } from './client-context.ts';
import { clientLine, needWords } from './client-flags.ts';
import { ClientFailure } from './client-http.ts';
import { parsedName, showProgress } from './client-transfer.ts';
import { humanDuration } from './container-details.ts';
import { fillTemplate } from './go-template.ts';
import { bodyOf } from './registry-connection.ts';

/** docker images [-q] [-a] [--no-trunc] [--format T] [NAME] */
export const images: Subcommand = async (argv, context) => {
  const how = clientStyle('images', context);
  const flags = [
    ['quiet q', 'nothing'],
    ['all a', 'nothing'],
    ['no-trunc', 'nothing'],
    ['format', 'value'],
  ] as const;
  const line = clientLine(argv, flags, how);
  needWords(line, 0, 1, how);
  const [name] = line.words;
  const answer = await context.daemon.json('/images/json', {
    query: name === undefined ? {} : filterOf(name, context),
  });
  const full = line.values.has('no-trunc');
  const rows = (Array.isArray(answer) ? answer : []).flatMap((item) => {
    const image = record(item);
    const id = text(image?.Id) ?? '';
    const created = Number(image?.Created) * 1000;
    return (texts(image?.RepoTags) ?? ['<none>:<none>']).map((repoTag) => {
      const colon = repoTag.lastIndexOf(':');
      return {
        Repository: repoTag.slice(0, colon),
        Tag: repoTag.slice(colon + 1),
        ID: full ? id : id.replace(/^sha256:/, '').slice(0, 12),
        CreatedSince: `${humanDuration(Date.now() - created)} ago`,
        Size: humanSize(Number(image?.Size)),
      };
    });
  });
  const format = line.values.get('format')?.at(-1);
  if (line.values.has('quiet')) for (const { ID } of rows) say(ID);
  else if (format !== undefined) for (const row of rows) say(fillTemplate(format, row));
  else {
    const cells = rows.map((row) => [row.Repository, row.Tag, row.ID, row.CreatedSince, row.Size]);
    table([['REPOSITORY', 'TAG', 'IMAGE ID', 'CREATED', 'SIZE'], ...cells]);
  }
  return 0;
};

function filterOf(name: string, { facts }: ClientContext): Record<string, string> {
  return facts.pflagClient ? { filters: JSON.stringify({ reference: [name] }) } : { filter: name };
}

/** docker/go-units: thousands, four digits. */
function humanSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(4))} ${units[power]}`;
}

/** docker load [-i FILE] [-q] */
export const load: Subcommand = async (argv, context) => {
  const how = clientStyle('load', context);
  const line = clientLine(
    argv,
    [
      ['input i', 'value'],
      ['quiet q', 'nothing'],
    ],
    how,
  );
  needWords(line, 0, 0, how);
  const file = line.values.get('input')?.at(-1);
  const stream = file === undefined ? process.stdin : createReadStream(file);
  if (file !== undefined) await opened(file, stream);
  const answer = await context.daemon.open('/images/load', { method: 'POST', query: { quiet: '1' }, stream });
  await showProgress(answer);
  return 0;
};

function opened(file: string, stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EACCES' ? 'permission denied' : 'no such file or directory';
      reject(new ClientFailure(`open ${file}: ${why}`));
    });
  });
}

/** docker tag [-f] IMAGE NAME; -f is gone with 1.12. */
export const tag: Subcommand = async (argv, context) => {
  const how = clientStyle('tag', context);
  const force = ['1.22', '1.23'].includes(context.facts.api);
  const line = clientLine(argv, force ? [['force f', 'nothing']] : [], how);
  needWords(line, 2, 2, how);
  const [source = '', target = ''] = line.words;
  const { shown, tag: name } = parsedName(target);
  const query = { repo: shown, tag: name ?? '', ...(line.values.has('force') && { force: '1' }) };
  await context.daemon.open(`/images/${source}/tag`, { method: 'POST', query }).then(bodyOf);
  return 0;
};

/** docker rmi [-f] [--no-prune] IMAGE... */
export const rmi: Subcommand = async (argv, context) => {
  const how = clientStyle('rmi', context);
  const line = clientLine(
    argv,
    [
      ['force f', 'nothing'],
      ['no-prune', 'nothing'],
    ],
    how,
  );
  needWords(line, 1, Number.POSITIVE_INFINITY, how);
  const failures: string[] = [];
  for (const name of line.words) {
    const query = line.values.has('force') ? { force: '1' } : {};
    try {
      const done = await context.daemon.json(`/images/${name}`, { method: 'DELETE', query });
      for (const item of Array.isArray(done) ? done : []) {
        for (const [what, one] of Object.entries(record(item) ?? {})) say(`${what}: ${one}`);
      }
    } catch (error) {
      if (!(error instanceof ClientFailure) || error.status === undefined) throw error;
      failures.push(error.message);
    }
  }
  if (failures.length > 0) throw new ClientFailure(failures.join('\n'));
  return 0;
};
