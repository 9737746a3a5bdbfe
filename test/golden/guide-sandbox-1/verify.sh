#!/usr/bin/env bash
# Holds the files of this bundle against its SHA256SUMS, and names each one that is not as it was.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/lib
set -euo pipefail

readonly KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18

# Programs and images that belong here; a tarball may have been made without some of them.
readonly -a KB_ARTIFACTS=(
  bin/docker
  bin/docker-containerd
  bin/docker-containerd-ctr
  bin/docker-containerd-shim
  bin/docker-runc
  bin/etcd
  bin/etcdctl
  bin/flanneld
  bin/kube-apiserver
  bin/kube-controller-manager
  bin/kube-proxy
  bin/kube-scheduler
  bin/kubectl
  bin/kubelet
  images/pause.tar
)

KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=lib/verify.sh
. "$KB_ROOT/lib/verify.sh"
verify_main "$@"
