import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { record, text } from '../../../images/json.ts';
import { canonicalName } from '../../../images/reference.ts';
import { type ClientContext, clientStyle, type Subcommand, say } from './client-context.ts';
import { clientLine, needWords } from './client-flags.ts';
import { ClientFailure } from './client-http.ts';
import { type ImageName, imageName } from './names.ts';

/** The name of an image, or what the client says of one that is none. */
export function parsedName(name: string): ImageName {
  try {
    return imageName(name);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ClientFailure(`Error parsing reference: "${name}" is not a valid repository/tag: ${why}`);
  }
}

/** docker pull NAME */
export const pull: Subcommand = async (argv, context) => {
  const how = clientStyle('pull', context);
  const line = clientLine(
    argv,
    [
      ['all-tags a', 'nothing'],
      ['disable-content-trust', 'nothing'],
    ],
    how,
  );
  needWords(line, 1, 1, how);
  const [given = ''] = line.words;
  const { tag: name, digest } = parsedName(given);
  if (line.values.has('all-tags')) throw new ClientFailure('stand-in: docker pull -a is not among what it does');
  if (name === undefined && digest === undefined) say('Using default tag: latest');
  await pullImage(given, context);
  return 0;
};

/** What pull and run do. */
export async function pullImage(name: string, context: ClientContext): Promise<void> {
  const { shown, tag: given, digest } = parsedName(name);
  const query = { fromImage: shown, tag: digest === undefined ? (given ?? 'latest') : `sha256:${digest}` };
  const headers = { 'X-Registry-Auth': authOf(name, context) };
  await showProgress(await context.daemon.open('/images/create', { method: 'POST', query, headers }));
}

/** docker push NAME */
export const push: Subcommand = async (argv, context) => {
  const how = clientStyle('push', context);
  const line = clientLine(argv, [['disable-content-trust', 'nothing']], how);
  needWords(line, 1, 1, how);
  const [given = ''] = line.words;
  const { shown, tag: name, digest } = parsedName(given);
  if (digest !== undefined) throw new ClientFailure('cannot push a digest reference');
  const headers = { 'X-Registry-Auth': authOf(given, context) };
  const query = { tag: name ?? '' };
  await showProgress(await context.daemon.open(`/images/${shown}/push`, { method: 'POST', query, headers }));
  return 0;
};

/** config.json of --config: `{"auths":{"registry":{"auth":"base64 of user:password"}}}`. */
function authOf(name: string, { configFolder }: ClientContext): string {
  const registry = canonicalName(name).replace(/\/.*$/, '');
  let stored: unknown;
  try {
    stored = JSON.parse(readFileSync(join(configFolder, 'config.json'), 'utf8'));
  } catch {
    // Nobody has logged in.
  }
  const entry = record(record(record(stored)?.auths)?.[registry]);
  const [username = '', ...rest] = Buffer.from(text(entry?.auth) ?? '', 'base64')
    .toString('utf8')
    .split(':');
  const auth = username === '' ? {} : { username, password: rest.join(':'), serveraddress: registry };
  return Buffer.from(JSON.stringify(auth)).toString('base64url');
}

/** Prints lines of JSON as they come (pkg/jsonmessage, not on a terminal); a line with an error ends it. */
export async function showProgress(answer: IncomingMessage): Promise<void> {
  let rest = '';
  for await (const chunk of answer) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) showLine(line);
  }
  showLine(rest);
}

function showLine(line: string): void {
  if (line.trim() === '') return;
  const message = record(JSON.parse(line));
  const failure = text(message?.error);
  if (failure !== undefined) throw new ClientFailure(failure);
  const stream = text(message?.stream);
  const id = text(message?.id);
  say(stream?.trimEnd() ?? `${id === undefined ? '' : `${id}: `}${text(message?.status) ?? ''}`);
}
