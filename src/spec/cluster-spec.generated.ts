// Generated from schema/v1/cluster.schema.json by `npm run types`: change the schema instead.

/**
 * A remark for people; it has no effect.
 */
export type Comment = string;
export type Port = number;
export type Ipv4 = string;
export type Sha256 = string;

/**
 * One air-gapped Kubernetes HA cluster. Only name and hosts are required; everything else has the value of the guide.
 */
export interface ClusterSpec {
  /**
   * Where an editor finds this schema.
   */
  $schema?: string;
  $comment?: Comment;
  /**
   * Name of the cluster: the folder that its tarballs unpack to.
   */
  name: string;
  /**
   * Release of each component, without a leading v.
   */
  releases?: {
    $comment?: Comment;
    /**
     * Kubernetes 1.3, 1.4 or 1.5.
     */
    kubernetes?: string;
    /**
     * etcd 2.2 to 3.4; the v2 API is used.
     */
    etcd?: string;
    /**
     * flannel 0.5.0 to 0.7.1, the releases that have the server mode.
     */
    flannel?: string;
    /**
     * docker 1.10 to 20.10.
     */
    docker?: string;
  };
  /**
   * The hosts, in the order in which lists of them are written. The first master is the one that nodes are pointed to by default.
   *
   * @minItems 1
   * @maxItems 5000
   */
  hosts: Host[];
  /**
   * Where the hosts keep their data.
   */
  paths?: {
    $comment?: Comment;
    /**
     * Folder that the data paths lie in unless they are given themselves.
     */
    base?: string;
  };
  /**
   * The etcd cluster.
   */
  etcd?: {
    $comment?: Comment;
    /**
     * --initial-cluster-token: tells this cluster from others that were made with the same names.
     */
    token?: string;
    /**
     * Ports for clients. The first is the one that kube-apiserver and flanneld use; 4001 is that of older clients.
     *
     * @minItems 1
     * @maxItems 4
     */
    clientPorts?: Port[];
    /**
     * Port for the other members.
     */
    peerPort?: number;
    /**
     * Address that etcd listens on for clients and peers: 0.0.0.0 for all, or "host" for each host's own address and 127.0.0.1 for clients.
     */
    listenAddress?: '0.0.0.0' | 'host';
    /**
     * --data-dir. Without it: etcd/data-dir in the base folder.
     */
    dataDir?: string;
    /**
     * Whether URLs of members hold the hosts' names, as in the guide, or their addresses, which need no name resolution.
     */
    urls?: 'names' | 'addresses';
    flags?: Flags;
  };
  /**
   * Address ranges, names and ports inside the cluster.
   */
  networks?: {
    $comment?: Comment;
    /**
     * Addresses of pods, which flannel divides among the nodes.
     */
    podCIDR?: string;
    /**
     * Prefix length of one node's part of podCIDR. When it is not given flannel takes 24, or one more than podCIDR's length where that is longer, and nothing is written into its configuration.
     */
    podSubnetLength?: number;
    /**
     * How flannel carries packets between nodes. When it is not given flannel takes udp, and nothing is written into its configuration.
     */
    flannelBackend?: {
      $comment?: Comment;
      /**
       * udp works everywhere and is slow; vxlan needs a kernel with it; host-gw needs all nodes in one layer-2 network.
       */
      type: 'udp' | 'vxlan' | 'host-gw';
      /**
       * UDP port of udp (8285 when not given) or vxlan (8472, the kernel's, when not given).
       */
      port?: number;
      /**
       * VXLAN identifier, for vxlan only.
       */
      vni?: number;
    };
    /**
     * Addresses of services (--service-cluster-ip-range).
     */
    serviceCIDR?: string;
    /**
     * Ports for services of type NodePort (--service-node-port-range), first-last.
     */
    nodePorts?: string;
    /**
     * Address that pods ask for names (--cluster-dns). null: pods use the hosts' DNS.
     */
    clusterDNS?: Ipv4 | null;
    /**
     * Domain of the cluster's own names (--cluster-domain).
     */
    clusterDomain?: string;
    /**
     * Whether start.sh keeps a block with the hosts' names in /etc/hosts. Set it to false where DNS knows the names.
     */
    hostsFile?: boolean;
  };
  /**
   * How hosts that are no master reach the control plane. Masters use 127.0.0.1.
   */
  controlPlane?: {
    $comment?: Comment;
    /**
     * One address for kubelet and kube-proxy of nodes that are no master, and for every flanneld client: a master, or an address that moves between the masters by your own means. Kubelet 1.3 uses only one.
     */
    endpoint?: {
      $comment?: Comment;
      /**
       * master: one named master. vip: a virtual address in front of all masters, kept by keepalived or a load balancer of yours.
       */
      kind: 'master' | 'vip';
      /**
       * Name of the master, for kind master. Without it: the first master.
       */
      host?: string;
      /**
       * The virtual address, for kind vip.
       */
      address?: string;
    };
    /**
     * Whether a named master is reached by its name, as in the guide, or by its address.
     */
    urls?: 'names' | 'addresses';
  };
  /**
   * The private registry, which holds the pause image and yours.
   */
  registry?: {
    $comment?: Comment;
    /**
     * Name or address of the registry, with its port when that is not the protocol's.
     */
    host?: string;
    /**
     * Its IPv4 address, where DNS does not know the name: it goes into the block of /etc/hosts.
     */
    address?: string;
    /**
     * Whether it speaks plain HTTP, or HTTPS with a certificate that nobody checks (--insecure-registry). Without it: true, unless caFile is given.
     */
    insecure?: boolean;
    /**
     * PEM file with the CA of its certificate, relative to this file; it is placed in /etc/docker/certs.d.
     */
    caFile?: string;
    /**
     * A docker config.json with the credentials the kubelet pulls with, relative to this file. It goes to nodes only, with mode 0600.
     */
    credentialsFile?: string;
    /**
     * The sandbox (pause) image of every pod (--pod-infra-container-image). Without it: public/pause:1.0.2 in this registry.
     */
    pauseImage?: string;
  };
  /**
   * kube-apiserver.
   */
  apiserver?: {
    $comment?: Comment;
    /**
     * Address of the port without authentication (--insecure-bind-address, the guide's --address).
     */
    insecureBindAddress?: string;
    /**
     * The port without authentication (--insecure-port).
     */
    insecurePort?: number;
    /**
     * Whether pods may be privileged (--allow-privileged); the kubelet's has to agree.
     */
    allowPrivileged?: boolean;
    /**
     * How much it logs (--v).
     */
    verbosity?: number;
    flags?: Flags1;
  };
  /**
   * kube-controller-manager.
   */
  controllerManager?: {
    $comment?: Comment;
    /**
     * How long a node may be silent before it is NotReady (--node-monitor-grace-period).
     */
    nodeMonitorGracePeriod?: string;
    /**
     * How long after that its pods are moved (--pod-eviction-timeout).
     */
    podEvictionTimeout?: string;
    /**
     * How much it logs (--v).
     */
    verbosity?: number;
    flags?: Flags2;
  };
  /**
   * kube-scheduler.
   */
  scheduler?: {
    $comment?: Comment;
    /**
     * How much it logs (--v).
     */
    verbosity?: number;
    flags?: Flags3;
  };
  /**
   * flanneld in server mode, on each master.
   */
  flannelServer?: {
    $comment?: Comment;
    /**
     * Address it listens on (-listen).
     */
    listenAddress?: string;
    /**
     * Port it listens on (-listen) and clients connect to (-remote).
     */
    port?: number;
    /**
     * How much it logs (--v).
     */
    verbosity?: number;
    flags?: Flags4;
  };
  /**
   * flanneld in client mode, on each node.
   */
  flannel?: {
    $comment?: Comment;
    flags?: Flags5;
  };
  /**
   * The docker daemon, on each node.
   */
  docker?: {
    $comment?: Comment;
    /**
     * Where images and containers lie (--graph, from 17.12 on --data-root). Without it: docker/runtime_1.11 in the base folder.
     */
    graph?: string;
    /**
     * Where the state of running containers lies (--exec-root). Without it: docker/run in the base folder.
     */
    execRoot?: string;
    /**
     * The daemon's UNIX socket.
     */
    socket?: string;
    /**
     * The daemon's TCP listener, or false for none. Whoever reaches it is root on the host.
     */
    tcp?:
      | false
      | {
          /**
           * Address to listen on.
           */
          address?: string;
          /**
           * Port to listen on.
           */
          port?: number;
        };
    /**
     * --storage-driver. When it is not given docker chooses by itself, and may choose differently after a kernel update.
     */
    storageDriver?: 'aufs' | 'btrfs' | 'devicemapper' | 'overlay' | 'overlay2' | 'vfs' | 'zfs';
    flags?: Flags6;
  };
  /**
   * kubelet, on each node.
   */
  kubelet?: {
    $comment?: Comment;
    /**
     * Address it serves on (--address).
     */
    address?: string;
    /**
     * Port of its cAdvisor (--cadvisor-port).
     */
    cadvisorPort?: number;
    /**
     * Whether pods may be privileged (--allow-privileged).
     */
    allowPrivileged?: boolean;
    /**
     * Where volumes and pods lie (--root-dir). When it is not given the flag is left out, as in the guide.
     */
    rootDir?: string;
    /**
     * How much it logs (--v).
     */
    verbosity?: number;
    flags?: Flags7;
  };
  /**
   * kube-proxy, on each node.
   */
  kubeProxy?: {
    $comment?: Comment;
    /**
     * How much it logs (--v).
     */
    verbosity?: number;
    flags?: Flags8;
  };
  /**
   * Programs that do not come from the official archives of the releases, or from archives whose hash nobody published: a private rebuild, a mirror. Each gives all programs of its component, unless programs says which.
   *
   * @maxItems 100
   */
  artifacts?: Artifact[];
  /**
   * Images that each node's docker gets from the bundle, beside the pause image; and where the pause image itself comes from.
   *
   * @maxItems 100
   */
  images?: Image[];
  /**
   * Codes of warnings that you have read and accept for this cluster; they are no longer shown, and --strict does not count them.
   *
   * Items: A warning's code.
   */
  acceptWarnings?: string[];
}
/**
 * One host.
 */
