import { lstat, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeFolder } from '../../bundle/make-folder.ts';
import { systemReason } from '../../diagnostics/system-reason.ts';
import { type Command, positional } from '../command.ts';
import { schemaText } from '../package-files.ts';
import { starter } from '../starter.ts';
import { UsageError } from '../usage-error.ts';

/** `kubebale init [DIR]`: a specification to start from and its schema; what is there already stays. */
export const init: Command = {
  name: 'init',
  positional: '[DIR]',
  positionalOptions: { type: 'string', describe: 'Folder that gets the files; the current one without it' },
  summary: 'Write a commented specification to start from',
  options: {},
  examples: [
    ['kubebale init', 'cluster.json and cluster.schema.json, here'],
    ['kubebale init prod-east', 'In the folder prod-east, made if need be'],
  ],
  epilogue: 'Existing files are never overwritten.',
  run: async (args, terminal) => {
    const folder = positional(args, 'DIR') ?? '.';
    if (folder === '') throw new UsageError('DIR is empty', 'leave it out for the current folder');
    const files = [
      { name: join(folder, 'cluster.json'), text: starter },
      { name: join(folder, 'cluster.schema.json'), text: schemaText() },
    ].map((file) => ({ ...file, path: resolve(terminal.cwd, file.name) }));
    for (const { name, path } of files) if (await exists(path)) throw inTheWay(name);
    const made: string[] = [];
    try {
      await makeFolder(resolve(terminal.cwd, folder));
      for (const { path, text } of files) {
        await writeFile(path, text, { flag: 'wx' });
        made.push(path);
      }
    } catch (error) {
      for (const path of made) await rm(path, { force: true });
      throw asUsageError(error, folder);
    }
    terminal.out.write(nextSteps(files.map((file) => file.name)));
    return 0;
  },
};

function nextSteps(names: readonly string[]): string {
  const [spec = 'cluster.json'] = names;
  return `Written: ${names.join(', ')}

What to do next

  1. Put your hosts, addresses and registry into ${spec}.
     An editor that knows JSON Schema completes and explains every key.
  2. kubebale check ${spec}
  3. kubebale plan ${spec}
  4. kubebale fetch ${spec}
     Without a network: kubebale lock ${spec} --artifacts DIR
  5. kubebale compile ${spec}
`;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function inTheWay(name: string): UsageError {
  return new UsageError(`${name} exists already and stays as it is`, 'give another folder: kubebale init DIR');
}

function asUsageError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  return new UsageError(`cannot write to ${folder}: ${systemReason(error)}`, 'give a folder that you may write to');
}
