import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { dockerTraits } from '../../../release/docker-traits.ts';
import { parseCommandLine, sayRefusal } from '../command-line.ts';
import { stopSignal } from '../http-server.ts';
import { writeError } from '../log.ts';
import type { Flags, Invocation, StandIn } from '../types.ts';
import { apiServer, type Route } from './api.ts';
import { containerRoutes } from './api-containers.ts';
import { imageRoutes } from './api-images.ts';
import { systemRoutes } from './api-system.ts';
import { type Bridge, setUpBridge } from './bridge.ts';
import { claimGraph, claimPidFile, releasePidFile } from './claims.ts';
import { type Containers, openContainers } from './containers.ts';
import { logLine } from './daemon-log.ts';
import { commit, type DockerFacts, dockerFacts } from './facts.ts';
import { openImages } from './image-store.ts';
import { type Listeners, openListeners } from './listeners.ts';
import { kernelHasCgroupV1, mountedCgroups, notOnPath, onPath } from './system-checks.ts';

/**
 * `dockerd`, and `docker daemon` up to 1.12. Takes the flags of the release, listens, keeps images and containers below
 * --graph, and runs containers as processes. Resolves to 1 when it cannot start, to 0 after SIGTERM.
 *
 * What a daemon leaves when it is killed is what 1.11 left: its containers live on, and the next daemon ends them
 * (libcontainerd/client_shutdownrestore_linux.go), unless it has --live-restore.
 */
export const dockerd: StandIn = async ({ release, argv }) => {
  // So that the scripts on a host see a daemon when they look for one, and not a client.
  process.title = 'dockerd';
  const parsed = parseCommandLine('docker-daemon', release, argv);
  if ('refusal' in parsed) return sayRefusal(parsed);
  for (const warning of parsed.warnings) writeError(warning);
  return runDaemon(parsed.flags, release, dockerFacts(release));
};

/** Whether a client's command line starts the daemon; its words without `daemon`, or undefined (1.13 on: never). */
export function daemonWords({ release, argv }: Invocation): readonly string[] | undefined {
  const [program, subcommand] = dockerTraits(release).command;
  const old = program === 'docker' && subcommand === 'daemon';
  if (argv[0] !== 'daemon' || !(old || release.startsWith('1.12.') || release === '1.12')) return undefined;
  return argv.slice(1);
}

async function runDaemon(flags: Flags, release: string, facts: DockerFacts): Promise<number> {
  const fatal = (message: string): number => {
    if (facts.fatalIsLogged) logLine('fatal', message);
    else writeError(`${message}\n`);
    return 1;
  };
  const stopped = stopSignal();
  if (!facts.fatalIsLogged) logLine('info', 'Starting up');
  // From 19.03 on that comes before anything else.
  if (facts.startFailure.startsWith('failed') && process.getuid?.() !== 0) return fatal(facts.needsRoot);
  if (flags.on('tls') || flags.on('tlsverify')) return fatal('stand-in: TLS is not among what it does');
  const pidFile = flags.text('pidfile');
  let listeners: Listeners | undefined;
  let routes: readonly Route[] = [];
  try {
    const taken = claimPidFile(pidFile);
    if (taken !== undefined) return fatal(facts.startFailure + taken);
  } catch (error) {
    return fatal(facts.startFailure + said(error));
  }
  try {
    // Connections are taken from here on, and answered when the daemon is ready, as with the real one.
    let ready: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const group = { group: flags.text('group'), groupGiven: flags.given('group'), release };
    const hosts = flags.list('host').length > 0 ? flags.list('host') : [''];
    listeners = await openListeners(hosts, group, (request, response) => {
      void begun.then(() => apiServer(routes, release, facts)(request, response));
    }).catch((error: unknown) => {
      const before = facts.startFailure.startsWith('failed') ? 'failed to load listeners: ' : '';
      throw new StartFailure(before + said(error));
    });
    if (facts.containerd !== undefined && !flags.given('containerd') && !onPath(facts.containerd)) {
      throw new StartFailure(facts.containerdFailure + notOnPath(facts.containerd));
    }
    const daemon = await openDaemon(flags, release, facts);
    routes = daemon.routes;
    logLine('info', 'Daemon has completed initialization');
    logLine(
      'info',
      'Docker daemon',
      `commit=${commit} graphdriver=${flags.text('storage-driver') || 'vfs'} version=${release}`,
    );
    ready();
    for (const name of listeners.names) logLine('info', `API listen on ${name}`);
    logLine('info', `Processing signal '${(await stopped) === 'SIGINT' ? 'interrupt' : 'terminated'}'`);
    listeners.close();
    if (!flags.on('live-restore')) await daemon.containers.shutDown(facts.shutdownSeconds);
    releasePidFile(pidFile);
    return 0;
  } catch (error) {
    listeners?.close();
    // A start that fails this early leaves the pid file (docker/daemon.go: logrus.Fatal without its cleaning up).
    if (error instanceof StartFailure) {
      if (!facts.fatalIsLogged) releasePidFile(pidFile);
      return fatal(error.message);
    }
    releasePidFile(pidFile);
    return fatal(facts.startFailure + said(error));
  }
}

/** A failure that is said without "Error starting daemon" in front. */
class StartFailure extends Error {}

interface Daemon {
  readonly routes: readonly Route[];
  readonly containers: Containers;
}

/** daemon.NewDaemon, in its order. Throws what comes behind "Error starting daemon: ". */
async function openDaemon(flags: Flags, release: string, facts: DockerFacts): Promise<Daemon> {
  const mtu = flags.number('mtu');
  if (process.getuid?.() !== 0) throw new Error(facts.needsRoot);
  const graph = flags.given('data-root') || flags.text('graph') === '' ? flags.text('data-root') : flags.text('graph');
  for (const folder of [graph, join(graph, 'containers'), join(graph, 'tmp'), flags.text('exec-root')]) {
    mkdirSync(folder, { recursive: true, mode: 0o711 });
  }
  checkDriver(flags.text('storage-driver'), release);
  if (!claimGraph(graph)) throw new Error(facts.graphTaken);
  const images = openImages(graph);
  const bridge: Bridge = setUpBridge(flags, release);
  if (kernelHasCgroupV1() && !mountedCgroups().controllers.has('devices'))
    throw new Error("Devices cgroup isn't mounted");
  const containers = openContainers(images, facts, { graph, bridge, mtu });
  logLine('info', 'Loading containers: start.');
  await containers.restore(flags.on('live-restore'));
  logLine('info', 'Loading containers: done.');
  const insecure = flags.list('insecure-registry');
  const driver = flags.text('storage-driver') || 'vfs';
  return {
    containers,
    routes: [
      ...systemRoutes({ release, facts, graph, driver, insecure, labels: flags.list('label'), containers, images }),
      ...imageRoutes({ images, containers, facts, insecure, temporary: join(graph, 'tmp') }),
      ...containerRoutes({ containers, facts, graph, bridge }),
    ],
  };
}

/** daemon/graphdriver/driver.go: a driver that this release does not have. */
function checkDriver(driver: string, release: string): void {
  if (driver !== '' && !dockerTraits(release).storageDrivers.includes(driver)) {
    logLine('error', `[graphdriver] no such driver: ${driver}`);
    throw new Error('error initializing graphdriver: driver not supported');
  }
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
