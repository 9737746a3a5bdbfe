/** The specification that `kubebale init` writes: the guide's three hosts, and what one usually changes. */
export const starter = `{
  "$schema": "./cluster.schema.json",
  "$comment": "Three hosts, each etcd member, master and node. Only name and hosts are required: everything else here is the default, and every other setting is explained in cluster.schema.json, which an editor shows while you type.",
  "name": "guide",
  "releases": {
    "$comment": "The releases of the programs that go into the tarballs. Your own builds and further images: see artifacts and images in the schema.",
    "kubernetes": "1.3.3",
    "etcd": "2.3.7",
    "flannel": "0.5.5",
    "docker": "1.11.2"
  },
  "hosts": [
    {
      "$comment": "name: as the other hosts resolve it. roles: etcd, master, node in any mix; an odd number of etcd members. memberName: its name in etcd.",
      "name": "sandbox-1",
      "address": "10.207.182.18",
      "roles": ["etcd", "master", "node"],
      "memberName": "etcd2"
    },
    { "name": "sandbox-2", "address": "10.207.182.19", "roles": ["etcd", "master", "node"], "memberName": "etcd1" },
    { "name": "sandbox-3", "address": "10.207.182.20", "roles": ["etcd", "master", "node"], "memberName": "etcd0" }
  ],
  "paths": {
    "$comment": "All data lies in this folder of each host, unless a component says otherwise.",
    "base": "/home/work"
  },
  "networks": {
    "$comment": "These three must not overlap: pods, services, and the addresses of the hosts. clusterDNS is an address inside serviceCIDR that your DNS add-on gets, or null while there is none.",
    "podCIDR": "10.1.0.0/16",
    "serviceCIDR": "10.254.0.0/16",
    "nodePorts": "8000-40000",
    "clusterDNS": "10.254.88.188",
    "clusterDomain": "Xcloud.local"
  },
  "controlPlane": {
    "$comment": "Where nodes that are no master find the control plane: a master, or {\\"kind\\": \\"vip\\", \\"address\\": …} in front of all masters.",
    "endpoint": { "kind": "master", "host": "sandbox-1" }
  },
  "registry": {
    "$comment": "The private registry. Add its \\"address\\" where DNS does not know its name, and \\"caFile\\" when it speaks HTTPS with a CA of its own.",
    "host": "registry.Xcloud.com",
    "pauseImage": "registry.Xcloud.com/public/pause:1.0.2"
  },
  "apiserver": {
    "$comment": "Port 8080 asks nobody for a password. 127.0.0.1 closes it to other hosts; nodes that are no master then need another way in.",
    "insecureBindAddress": "0.0.0.0"
  },
  "docker": {
    "$comment": "Whoever reaches the TCP listener is root on the host: false turns it off.",
    "tcp": { "address": "0.0.0.0", "port": 2375 }
  },
  "kubelet": {
    "$comment": "Each component takes flags: a value adds or changes one, null drops it, for instance \\"flags\\": {\\"max-pods\\": 60}.",
    "flags": {}
  },
  "acceptWarnings": []
}
`;
