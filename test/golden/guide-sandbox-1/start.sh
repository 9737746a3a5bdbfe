#!/usr/bin/env bash
# Starts everything that this host runs, in order, and waits for other hosts where it has to.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/lib
set -euo pipefail

readonly KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18
# Of this host's kube-apiserver; '' where there is none.
readonly KB_API_PORT=8080

# Run one after the other; each is left alone when it is done already.
readonly -a KB_STEPS=(
  verify.sh
  update-hosts.sh
  etcd/start-etcd.sh
  master/start-flanneld-server.sh
  master/start-kube-apiserver.sh
  master/start-kube-controller-manager.sh
  master/start-kube-scheduler.sh
  node/mount-cgroup.sh
  node/start-flanneld.sh
  node/start-docker.sh
  node/start-kubelet.sh
  node/start-kube-proxy.sh
)

KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=lib/host.sh
. "$KB_ROOT/lib/host.sh"
host_start_main "$@"