export interface Host {
  $comment?: Comment;
  /**
   * Host name, in lower case, as the other hosts resolve it and as the node is called in Kubernetes.
   */
  name: string;
  /**
   * IPv4 address that the other hosts reach it by.
   */
  address: string;
  /**
   * What it does: etcd member, master (control plane), node (runs pods), in any mix.
   *
   * @minItems 1
   *
   * Items: A role.
   */
  roles: ('etcd' | 'master' | 'node')[];
  /**
   * Name of its etcd member (--name). Without it members are numbered as in the guide: the last etcd host is etcd0.
   */
  memberName?: string;
  /**
   * Network interface that holds the address; the README and messages name it.
   */
  interface?: string;
  /**
   * Default gateway, named in cures where the default route is missing.
   */
  gateway?: string;
  /**
   * Architecture of its processor.
   */
  architecture?: 'amd64' | 'arm64';
}
/**
 * Flags of this component, by name without dashes: a value adds or changes one, null drops it, a list gives it several times. Each is checked against the release's own list.
 */
export interface Flags {
  [k: string]: string | number | boolean | null | (string | number)[];
}
/**
 * Flags of this component, by name without dashes: a value adds or changes one, null drops it, a list gives it several times. Each is checked against the release's own list.
 */
export interface Flags1 {
  [k: string]: string | number | boolean | null | (string | number)[];
}
/**
 * Flags of this component, by name without dashes: a value adds or changes one, null drops it, a list gives it several times. Each is checked against the release's own list.
 */
