#!/usr/bin/env bash
# Looks at this host and its cluster, and says what is wrong and what to type; changes nothing.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/lib disable=SC2034 # the checks read what is not read here
set -euo pipefail

readonly KB_CLUSTER=guide KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18
# Empty where the specification does not say it.
readonly KB_INTERFACE='' KB_GATEWAY=''
readonly KB_ARCH=amd64

readonly -a KB_ROLES=(
  etcd
  master
  node
)

# Unit and start script, in start order.
readonly -a KB_UNITS=(
  etcd etcd/start-etcd.sh
  flanneld-server master/start-flanneld-server.sh
  kube-apiserver master/start-kube-apiserver.sh
  kube-controller-manager master/start-kube-controller-manager.sh
  kube-scheduler master/start-kube-scheduler.sh
  flanneld node/start-flanneld.sh
  docker node/start-docker.sh
  kubelet node/start-kubelet.sh
  kube-proxy node/start-kube-proxy.sh
)

# Folders that data grows in, and the unit that fills them.
readonly -a KB_DATA_PATHS=(
  /home/work/etcd/data-dir etcd
  /home/work/docker/runtime_1.11 docker
  /home/work/docker/run docker
  /var/lib/kubelet kubelet
)

# Unit, name, value: what the units' own scripts go by. A list has a row for each of its values.
readonly -a KB_SETTINGS=(
  etcd KB_ETCD_NAME etcd2
  etcd KB_ETCD_DATA_DIR /home/work/etcd/data-dir
  etcd KB_ETCD_CLIENT_PORT 2379
  etcd KB_ETCD_PEER_PORT 2380
  etcd KB_ETCD_PEER_URL http://sandbox-1:2380
  etcd KB_ETCD_TOKEN etcd-cluster-1
  etcd KB_ETCDCTL_API ''
  etcd KB_ETCDCTL_ENDPOINTS --endpoints
  etcd KB_ETCD_INITIAL_CLUSTER 'etcd0=http://sandbox-3:2380,etcd1=http://sandbox-2:2380,etcd2=http://sandbox-1:2380'
  etcd KB_NAMES sandbox-1
  etcd KB_NAMES sandbox-2
  etcd KB_NAMES sandbox-3
  flanneld-server KB_FLANNEL_PORT 8888
  flanneld-server KB_FLANNEL_KEY /coreos.com/network/config
  flanneld-server KB_FLANNEL_CONFIG '{"Network": "10.1.0.0/16"}'
  flanneld-server KB_ETCDCTL_API ''
  flanneld-server KB_ETCDCTL_ENDPOINTS --endpoints
  flanneld-server KB_NAMES sandbox-1
  flanneld-server KB_NAMES sandbox-2
  flanneld-server KB_NAMES sandbox-3
  kube-apiserver KB_HEALTH_PORT 8080
  kube-apiserver KB_NAMES sandbox-1
  kube-apiserver KB_NAMES sandbox-2
  kube-apiserver KB_NAMES sandbox-3
  kube-controller-manager KB_HEALTH_PORT 10252
  kube-scheduler KB_HEALTH_PORT 10251
  flanneld KB_FLANNEL_SUBNET_FILE /run/flannel/subnet.env
  flanneld KB_FLANNEL_BACKEND udp
  flanneld KB_POD_NETWORK 10.1.0.0/16
  flanneld KB_NAMES sandbox-1
  flanneld KB_NAMES sandbox-2
  flanneld KB_NAMES sandbox-3
  docker KB_FLANNEL_SUBNET_FILE /run/flannel/subnet.env
  docker KB_DOCKER_SOCKET /var/run/docker.sock
  docker KB_DOCKER_EXEC_ROOT /home/work/docker/run
  docker KB_DOCKER_HELPERS docker-containerd
  docker KB_DOCKER_HELPERS docker-containerd-shim
  docker KB_DOCKER_HELPERS docker-runc
  docker KB_DOCKER_CA ''
  docker KB_DOCKER_REGISTRY registry.Xcloud.com
  docker KB_DOCKER_FORWARD_ACCEPT false
  kubelet KB_HEALTH_PORT 10248
  kubelet KB_DOCKER_SOCKET /var/run/docker.sock
  kubelet KB_HOME ''
  kubelet KB_KUBELET_ROOT /var/lib/kubelet
  kube-proxy KB_HEALTH_PORT 10249
)

KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=lib/doctor.sh
. "$KB_ROOT/lib/doctor.sh"
doctor_main "$@"
