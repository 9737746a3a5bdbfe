import { readFileSync } from 'node:fs';
import { cpus, hostname, release as kernel, totalmem } from 'node:os';
import { type Route, sendJson } from './api.ts';
import type { Containers } from './containers.ts';
import { commit, type DockerFacts, oldestApi } from './facts.ts';
import type { ImageStore } from './image-store.ts';

export interface SystemOptions {
  readonly release: string;
  readonly facts: DockerFacts;
  readonly graph: string;
  /** As --storage-driver says. */
  readonly driver: string;
  readonly insecure: readonly string[];
  readonly labels: readonly string[];
  readonly containers: Containers;
  readonly images: ImageStore;
}

const built = '2016-01-01T00:00:00.000000000+00:00';

/** _ping, version and info. */
export function systemRoutes(options: SystemOptions): readonly Route[] {
  const { release, facts } = options;
  return [
    {
      method: 'GET',
      path: '/_ping',
      answer: ({ response }) => {
        response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Api-Version': facts.api }).end('OK');
      },
    },
    {
      method: 'GET',
      path: '/version',
      answer: ({ response }) =>
        sendJson(response, 200, {
          Version: release,
          ApiVersion: facts.api,
          ...(facts.api !== '1.22' && facts.api !== '1.23' && { MinAPIVersion: oldestApi }),
          GitCommit: commit,
          GoVersion: facts.go,
          Os: 'linux',
          Arch: architecture(),
          KernelVersion: kernel(),
          BuildTime: built,
        }),
    },
    { method: 'GET', path: '/info', answer: ({ response }) => sendJson(response, 200, info(options)) },
  ];
}

function info({ release, facts, graph, driver, insecure, labels, containers, images }: SystemOptions) {
  const all = containers.all();
  const running = all.filter(({ state }) => state === 'running').length;
  const registries = Object.fromEntries(
    insecure
      .filter((one) => !one.includes('/'))
      .map((Name) => [Name, { Name, Mirrors: [], Secure: false, Official: false }]),
  );
  return {
    ID: 'STAND-IN',
    Containers: all.length,
    ContainersRunning: running,
    ContainersPaused: 0,
    ContainersStopped: all.length - running,
    Images: images.all().length,
    Driver: driver,
    DriverStatus: [['Stand-in', 'layers are unpacked for each container']],
    Plugins: { Volume: ['local'], Network: ['bridge', 'host', 'null'], Authorization: null },
    MemoryLimit: true,
    SwapLimit: true,
    IPv4Forwarding: forwarding(),
    Debug: false,
    SystemTime: new Date().toISOString(),
    LoggingDriver: 'json-file',
    CgroupDriver: 'cgroupfs',
    KernelVersion: kernel(),
    OperatingSystem: 'kubebale stand-in',
    OSType: 'linux',
    Architecture: architecture() === 'arm64' ? 'aarch64' : 'x86_64',
    IndexServerAddress: 'https://index.docker.io/v1/',
    RegistryConfig: {
      InsecureRegistryCIDRs: [...insecure.filter((one) => one.includes('/')), '127.0.0.0/8'],
      IndexConfigs: registries,
      Mirrors: [],
    },
    NCPU: cpus().length,
    MemTotal: totalmem(),
    DockerRootDir: graph,
    Name: hostname(),
    Labels: labels,
    ExperimentalBuild: false,
    ServerVersion: release,
    ...(facts.runtime.length > 0 && { DefaultRuntime: 'runc' }),
  };
}

/** As Go calls it. */
export function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

function forwarding(): boolean {
  try {
    return readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim() === '1';
  } catch {
    return false;
  }
}
