/**
 * The cluster with every default filled in. It has the shape of the specification, so that the JSON pointer
 * of a value in the specification is its path in here: `model.etcd.dataDir` came from `/etcd/dataDir`, and where
 * the specification does not give it, from the nearest parent that it does give.
 */
export interface ClusterModel {
  readonly name: string;
  readonly releases: Releases;
  readonly hosts: readonly HostModel[];
  readonly paths: { readonly base: string };
  readonly etcd: EtcdModel;
  readonly networks: NetworksModel;
  readonly controlPlane: { readonly endpoint: EndpointModel; readonly urls: UrlStyle };
  readonly registry: RegistryModel;
  readonly apiserver: ApiserverModel;
  readonly controllerManager: ControllerManagerModel;
  readonly scheduler: { readonly verbosity: number; readonly flags: FlagOverrides };
  readonly flannelServer: FlannelServerModel;
  readonly flannel: { readonly flags: FlagOverrides };
  readonly docker: DockerModel;
  readonly kubelet: KubeletModel;
  readonly kubeProxy: { readonly verbosity: number; readonly flags: FlagOverrides };
  readonly artifacts: readonly ArtifactModel[];
  readonly images: readonly ImageModel[];
  readonly acceptWarnings: readonly string[];
}

/** The releases that a specification names, and whose programs it may bring itself. */
export type Component = 'kubernetes' | 'etcd' | 'flannel' | 'docker';

/** Where programs come from when not from the official archives; a rule sees to it that just one place is given. */
export interface ArtifactModel {
  readonly component: Component;
  readonly architecture: Architecture;
  readonly file: string | undefined;
  readonly folder: string | undefined;
  readonly url: string | undefined;
  /** Of the file, or for a folder by program. */
  readonly sha256: string | Readonly<Record<string, string>> | undefined;
  /** Program → path in the archive or folder; undefined: all that the component has. */
  readonly programs: Readonly<Record<string, string>> | undefined;
}

/** An image for every node's docker; of `from` and `file` a rule permits one. */
export interface ImageModel {
  readonly name: string;
  /** Undefined: for every node. */
  readonly architecture: Architecture | undefined;
  readonly from: string | undefined;
  readonly insecure: boolean;
  readonly file: string | undefined;
  readonly sha256: string | undefined;
}

export type Role = 'etcd' | 'master' | 'node';
export type UrlStyle = 'names' | 'addresses';
export type Architecture = 'amd64' | 'arm64';

/** The keys of the specification that hold a component's own settings and `flags`. */
export type ComponentKey =
  | 'etcd'
  | 'apiserver'
  | 'controllerManager'
  | 'scheduler'
  | 'flannelServer'
  | 'flannel'
  | 'docker'
  | 'kubelet'
  | 'kubeProxy';

/** What a user may say of a flag: a value sets it, null drops it, a list gives it several times. */
export type FlagOverride = string | number | boolean | null | readonly (string | number)[];
export type FlagOverrides = Readonly<Record<string, FlagOverride>>;

export interface Releases {
  readonly kubernetes: string;
  readonly etcd: string;
  readonly flannel: string;
  readonly docker: string;
}

export interface HostModel {
  /** `/hosts/N` */
  readonly pointer: string;
  readonly name: string;
  readonly address: string;
  readonly roles: readonly Role[];
  /** Name of its etcd member; undefined when it is none. */
  readonly memberName: string | undefined;
  /** Whether the specification gives the member name itself. */
  readonly memberNameGiven: boolean;
  readonly interface: string | undefined;
  readonly gateway: string | undefined;
  readonly architecture: Architecture;
}

export interface EtcdModel {
  readonly token: string;
  readonly clientPorts: readonly number[];
  readonly peerPort: number;
  readonly listenAddress: '0.0.0.0' | 'host';
  readonly dataDir: string;
  readonly urls: UrlStyle;
  readonly flags: FlagOverrides;
}

export interface NetworksModel {
  readonly podCIDR: string;
  /** Undefined: flannel's own choice, 24. */
  readonly podSubnetLength: number | undefined;
  /** Undefined: flannel's own choice, udp. */
  readonly flannelBackend: FlannelBackend | undefined;
  readonly serviceCIDR: string;
  readonly nodePorts: string;
  readonly clusterDNS: string | null;
  readonly clusterDomain: string;
  readonly hostsFile: boolean;
}

export interface FlannelBackend {
  readonly type: 'udp' | 'vxlan' | 'host-gw';
  readonly port: number | undefined;
  readonly vni: number | undefined;
}

export interface EndpointModel {
  readonly kind: 'master' | 'vip';
  /** As given; rules check that it is a master. */
  readonly host: string | undefined;
  readonly address: string | undefined;
}

export interface RegistryModel {
  readonly host: string;
  readonly address: string | undefined;
  readonly insecure: boolean;
  readonly caFile: string | undefined;
  readonly credentialsFile: string | undefined;
  readonly pauseImage: string;
}

export interface ApiserverModel {
  readonly insecureBindAddress: string;
  readonly insecurePort: number;
  readonly allowPrivileged: boolean;
  readonly verbosity: number;
  readonly flags: FlagOverrides;
}

export interface ControllerManagerModel {
  readonly nodeMonitorGracePeriod: string;
  readonly podEvictionTimeout: string;
  readonly verbosity: number;
  readonly flags: FlagOverrides;
}

export interface FlannelServerModel {
  readonly listenAddress: string;
  readonly port: number;
  readonly verbosity: number;
  readonly flags: FlagOverrides;
}

export interface DockerModel {
  readonly graph: string;
  readonly execRoot: string;
  readonly socket: string;
  /** Undefined: no TCP listener. */
  readonly tcp: { readonly address: string; readonly port: number } | undefined;
  readonly storageDriver: string | undefined;
  readonly flags: FlagOverrides;
}

export interface KubeletModel {
  readonly address: string;
  readonly cadvisorPort: number;
  readonly allowPrivileged: boolean;
  /** Undefined: the kubelet's own choice, /var/lib/kubelet. */
  readonly rootDir: string | undefined;
  readonly verbosity: number;
  readonly flags: FlagOverrides;
}
