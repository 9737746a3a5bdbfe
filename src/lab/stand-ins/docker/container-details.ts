import type { Bridge } from './bridge.ts';
import { type Container, containerFolder, networkMode } from './container.ts';

/** A container as GET /containers/ID/json shows it. */
export function detailsOf(container: Container, graph: string, bridge: Bridge): unknown {
  const { command, state } = container;
  const [path = '', ...args] = command;
  const [gateway = '', length = '0'] = bridge.address.split('/');
  const plugged = container.address !== '';
  const folder = containerFolder(graph, container.id);
  const endpoint = {
    Gateway: plugged ? gateway : '',
    IPAddress: container.address,
    IPPrefixLen: plugged ? Number(length) : 0,
  };
  const mode = networkMode(container);
  const network = mode === 'default' ? 'bridge' : mode;
  return {
    Id: container.id,
    Created: container.created,
    Path: path,
    Args: args,
    State: {
      Status: state,
      Running: state === 'running',
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      Pid: state === 'running' ? (container.process?.pid ?? 0) : 0,
      ExitCode: container.exitCode,
      Error: container.error,
      StartedAt: container.startedAt,
      FinishedAt: container.finishedAt,
    },
    Image: container.imageId,
    ResolvConfPath: '',
    HostnamePath: '',
    HostsPath: '',
    LogPath: `${folder}/output.log`,
    Name: `/${container.name}`,
    RestartCount: 0,
    Driver: 'stand-in',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: null,
    HostConfig: container.hostConfig,
    GraphDriver: { Name: 'stand-in', Data: { Root: `${folder}/rootfs` } },
    Mounts: [],
    Config: {
      Hostname: container.id.slice(0, 12),
      User: '',
      ...container.config,
      Env: container.env,
      Image: container.image,
      WorkingDir: container.folder,
      Labels: container.labels,
    },
    NetworkSettings: {
      ...endpoint,
      Bridge: '',
      SandboxKey: container.process ? `/proc/${container.process.pid}/ns/net` : '',
      Ports: {},
      Networks: mode.startsWith('container:') ? {} : { [network]: endpoint },
    },
  };
}

/** "Up 5 minutes", "Exited (137) 2 hours ago", "Created" (container/state.go). */
export function statusText(container: Container): string {
  if (container.state === 'created') return 'Created';
  if (container.state === 'running') return `Up ${humanDuration(Date.now() - Date.parse(container.startedAt))}`;
  return `Exited (${container.exitCode}) ${humanDuration(Date.now() - Date.parse(container.finishedAt))} ago`;
}

/** docker/go-units, HumanDuration. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 14) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(hours / 24 / 365)} years`;
}
