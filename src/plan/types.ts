import type { Architecture, Component, ComponentKey, Role } from '../model/types.ts';

/** The daemons, in the order in which a host that carries all roles starts them. */
export type UnitId =
  | 'etcd'
  | 'flanneld-server'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'flanneld'
  | 'docker'
  | 'kubelet'
  | 'kube-proxy';

/** A value that only the running host knows, printed as `${NAME}`. */
export interface HostValue {
  readonly fromHost: 'FLANNEL_SUBNET' | 'FLANNEL_MTU';
}

/** One word of a command line: texts and host values, joined without a space. */
export type Word = readonly (string | HostValue)[];

/** Who decided a flag: the guide, kubebale (an addition to the guide, with its reason), or the user's `flags`. */
export type FlagOrigin = 'guide' | 'addition' | 'user';

/** One flag of a command line, as one or two words. */
export interface PlannedFlag {
  /** Without dashes, with `-` inside, as in the flag catalogue. */
  readonly name: string;
  readonly words: readonly Word[];
  readonly origin: FlagOrigin;
  /** Where in the specification its value comes from. */
  readonly pointer: string;
  /** For additions: why the guide's command line does not do. */
  readonly reason?: string;
}

export interface CommandLine {
  /** Name of the program in the bundle's bin/. */
  readonly binary: string;
  readonly subcommand: readonly string[];
  readonly flags: readonly PlannedFlag[];
}

/** A port that a unit listens on. */
export interface PortUse {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** `0.0.0.0`, `127.0.0.1` or the host's address. */
  readonly address: string;
  readonly purpose: string;
  /** Where in the specification it can be changed; '' when it cannot. */
  readonly pointer: string;
}

/** Something that has to answer before (`start`) or after (`wait`) a unit starts. */
export interface Need {
  readonly mode: 'start' | 'wait';
  readonly kind: 'etcd' | 'kube-apiserver' | 'flanneld-server' | 'flanneld' | 'docker';
  readonly what: string;
  /** `-` when the kind knows by itself. */
  readonly address: string;
  readonly port: number | '-';
}

export interface UnitPlan {
  readonly id: UnitId;
  readonly component: ComponentKey;
  readonly role: Role;
  /** Requirement ids of the guide that it fulfils. */
  readonly requirements: readonly string[];
  readonly start: string;
  readonly stop: string;
  readonly log: string;
  readonly command: CommandLine;
  readonly directories: readonly string[];
  readonly environment: readonly string[];
  readonly ports: readonly PortUse[];
  readonly needs: readonly Need[];
  /** Seconds to wait for health. */
  readonly timeout: number;
  /** What the unit's own library reads: shell variable → word or list of words. */
  readonly settings: Readonly<Record<string, string | readonly string[]>>;
}

/** A file that a host's bundle takes from the artifacts: a program or an image archive. */
export interface ArtifactNeed {
  /** File name in the artifacts folder. */
  readonly name: string;
  /** Path in the bundle. */
  readonly path: string;
  readonly kind: 'binary' | 'image';
  readonly component: Component | 'image';
  /** '' for images. */
  readonly release: string;
  /** The component with its release, or the image's name. */
  readonly of: string;
}

/** A file or folder that programs are taken from: one that the specification gives, or an official archive. */
export interface ProgramSource {
  readonly component: Component;
  readonly release: string;
  readonly architecture: Architecture;
  readonly kind: 'file' | 'folder' | 'url' | 'official';
  /** Path relative to the specification (file, folder), or the file name that the archive has. */
  readonly file: string;
  readonly url: string | undefined;
  /** Undefined: nobody published it and the specification does not say it. */
  readonly sha256: string | undefined;
  /** For a folder: by program. */
  readonly programSha256: Readonly<Record<string, string>>;
  /** Bytes, where they are known. */
  readonly size: number | undefined;
  /** What it gives: program → where it may lie, best first. '' is the file itself. */
  readonly programs: Readonly<Record<string, readonly string[]>>;
  /** Where in the specification it stands; '' for official ones. */
  readonly pointer: string;
}

/** An image of the nodes of one architecture, and where it comes from. */
export interface ImageSource {
  readonly name: string;
  readonly architecture: Architecture;
  /** Its archive's name in images/. */
  readonly archive: string;
  /** The image that is pulled, when there is no file; undefined: there is nothing to pull it from. */
  readonly from: string | undefined;
  readonly insecure: boolean;
  /** A docker-archive that the specification names, relative to it. */
  readonly file: string | undefined;
  readonly sha256: string | undefined;
  readonly pointer: string;
}

/** A file of the build machine that the specification names. */
export interface InputFile {
  readonly source: string;
  readonly path: string;
  readonly secret: boolean;
  readonly pointer: string;
}

export interface HostPlan {
  readonly pointer: string;
  readonly name: string;
  readonly address: string;
  readonly roles: readonly Role[];
  readonly memberName: string | undefined;
  readonly interface: string | undefined;
  readonly gateway: string | undefined;
  readonly architecture: Architecture;
  readonly units: readonly UnitPlan[];
  /** Scripts that start.sh runs, in order. */
  readonly steps: readonly string[];
  /** Folders that data grows in, each once, and the unit that fills them. */
  readonly dataPaths: readonly { readonly path: string; readonly unit: UnitId }[];
  readonly artifacts: readonly ArtifactNeed[];
  readonly inputs: readonly InputFile[];
}

/** A step of the order across hosts: the requirement G0. */
export interface Phase {
  readonly title: string;
  readonly hosts: readonly string[];
  readonly units: readonly UnitId[];
}

/** One component's release, and the release of the flag catalogue that it was checked against. */
export interface CheckedRelease {
  readonly component: string;
  readonly release: string;
  readonly checkedAgainst: string;
}

export interface EtcdMemberPlan {
  readonly name: string;
  readonly host: string;
  readonly address: string;
  readonly clientPort: number;
  readonly peerPort: number;
}

/** Everything that is decided, as plain comparable data. */
export interface ClusterPlan {
  readonly cluster: string;
  readonly releases: readonly CheckedRelease[];
  readonly phases: readonly Phase[];
  readonly members: readonly EtcdMemberPlan[];
  /** Names beside the hosts' own that go into /etc/hosts. */
  readonly extraNames: readonly { readonly name: string; readonly address: string }[];
  readonly pauseImage: string;
  /** What the checks on the hosts read of the whole cluster, by key (lib/cluster.tsv). */
  readonly facts: Readonly<Record<string, string>>;
  /** Where programs come from, by component and architecture, in the order in which they are looked at. */
  readonly programSources: readonly ProgramSource[];
  readonly imageSources: readonly ImageSource[];
  /** The private registry's credentials file, which a pull may need. */
  readonly credentialsFile: string | undefined;
  readonly hosts: readonly HostPlan[];
}
