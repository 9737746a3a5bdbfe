#!/usr/bin/env bash
# Says what runs on this host, since when, and whether it is healthy.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/lib
set -euo pipefail

readonly KB_CLUSTER=guide KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18

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

KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=lib/host.sh
. "$KB_ROOT/lib/host.sh"
host_status_main "$@"
