#!/usr/bin/env bash
# Copies docker's programs to /usr/bin, keeping what they replace; --undo puts it back (G8).
# Nothing needs this: docker is started from the bundle. It is for people who type docker.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/../lib source-path=SCRIPTDIR/../lib/units
set -euo pipefail

readonly KB_HOST=sandbox-2 KB_ADDRESS=10.207.182.19
readonly -a KB_DOCKER_BINARIES=(
  containerd
  containerd-shim
  containerd-shim-runc-v2
  ctr
  docker
  docker-init
  docker-proxy
  dockerd
  runc
)

KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
# shellcheck source=../lib/install-docker.sh
. "$KB_ROOT/lib/install-docker.sh"
install_docker_main "$@"