export interface Flags2 {
  [k: string]: string | number | boolean | null | (string | number)[];
}
/**
 * Flags of this component, by name without dashes: a value adds or changes one, null drops it, a list gives it several times. Each is checked against the release's own list.
 */
export interface Flags3 {
  [k: string]: string | number | boolean | null | (string | number)[];
}
/**
 * Flags of this component, by name without dashes: a value adds or changes one, null drops it, a list gives it several times. Each is checked against the release's own list.
 */
export interface Flags4 {
  [k: string]: string | number | boolean | null | (string | number)[];
}
/**
 * Flags of this component, by name without dashes: a value adds or changes one, null drops it, a list gives it several times. Each is checked against the release's own list.
 */
export interface Flags5 {
  [k: string]: string | number | boolean | null | (string | number)[];
}
/**
 * Flags of this component, by name without dashes: a value adds or changes one, null drops it, a list gives it several times. Each is checked against the release's own list.
 */
export interface Flags6 {
  [k: string]: string | number | boolean | null | (string | number)[];
}
/**
 * Flags of this component, by name without dashes: a value adds or changes one, null drops it, a list gives it several times. Each is checked against the release's own list.
 */
export interface Flags7 {
  [k: string]: string | number | boolean | null | (string | number)[];
}
/**
 * Flags of this component, by name without dashes: a value adds or changes one, null drops it, a list gives it several times. Each is checked against the release's own list.
 */
export interface Flags8 {
  [k: string]: string | number | boolean | null | (string | number)[];
}
/**
 * Where programs of one component come from: one of file, folder and url.
 */
export interface Artifact {
  $comment?: Comment;
  /**
   * Whose programs they are.
   */
  component: 'kubernetes' | 'etcd' | 'flannel' | 'docker';
  /**
   * The processor that they are for.
   */
  architecture?: 'amd64' | 'arm64';
  /**
   * An archive (tar, tar.gz) or one program, relative to this file.
   */
  file?: string;
  /**
   * A folder with programs under their own names, relative to this file.
   */
  folder?: string;
  /**
   * Where kubebale fetch gets an archive or one program.
   */
  url?: string;
  /**
   * SHA-256 of the file, or for a folder of each program in it. Without it the hash has to be accepted once, with --trust-first-use.
   */
  sha256?:
    | Sha256
    | {
        [k: string]: Sha256;
      };
  /**
   * Names of the programs it gives, each with its path in the archive or folder, for what does not lie where the official archive has it. Without it: all programs of the component, or the one that the file is named after.
   */
  programs?: {
    [k: string]: string;
  };
}
/**
 * One image: its name, and one of from and file.
 */
export interface Image {
  $comment?: Comment;
  /**
   * The name that docker knows it by on the hosts, with its tag: that of the private registry.
   */
  name: string;
  /**
   * The processor that this entry is for. Without it: that of every node.
   */
  architecture?: 'amd64' | 'arm64';
  /**
   * The image that kubebale fetch pulls, by tag or digest.
   */
  from?: string;
  /**
   * Whether the registry of from speaks plain HTTP.
   */
  insecure?: boolean;
  /**
   * A file that docker save wrote, relative to this file.
   */
  file?: string;
  /**
   * SHA-256 of file. Without it the hash has to be accepted once, with --trust-first-use.
   */
  sha256?: string;
}
