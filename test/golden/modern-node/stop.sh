#!/usr/bin/env bash
# Stops everything that this host runs, in the reverse order of start.sh.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/lib
set -euo pipefail

readonly KB_HOST=sandbox-2 KB_ADDRESS=10.207.182.19
# Of this host's kube-apiserver; '' where there is none.
readonly KB_API_PORT=''

# Run one after the other, also after a failure.
readonly -a KB_STEPS=(
  node/stop-kube-proxy.sh
  node/stop-kubelet.sh
  node/stop-docker.sh
  node/stop-flanneld.sh
)

KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=lib/host.sh
. "$KB_ROOT/lib/host.sh"
host_stop_main "$@"
