#!/usr/bin/env bash
# Holds the files of this bundle against its SHA256SUMS, and names each one that is not as it was.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/lib
set -euo pipefail

readonly KB_HOST=sandbox-2 KB_ADDRESS=10.207.182.19

# Programs and images that belong here; a tarball may have been made without some of them.
readonly -a KB_ARTIFACTS=(
  bin/containerd
  bin/containerd-shim
  bin/containerd-shim-runc-v2
  bin/ctr
  bin/docker
  bin/docker-init
  bin/docker-proxy
  bin/dockerd
  bin/flanneld
  bin/kube-proxy
  bin/kubelet
  bin/runc
  images/pause.tar
)

KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=lib/verify.sh
. "$KB_ROOT/lib/verify.sh"
verify_main "$@"
