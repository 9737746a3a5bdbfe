import { type TraitTable, traitsOf } from '../../../release/since.ts';

/** How a docker release talks: all of it from the sources of moby at that release's tag. */
export interface DockerFacts {
  /** api/common.go, DefaultVersion. */
  readonly api: string;
  /** What the release was built with (Dockerfile of moby). */
  readonly go: string;
  /** How a daemon that cannot start begins its last line: daemon.go in docker/ or cmd/dockerd/. */
  readonly startFailure: string;
  /** Whether that line is one of the log (logrus.Fatal) or plain text. */
  readonly fatalIsLogged: boolean;
  /** What a folder of images says that another daemon has open (volume/store/store.go). */
  readonly graphTaken: string;
  /** The helper that the daemon starts as its first; undefined: containers are its own children (1.10). */
  readonly containerd: string | undefined;
  /** What stands before "exec: … not found" when that helper is missing. */
  readonly containerdFailure: string;
  /** The helpers that are looked for when a container starts. */
  readonly runtime: readonly string[];
  /** A mounted cgroup v2 hierarchy keeps every container from starting (runc, libcontainer/cgroups/utils.go). */
  readonly unifiedConfuses: boolean;
  /** Registries of the first protocol are tried too (registry/service.go, V2Only). */
  readonly legacyRegistry: boolean;
  /** What Go's net package calls a refused connection: getsockopt until Go 1.9, connect after. */
  readonly connectCall: string;
  /** Go's URL errors have the URL in quotation marks (net/url, Go 1.14). */
  readonly quotedUrls: boolean;
  /** A container that does not run cannot be killed: the status of that answer. */
  readonly killStopped: 409 | 500;
  /** Words of an error that is wrapped (github.com/pkg/errors) rather than printed. */
  readonly wrappedErrors: boolean;
  /** Seconds that containers get when the daemon ends. */
  readonly shutdownSeconds: number;
  /** Command lines of the client are read with pflag, not with docker's mflag. */
  readonly pflagClient: boolean;
  /** What the daemon says to anyone but root. */
  readonly needsRoot: string;
}

const table: TraitTable<DockerFacts> = [
  {
    since: '1.10.0',
    traits: {
      api: '1.22',
      go: 'go1.5.3',
      startFailure: 'Error starting daemon: ',
      fatalIsLogged: true,
      // No volumes/metadata.db yet: libnetwork's own database is what is locked.
      graphTaken: 'Error initializing network controller: error obtaining controller instance: timeout',
      containerd: undefined,
      containerdFailure: '',
      runtime: [],
      unifiedConfuses: true,
      legacyRegistry: true,
      connectCall: 'getsockopt',
      quotedUrls: false,
      killStopped: 500,
      wrappedErrors: false,
      // daemon.go: shutdownDaemon(d, 15), of which each container has 10.
      shutdownSeconds: 10,
      pflagClient: false,
      needsRoot: 'The Docker daemon needs to be run as root',
    },
  },
  {
    since: '1.11.0',
    traits: {
      api: '1.23',
      go: 'go1.5.4',
      // bolt.Open's own error, not wrapped.
      graphTaken: 'timeout',
      containerd: 'docker-containerd',
      runtime: ['docker-containerd-shim', 'docker-runc'],
    },
  },
  { since: '1.12.0', traits: { api: '1.24', go: 'go1.6.4' } },
  {
    since: '1.13.0',
    traits: {
      api: '1.26',
      go: 'go1.7.5',
      fatalIsLogged: false,
      graphTaken: 'error while opening volume store metadata database: timeout',
      pflagClient: true,
    },
  },
  { since: '17.03.0', traits: { api: '1.27' } },
  // --disable-legacy-registry is true from 17.06 on (flag catalogue).
  { since: '17.06.0', traits: { api: '1.30', go: 'go1.8.3', legacyRegistry: false, unifiedConfuses: false } },
  { since: '17.12.0', traits: { api: '1.35', go: 'go1.9.4', wrappedErrors: true, killStopped: 409 } },
  { since: '18.03.0', traits: { api: '1.37', go: 'go1.9.5', connectCall: 'connect' } },
  {
    since: '18.09.0',
    traits: {
      api: '1.39',
      go: 'go1.11.13',
      containerd: 'containerd',
      containerdFailure: 'Failed to start containerd: ',
      runtime: ['containerd-shim', 'runc'],
    },
  },
  {
    since: '19.03.0',
    traits: {
      api: '1.40',
      go: 'go1.13.15',
      startFailure: 'failed to start daemon: ',
      containerdFailure: 'failed to start containerd: ',
      needsRoot:
        'dockerd needs to be started with root. To see how to run dockerd in rootless mode with unprivileged user, see the documentation',
    },
  },
  {
    since: '20.10.0',
    traits: {
      api: '1.41',
      go: 'go1.19.7',
      quotedUrls: true,
      runtime: ['containerd-shim-runc-v2', 'runc'],
      needsRoot:
        'dockerd needs to be started with root privileges. To run dockerd in rootless mode as an unprivileged user, see https://docs.docker.com/go/rootless/',
    },
  },
];

/** The oldest protocol that any of these daemons still answers (api/common.go, MinVersion). */
export const oldestApi = '1.12';

/** In the place of the commit: it shows who answers, and no script reads it. */
export const commit = 'stand-in';

/** How a release of docker talks. */
export function dockerFacts(release: string): DockerFacts {
  return traitsOf(table, release);
}
