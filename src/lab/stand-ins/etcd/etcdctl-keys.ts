import { readFileSync } from 'node:fs';
import type { HttpQuestion } from '../http-client.ts';
import { writeError, writeOutput } from '../log.ts';
import { type EtcdClient, exitCodes, failure, read } from './etcdctl-client.ts';
import type { EtcdctlLine } from './etcdctl-line.ts';

type Method = 'PUT' | 'POST' | 'DELETE' | 'GET';

/** Commands on keys (etcdctl/command/*_command.go). Out: the exit code. */
export async function keyCommand(client: EtcdClient, line: EtcdctlLine): Promise<number> {
  const { command, args, flags } = line;
  const form = new URLSearchParams();
  const pass = (flag: string, field: string, value = flags.get(flag)): void => {
    if (value !== undefined && value !== '' && value !== '0') form.set(field, value);
  };
  if (command !== 'ls' && args.length === 0) throw failure('key required', exitCodes.badArguments);
  const key = args[0] ?? '/';
  const format = line.global.get('output') ?? 'simple';
  pass('ttl', 'ttl');
  pass('quorum', 'quorum');
  pass('recursive', 'recursive');
  pass('sort', 'sorted');
  switch (command) {
    case 'ls': {
      const node = read(await exchange(client, 'GET', key, form), 'node');
      printList(node, flags.has('p'), true);
      return 0;
    }
    case 'get': {
      const answer = await exchange(client, 'GET', key, form);
      if (read(read(answer, 'node'), 'dir') !== true) return printKey(answer, format);
      writeError(`${String(read(read(answer, 'node'), 'key'))}: is a directory\n`);
      return 1;
    }
    case 'set':
      form.set('value', valueFrom(args));
      pass('swap-with-value', 'prevValue');
      pass('swap-with-index', 'prevIndex');
      return printKey(await exchange(client, 'PUT', key, form), format);
    case 'update':
      form.set('value', valueFrom(args));
      form.set('prevExist', 'true');
      return printKey(await exchange(client, 'PUT', key, form), format);
    case 'mk':
      form.set('value', valueFrom(args));
      if (!flags.has('in-order')) form.set('prevExist', 'false');
      return printKey(await exchange(client, flags.has('in-order') ? 'POST' : 'PUT', key, form), format);
    case 'rm': {
      pass('dir', 'dir');
      pass('with-value', 'prevValue');
      pass('with-index', 'prevIndex');
      const answer = await exchange(client, 'DELETE', key, form);
      return read(read(answer, 'node'), 'dir') === true ? 0 : printKey(answer, format);
    }
    case 'rmdir':
      form.set('dir', 'true');
      await exchange(client, 'DELETE', key, form);
      return 0;
    default:
      // mkdir, setdir and updatedir make a folder, and say nothing.
      form.set('dir', 'true');
      if (command !== 'setdir') form.set('prevExist', String(command === 'updatedir'));
      await exchange(client, 'PUT', key, form);
      return 0;
  }
}

/** The second argument, or what comes on the standard input. */
function valueFrom(args: readonly string[]): string {
  const value = args[1] ?? readFileSync(0, 'utf8');
  if (args[1] === undefined && value === '') throw failure('value required', exitCodes.badArguments);
  return value;
}

async function exchange(client: EtcdClient, method: Method, key: string, form: URLSearchParams): Promise<unknown> {
  const path = `/v2/keys${key.startsWith('/') ? '' : '/'}${key.split('/').map(encodeURIComponent).join('/')}`;
  const sendsBody = method === 'PUT' || method === 'POST';
  const question: HttpQuestion = sendsBody
    ? { method, body: form.toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }
    : { method };
  const answer = await client.ask(sendsBody || form.size === 0 ? path : `${path}?${form}`, question);
  if (answer.status < 400) return answer.json;
  const part = (name: string): string => String(read(answer.json, name) ?? '');
  throw failure(
    `${part('errorCode')}: ${part('message')} (${part('cause')}) [${part('index')}]`,
    exitCodes.serverError,
  );
}

/** etcdctl/command/format.go. */
function printKey(answer: unknown, format: string): number {
  const node = read(answer, 'node');
  const before = read(answer, 'prevNode');
  const text = (value: unknown, key: string): string => String(read(value, key) ?? '');
  const deleted = read(answer, 'action') === 'delete';
  if (format === 'json') {
    writeOutput(`${JSON.stringify(answer)}\n`);
  } else if (format === 'extended') {
    const lines = [
      `Key: ${text(node, 'key')}`,
      `Created-Index: ${text(node, 'createdIndex')}`,
      `Modified-Index: ${text(node, 'modifiedIndex')}`,
      ...(before === undefined ? [] : [`PrevNode.Value: ${text(before, 'value')}`]),
      `TTL: ${text(node, 'ttl') || 0}`,
      ...(deleted ? [] : ['', text(node, 'value')]),
    ];
    writeOutput(`${lines.join('\n')}\n`);
  } else if (format === 'simple') {
    writeOutput(deleted ? `PrevNode.Value: ${text(before, 'value')}\n` : `${text(node, 'value')}\n`);
  } else {
    writeError(`Unsupported output format: ${format}\n`);
  }
  return 0;
}

function printList(node: unknown, slash: boolean, top: boolean): void {
  const isFolder = read(node, 'dir') === true;
  if (!top || !isFolder) writeOutput(`${String(read(node, 'key') ?? '')}${slash && isFolder ? '/' : ''}\n`);
  const nodes = read(node, 'nodes');
  if (Array.isArray(nodes)) for (const child of nodes) printList(child, slash, false);
}
