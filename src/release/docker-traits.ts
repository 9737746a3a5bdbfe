import { type TraitTable, traitsOf } from './since.ts';

/** How a docker daemon is started and what it brings along. */
export interface DockerTraits {
  /** Program and subcommand that start the daemon. */
  readonly command: readonly [string, ...string[]];
  /** The flag that names the folder of images and containers. */
  readonly graphFlag: 'graph' | 'data-root';
  /** The programs of the release's official archive that belong in bin/. */
  readonly binaries: readonly string[];
  /** Those of them that the daemon looks up on PATH. */
  readonly helpers: readonly string[];
  /** It sets the policy of iptables' FORWARD chain to DROP when it turns on forwarding itself. */
  readonly forwardDrop: boolean;
  /** What --default-ipc-mode has to be for the containers of a pod to share an IPC namespace; undefined: it is so. */
  readonly defaultIpcMode: 'shareable' | undefined;
  /** It cannot work with cgroup v2. */
  readonly cgroupV1Only: boolean;
  /** What --storage-driver takes on Linux. */
  readonly storageDrivers: readonly string[];
}

const runtime1x = ['docker-containerd', 'docker-containerd-shim', 'docker-runc'];
const programs1x = [...runtime1x, 'docker-containerd-ctr'];
const runtime18 = ['containerd', 'containerd-shim', 'runc'];
const drivers110 = ['aufs', 'btrfs', 'devicemapper', 'overlay', 'vfs', 'zfs'];
const drivers112 = ['aufs', 'btrfs', 'devicemapper', 'overlay', 'overlay2', 'vfs', 'zfs'];

const table: TraitTable<DockerTraits> = [
  {
    since: '1.10.0',
    traits: {
      command: ['docker', 'daemon'],
      graphFlag: 'graph',
      // One program, with runc's library inside: hack/make/tgz of moby 1.10.3 packs nothing else.
      binaries: ['docker'],
      helpers: [],
      forwardDrop: false,
      defaultIpcMode: undefined,
      cgroupV1Only: true,
      // daemon/graphdriver of moby 1.10.3; vfs works everywhere and is slow.
      storageDrivers: drivers110,
    },
  },
  {
    since: '1.11.0',
    // docs/installation/binaries.md of moby 1.11.0. The userland proxy is still the daemon itself.
    traits: { binaries: ['docker', ...programs1x], helpers: runtime1x },
  },
  {
    since: '1.12.0',
    traits: {
      // `docker daemon` stays as an alias that starts dockerd (moby 1.12.6, cmd/docker/daemon_unix.go).
      command: ['dockerd'],
      // hack/make/.binary-setup of moby 1.12.6; libnetwork's portmapper looks for docker-proxy on PATH from here on.
      binaries: ['docker', 'dockerd', 'docker-proxy', ...programs1x],
      helpers: ['docker-proxy', ...runtime1x],
      // Release notes of 1.12: overlay2 is new.
      storageDrivers: drivers112,
    },
  },
  {
    since: '1.13.0',
    traits: {
      // hack/make/.binary-setup of moby 1.13.1; docker-init comes with --init (flag catalogue).
      binaries: ['docker', 'dockerd', 'docker-init', 'docker-proxy', ...programs1x],
      helpers: ['docker-init', 'docker-proxy', ...runtime1x],
      // moby pull request 28257.
      forwardDrop: true,
    },
  },
  // moby 17.05.0, cmd/dockerd/config.go; --graph stays, hidden, but is refused beside --data-root.
  { since: '17.05.0', traits: { graphFlag: 'data-root' } },
  {
    since: '18.09.0',
    // hack/make/.binary-setup of moby 18.09.9: containerd's programs have their own names.
    traits: {
      binaries: ['docker', 'dockerd', 'docker-init', 'docker-proxy', ...runtime18, 'ctr'],
      helpers: ['docker-init', 'docker-proxy', ...runtime18],
    },
  },
  // Flag catalogue: the default of --default-ipc-mode is shareable in 18.09.9 and private in 19.03.15.
  { since: '19.03.0', traits: { defaultIpcMode: 'shareable' } },
  {
    since: '20.10.0',
    traits: {
      // Release notes of 20.10: runc's v2 shim by default, cgroup v2, fuse-overlayfs.
      binaries: ['docker', 'dockerd', 'docker-init', 'docker-proxy', ...runtime18, 'containerd-shim-runc-v2', 'ctr'],
      helpers: ['docker-init', 'docker-proxy', ...runtime18, 'containerd-shim-runc-v2'],
      cgroupV1Only: false,
      storageDrivers: [...drivers112, 'fuse-overlayfs'].toSorted(),
    },
  },
];

/** Every program that some docker release has in its archive. */
export const allDockerBinaries: readonly string[] = [
  ...new Set(table.flatMap((row) => row.traits.binaries ?? [])),
].toSorted();

/** Traits of a docker release; of one that is older than the table, those of the table's first. */
export function dockerTraits(release: string): DockerTraits {
  return traitsOf(table, release);
}
