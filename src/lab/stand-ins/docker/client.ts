import { writeError, writeOutput } from '../log.ts';
import type { StandIn } from '../types.ts';
import { kill, ps, rm, run, start, stop } from './client-containers.ts';
import type { Subcommand } from './client-context.ts';
import { ClientUsageError, clientLine } from './client-flags.ts';
import { ClientFailure, daemonClient } from './client-http.ts';
import { images, load, rmi, tag } from './client-images.ts';
import { inspect } from './client-inspect.ts';
import { info, version } from './client-system.ts';
import { pull, push } from './client-transfer.ts';
import { daemonWords, dockerd } from './daemon.ts';
import { commit, dockerFacts } from './facts.ts';

const commands: Readonly<Record<string, Subcommand>> = {
  ...{ images, load, tag, rmi, pull, push },
  ...{ ps, run, start, stop, kill, rm },
  ...{ inspect, version, info },
};

/** What docker knows beside them, up to the newest of these releases, and this stand-in does not do. */
const others: ReadonlySet<string> = new Set(
  (
    'attach build commit container cp create daemon diff events exec export history image import login logout logs ' +
    'network node pause plugin port rename restart save search secret service stack stats swarm system top unpause ' +
    'update volume wait'
  ).split(' '),
);

const globalFlags = [
  ['debug D', 'nothing'],
  ['host H', 'value'],
  ['log-level l', 'value'],
  ['config', 'value'],
  ['tls', 'nothing'],
  ['tlsverify', 'nothing'],
  ['tlscacert', 'value'],
  ['tlscert', 'value'],
  ['tlskey', 'value'],
  ['version v', 'nothing'],
] as const;

/**
 * The client `docker`: what the scripts on a host and a person who looks around need of it. `docker daemon` is the
 * daemon up to 1.12. Other subcommands, flags and templates are refused, plainly.
 */
export const docker: StandIn = async (invocation) => {
  const words = daemonWords(invocation);
  if (words !== undefined) return dockerd({ ...invocation, argv: words });
  const { release } = invocation;
  const facts = dockerFacts(release);
  try {
    const style = { command: 'docker', pflag: facts.pflagClient, untilFirstWord: true };
    const line = clientLine(invocation.argv, globalFlags, style);
    const last = (name: string): string | undefined => line.values.get(name)?.at(-1);
    const [command, ...argv] = line.words;
    if (line.values.has('version')) {
      writeOutput(`Docker version ${release}, build ${commit}\n`);
      return 0;
    }
    if (command === undefined) {
      writeError('Usage: docker [OPTIONS] COMMAND [arg...]\n');
      return 0;
    }
    if (last('tls') === 'true' || last('tlsverify') === 'true')
      throw new ClientFailure('docker: stand-in: TLS is not among what it does');
    const chosen = Object.hasOwn(commands, command) ? commands[command] : undefined;
    if (!chosen) return unknownCommand(command, facts.pflagClient);
    const hosts = line.values.get('host') ?? [];
    if (hosts.length > 1) throw new ClientFailure('Please specify only one -H');
    const daemon = daemonClient(hosts[0] ?? process.env.DOCKER_HOST ?? '', facts);
    const configFolder = last('config') ?? process.env.DOCKER_CONFIG ?? `${process.env.HOME ?? ''}/.docker`;
    return await chosen(argv, { release, facts, daemon, configFolder });
  } catch (error) {
    if (error instanceof ClientUsageError) {
      writeError(`${error.message}\n`);
      return error.exitCode;
    }
    if (!(error instanceof ClientFailure)) throw error;
    writeError(`${error.message}\n`);
    return 1;
  }
};

function unknownCommand(command: string, pflag: boolean): number {
  if (others.has(command) && !(command === 'daemon' && pflag)) {
    writeError(`docker: stand-in: docker ${command} is not among what it does\n`);
    return 1;
  }
  writeError(`docker: '${command}' is not a docker command.\nSee 'docker --help'.\n`);
  return 1;
}
