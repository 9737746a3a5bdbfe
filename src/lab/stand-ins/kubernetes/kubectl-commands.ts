import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ask } from '../http-client.ts';
import { writeOutput } from '../log.ts';
import { type ApiClient, baseOf } from './api-client.ts';
import { ApiError } from './api-status.ts';
import { field, isObject, type JsonObject, objects, parseJson, put, text } from './json.ts';
import type { KubectlOptions } from './kubectl-options.ts';
import { jsonText, kindNamed, table } from './kubectl-print.ts';
import { isChosen } from './replication.ts';

/** A command: what it cannot do it says by throwing an Error, whose text follows "error: ". */
export type Command = (api: ApiClient, options: KubectlOptions, release: string) => Promise<void>;

/** What is not of a namespace. */
const global = new Set(['nodes', 'namespaces', 'componentstatuses']);

function folder(kind: string, options: KubectlOptions): string {
  return global.has(kind) || options.on('all-namespaces') ? kind : `namespaces/${options.namespace}/${kind}`;
}

function requireKind(word: string | undefined): string {
  if (word === undefined) throw new Error('You must specify the type of resource.');
  const kind = kindNamed(word);
  if (kind === undefined) throw new Error(`the server doesn't have a resource type "${word}"`);
  return kind;
}

/** get KIND[,KIND] [NAME...] or KIND/NAME */
export const get: Command = async (api, options) => {
  const [kinds = '', ...given] = options.words.slice(1);
  const [first = '', slashed] = kinds.split('/');
  const names = slashed === undefined ? given : [slashed];
  const found: string[] = [];
  for (const word of first.split(',')) {
    const kind = requireKind(word || undefined);
    const all = names.length === 0 || kind === 'componentstatuses' ? await api.list(folder(kind, options)) : [];
    const items =
      all.length > 0 ? all : await Promise.all(names.map((name) => api.get(`${folder(kind, options)}/${name}`)));
    const wanted = items.filter((item) => names.length === 0 || names.includes(text(item, 'metadata', 'name')));
    if (options.output === 'json') found.push(jsonText(wanted, names.length === 1));
    else if (options.output === 'name')
      found.push(wanted.map((item) => `${kind}/${text(item, 'metadata', 'name')}\n`).join(''));
    else {
      const settings = {
        wide: options.output === 'wide',
        namespaces: options.on('all-namespaces') && !global.has(kind),
      };
      found.push(table(kind, wanted, settings));
    }
  }
  writeOutput(found.filter((one) => one !== '').join('\n'));
};

/** create -f FILE: JSON only, one object or a List. */
export const create: Command = async (api, options) => {
  for (const object of fromFile(options)) {
    const kind = requireKind(text(object, 'kind'));
    const where = { ...options, namespace: text(object, 'metadata', 'namespace') || options.namespace };
    const made = await api.create(folder(kind, where), object);
    writeOutput(`${text(object, 'kind').toLowerCase()} "${text(made, 'metadata', 'name')}" created\n`);
  }
};

/** delete KIND NAME..., delete KIND/NAME, delete -f FILE; a controller is scaled to nothing first. */
export const remove: Command = async (api, options) => {
  const [typed = '', ...given] = options.words.slice(1);
  const [word = '', slashed] = typed.split('/');
  const named =
    options.filename === ''
      ? (slashed === undefined ? given : [slashed]).map((name) => ({ kind: requireKind(word || undefined), name }))
      : fromFile(options).map((object) => ({
          kind: requireKind(text(object, 'kind')),
          name: text(object, 'metadata', 'name'),
        }));
  if (named.length === 0)
    throw new Error('resource(s) were provided, but no name, label selector, or --all flag specified');
  for (const { kind, name } of named) {
    const path = `${folder(kind, options)}/${name}`;
    if (kind === 'replicationcontrollers') await scaleTo(api, path, 0);
    await api.remove(path);
    writeOutput(`${kind.replace(/s$/, '')} "${name}" deleted\n`);
  }
};

/** scale rc NAME --replicas=N */
export const scale: Command = async (api, options) => {
  const [kind, name = ''] = options.words.slice(1).flatMap((word) => word.split('/'));
  if (options.replicas === undefined) throw new Error('--replicas=COUNT is required');
  await scaleTo(api, `${folder(requireKind(kind), options)}/${name}`, options.replicas);
  writeOutput(`replicationcontroller "${name}" scaled\n`);
};

/** version [--client] */
export const version: Command = async (_api, options, release) => {
  const [major = '', minor = ''] = release.split('.');
  const info = (one: unknown): string =>
    `version.Info{Major:"${text(one, 'major')}", Minor:"${text(one, 'minor')}", GitVersion:"${text(one, 'gitVersion')}"}`;
  writeOutput(`Client Version: ${info({ major, minor, gitVersion: `v${release}` })}\n`);
  if (options.on('client')) return;
  const answer = await ask(`${baseOf(options.server)}/version`);
  if (answer.status !== 200) throw new ApiError(answer.status, '', answer.text.trim());
  writeOutput(`Server Version: ${info(answer.json)}\n`);
};

/** As the reaper does: waits until the controller has no pods left, or as many as it should. */
async function scaleTo(api: ApiClient, path: string, replicas: number): Promise<void> {
  const controller = await api.get(path);
  const { metadata } = put(controller, ['metadata', 'resourceVersion'], undefined);
  await api.replace(path, { ...put(controller, ['spec', 'replicas'], replicas), metadata });
  for (let left = 30; left > 0; left--) {
    const all = await api.list('pods');
    if (all.filter((pod) => isChosen(controller, pod)).length === replicas) return;
    await pause(1000);
  }
  throw new Error('timed out waiting for the condition');
}

function fromFile(options: KubectlOptions): readonly JsonObject[] {
  if (options.filename === '') throw new Error('Must provide one of: [--filename, -f]');
  let source: string;
  try {
    source = readFileSync(options.filename === '-' ? 0 : options.filename, 'utf8');
  } catch {
    throw new Error(`the path "${options.filename}" does not exist`);
  }
  const read = parseJson(source);
  if (!isObject(read)) throw new Error(`unable to load "${options.filename}": only JSON is read here`);
  return Array.isArray(field(read, 'items')) ? objects(read, 'items') : [read];
}
