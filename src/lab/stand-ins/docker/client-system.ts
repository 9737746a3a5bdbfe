import { record, text } from '../../../images/json.ts';
import { architecture } from './api-system.ts';
import { type Subcommand, say } from './client-context.ts';
import { clientLine, needWords } from './client-flags.ts';
import { commit } from './facts.ts';
import { fillTemplate } from './go-template.ts';

/** docker version [-f TEMPLATE]: the client's part also when the daemon does not answer. */
export const version: Subcommand = async (argv, { release, facts, daemon }) => {
  const how = { command: 'docker version', pflag: facts.pflagClient };
  const line = clientLine(argv, [['format f', 'value']], how);
  needWords(line, 0, 0, how);
  const client = {
    Version: release,
    ApiVersion: facts.api,
    GoVersion: facts.go,
    GitCommit: commit,
    Os: 'linux',
    Arch: architecture(),
  };
  const format = line.values.get('format')?.at(-1);
  if (format === undefined) {
    say('Client:');
    part(client);
  }
  const server = record(await daemon.json('/version')) ?? {};
  if (format !== undefined)
    say(
      fillTemplate(format, {
        Client: { ...client, APIVersion: facts.api },
        Server: { ...server, APIVersion: server.ApiVersion },
      }),
    );
  else {
    say('\nServer:');
    part(server);
  }
  return 0;
};

function part(side: Readonly<Record<string, unknown>>): void {
  say(` Version:      ${side.Version}`);
  say(` API version:  ${side.ApiVersion}`);
  say(` Go version:   ${side.GoVersion}`);
  say(` Git commit:   ${side.GitCommit}`);
  say(` OS/Arch:      ${side.Os}/${side.Arch}`);
}

/** docker info [-f TEMPLATE] */
export const info: Subcommand = async (argv, { facts, daemon }) => {
  const how = { command: 'docker info', pflag: facts.pflagClient };
  const line = clientLine(argv, facts.pflagClient ? [['format f', 'value']] : [], how);
  needWords(line, 0, 0, how);
  const answer = record(await daemon.json('/info')) ?? {};
  const format = line.values.get('format')?.at(-1);
  if (format !== undefined) {
    say(fillTemplate(format, answer));
    return 0;
  }
  say(`Containers: ${answer.Containers}`);
  say(
    ` Running: ${answer.ContainersRunning}\n Paused: ${answer.ContainersPaused}\n Stopped: ${answer.ContainersStopped}`,
  );
  say(`Images: ${answer.Images}\nServer Version: ${answer.ServerVersion}\nStorage Driver: ${answer.Driver}`);
  say(
    `Logging Driver: ${answer.LoggingDriver}\nCgroup Driver: ${answer.CgroupDriver}\nKernel Version: ${answer.KernelVersion}`,
  );
  say(`Operating System: ${answer.OperatingSystem}\nOSType: ${answer.OSType}\nArchitecture: ${answer.Architecture}`);
  say(`CPUs: ${answer.NCPU}\nName: ${answer.Name}\nID: ${answer.ID}\nDocker Root Dir: ${answer.DockerRootDir}`);
  say('Insecure Registries:');
  const registries = record(answer.RegistryConfig);
  for (const name of Object.keys(record(registries?.IndexConfigs) ?? {})) say(` ${name}`);
  const networks = registries?.InsecureRegistryCIDRs;
  for (const network of Array.isArray(networks) ? networks : []) say(` ${text(network)}`);
  return 0;
};
