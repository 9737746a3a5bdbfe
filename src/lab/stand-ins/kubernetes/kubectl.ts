import { writeError, writeOutput } from '../log.ts';
import type { StandIn } from '../types.ts';
import { apiClient, messageOf } from './api-client.ts';
import { ApiError } from './api-status.ts';
import { type Command, create, get, remove, scale, version } from './kubectl-commands.ts';
import { cordon, drain } from './kubectl-drain.ts';
import { kubectlOptions } from './kubectl-options.ts';

const commands: Readonly<Record<string, Command>> = {
  get,
  create,
  delete: remove,
  scale,
  cordon,
  uncordon: cordon,
  drain,
  version,
};

/** Stands for kubectl: the commands that a person types to see whether a cluster works. Errors end it with 1. */
export const kubectl: StandIn = async ({ release, argv }) => {
  const options = kubectlOptions(release, argv);
  if (typeof options === 'string') return failed(`Error: ${options}\n\n\nRun 'kubectl help' for usage.`);
  const [name = 'help'] = options.words;
  if (name === 'help') {
    writeOutput(`kubectl controls the Kubernetes cluster manager.\n\nUsage:\n  kubectl [flags]\n  kubectl [command]\n`);
    writeOutput(
      `\nAvailable Commands (of this stand-in):\n${Object.keys(commands)
        .map((one) => `  ${one}\n`)
        .join('')}`,
    );
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) return failed(`Error: unknown command "${name}" for "kubectl"\n\nRun 'kubectl --help' for usage.`);
  try {
    await command(apiClient(options.server), options, release);
    return 0;
  } catch (error) {
    return failed(explained(error, options.server));
  }
};

function failed(text: string): number {
  writeError(`${text}\n`);
  return 1;
}

/** pkg/kubectl/cmd/util, checkErr: StandardErrorMessage of 1.3. */
function explained(error: unknown, server: string): string {
  const message = messageOf(error);
  if (error instanceof ApiError) return `Error from server: ${message}`;
  if (/connection refused/.test(message)) {
    const host = server.replace(/^https?:\/\//, '').replace(/\/+$/, '');
    return `The connection to the server ${host} was refused - did you specify the right host or port?`;
  }
  if (/dial tcp|EOF|request canceled/.test(message))
    return `Unable to connect to the server: ${message.replace(/^.*?: (?=dial|net)/, '')}`;
  return `error: ${message}`;
}
