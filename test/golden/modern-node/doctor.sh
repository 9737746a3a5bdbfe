#!/usr/bin/env bash
# Looks at this host and its cluster, and says what is wrong and what to type; changes nothing.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/lib disable=SC2034 # the checks read what is not read here
set -euo pipefail

readonly KB_CLUSTER=modern KB_HOST=sandbox-2 KB_ADDRESS=10.207.182.19
# Empty where the specification does not say it.
readonly KB_INTERFACE=eth0 KB_GATEWAY=10.207.182.1
readonly KB_ARCH=amd64

readonly -a KB_ROLES=(
  node
)

# Unit and start script, in start order.
readonly -a KB_UNITS=(
  flanneld node/start-flanneld.sh
  docker node/start-docker.sh
  kubelet node/start-kubelet.sh
  kube-proxy node/start-kube-proxy.sh
)

# Folders that data grows in, and the unit that fills them.
readonly -a KB_DATA_PATHS=(
  /home/work/docker/runtime_1.11 docker
  /home/work/docker/run docker
  /var/lib/kubelet kubelet
)

# Unit, name, value: what the units' own scripts go by. A list has a row for each of its values.
readonly -a KB_SETTINGS=(
  flanneld KB_FLANNEL_SUBNET_FILE /run/flannel/subnet.env
  flanneld KB_FLANNEL_BACKEND udp
  flanneld KB_POD_NETWORK 10.1.0.0/16
  flanneld KB_NAMES sandbox-1
  docker KB_FLANNEL_SUBNET_FILE /run/flannel/subnet.env
  docker KB_DOCKER_SOCKET /var/run/docker.sock
  docker KB_DOCKER_EXEC_ROOT /home/work/docker/run
  docker KB_DOCKER_HELPERS docker-init
  docker KB_DOCKER_HELPERS docker-proxy
  docker KB_DOCKER_HELPERS containerd
  docker KB_DOCKER_HELPERS containerd-shim
  docker KB_DOCKER_HELPERS runc
  docker KB_DOCKER_HELPERS containerd-shim-runc-v2
  docker KB_DOCKER_CA ''
  docker KB_DOCKER_REGISTRY registry.example:5000
  docker KB_DOCKER_FORWARD_ACCEPT true
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
