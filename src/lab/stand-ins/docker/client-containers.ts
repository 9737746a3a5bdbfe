import { record, text, texts } from '../../../images/json.ts';
import { clientStyle, type Subcommand, say, table } from './client-context.ts';
import { clientLine, needWords } from './client-flags.ts';
import { ClientFailure } from './client-http.ts';
import { pullImage } from './client-transfer.ts';
import { humanDuration } from './container-details.ts';
import { fillTemplate } from './go-template.ts';
import { bodyOf } from './registry-connection.ts';

/** docker ps [-a] [-q] [--no-trunc] [--format T] */
export const ps: Subcommand = async (argv, context) => {
  const how = clientStyle('ps', context);
  const flags = [
    ['all a', 'nothing'],
    ['quiet q', 'nothing'],
    ['no-trunc', 'nothing'],
    ['format', 'value'],
    ['filter f', 'value'],
  ] as const;
  const line = clientLine(argv, flags, how);
  needWords(line, 0, 0, how);
  const query = { ...(line.values.has('all') && { all: '1' }), ...filters(line.values.get('filter') ?? []) };
  const answer = await context.daemon.json('/containers/json', { query });
  const full = line.values.has('no-trunc');
  const rows = (Array.isArray(answer) ? answer : []).map((item) => {
    const container = record(item);
    const id = text(container?.Id) ?? '';
    const command = text(container?.Command) ?? '';
    return {
      ID: full ? id : id.slice(0, 12),
      Image: text(container?.Image) ?? '',
      Command: `"${full || command.length <= 20 ? command : `${command.slice(0, 17)}...`}"`,
      RunningFor: `${humanDuration(Date.now() - Number(container?.Created) * 1000)} ago`,
      Status: text(container?.Status) ?? '',
      Ports: '',
      Names: (texts(container?.Names) ?? []).map((name) => name.replace(/^\//, '')).join(','),
    };
  });
  const format = line.values.get('format')?.at(-1);
  if (line.values.has('quiet')) for (const { ID } of rows) say(ID);
  else if (format !== undefined) for (const row of rows) say(fillTemplate(format, row));
  else {
    const heads = ['CONTAINER ID', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS', 'PORTS', 'NAMES'];
    table([heads, ...rows.map((row) => Object.values(row))]);
  }
  return 0;
};

function filters(given: readonly string[]): Record<string, string> {
  if (given.length === 0) return {};
  const pairs = given.map((one) => [one.replace(/=.*$/s, ''), [one.replace(/^[^=]*=/s, '')]]);
  return { filters: JSON.stringify(Object.fromEntries(pairs)) };
}

const runFlags = [
  ['detach d', 'nothing'],
  ['name', 'value'],
  ['env e', 'value'],
  ['label l', 'value'],
  ['net network', 'value'],
  ['entrypoint', 'value'],
  ['workdir w', 'value'],
] as const;

/** docker run -d [--name N] [-e K=V] [-l K=V] [--net M] [--entrypoint P] IMAGE [WORD...] */
export const run: Subcommand = async (argv, context) => {
  const how = { ...clientStyle('run', context), untilFirstWord: true };
  const line = clientLine(argv, runFlags, how);
  needWords(line, 1, Number.POSITIVE_INFINITY, how);
  const [image = '', ...words] = line.words;
  const last = (name: string): string | undefined => line.values.get(name)?.at(-1);
  if (!line.values.has('detach')) throw new ClientFailure('docker: stand-in: docker run is there with -d only');
  const labels = Object.fromEntries(
    (line.values.get('label') ?? []).map((one) => [one.replace(/=.*$/s, ''), one.replace(/^[^=]*=?/s, '')]),
  );
  const entrypoint = last('entrypoint');
  const json = {
    Image: image,
    Env: line.values.get('env') ?? [],
    Labels: labels,
    ...(words.length > 0 && { Cmd: words }),
    ...(entrypoint !== undefined && { Entrypoint: [entrypoint] }),
    WorkingDir: last('workdir') ?? '',
    HostConfig: { NetworkMode: last('net') ?? 'default' },
  };
  const name = last('name');
  const query = name === undefined ? {} : { name };
  const create = () => context.daemon.json('/containers/create', { method: 'POST', query, json });
  try {
    const created = await create().catch(async (error: unknown) => {
      if (!(error instanceof ClientFailure) || error.status !== 404) throw error;
      process.stderr.write(`Unable to find image '${image}' locally\n`);
      await pullImage(image, context);
      return create();
    });
    const id = text(record(created)?.Id) ?? '';
    say(id);
    await context.daemon.open(`/containers/${id}/start`, { method: 'POST' }).then(bodyOf);
    return 0;
  } catch (error) {
    if (!(error instanceof ClientFailure)) throw error;
    process.stderr.write(`docker: ${error.message}.\nSee 'docker run --help'.\n`);
    // api/client/run.go: 127 for a command that is not there.
    return /Container command .* not found or does not exist/.test(error.message) ? 127 : 125;
  }
};

/** A subcommand that does one thing to each container that is named. */
function each(
  command: string,
  flags: readonly (readonly [string, 'value' | 'nothing'])[],
  ask: (value: (name: string) => string | undefined) => readonly ['POST' | 'DELETE', string, Record<string, string>],
): Subcommand {
  return async (argv, context) => {
    const how = clientStyle(command, context);
    const line = clientLine(argv, flags, how);
    needWords(line, 1, Number.POSITIVE_INFINITY, how);
    const [method, ending, query] = ask((name) => line.values.get(name)?.at(-1));
    const failures: string[] = [];
    for (const name of line.words) {
      try {
        await context.daemon.open(`/containers/${name}${ending}`, { method, query }).then(bodyOf);
        say(name);
      } catch (error) {
        if (!(error instanceof ClientFailure) || error.status === undefined) throw error;
        failures.push(error.message);
      }
    }
    if (failures.length > 0) throw new ClientFailure(failures.join('\n'));
    return 0;
  };
}

/** docker start, stop [-t S], kill [-s SIGNAL], rm [-f] [-v]: CONTAINER... */
export const start = each('start', [], () => ['POST', '/start', {}]);
export const stop = each('stop', [['time t', 'value']], (value) => ['POST', '/stop', { t: value('time') ?? '10' }]);
export const kill = each('kill', [['signal s', 'value']], (value) => [
  'POST',
  '/kill',
  { signal: value('signal') ?? 'KILL' },
]);
export const rm = each(
  'rm',
  [
    ['force f', 'nothing'],
    ['volumes v', 'nothing'],
  ],
  (value) => ['DELETE', '', value('force') === undefined ? {} : { force: '1' }],
);
