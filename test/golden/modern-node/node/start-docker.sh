#!/usr/bin/env bash
# Starts the docker daemon on the subnet that flanneld got, and waits until it answers (G9).
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/../lib source-path=SCRIPTDIR/../lib/units
set -euo pipefail

readonly KB_HOST=sandbox-2 KB_ADDRESS=10.207.182.19
readonly KB_UNIT=docker KB_TIMEOUT=60

# Made before the start, when they are not there yet.
readonly -a KB_DIRECTORIES=(
  /home/work/docker/runtime_1.11
  /home/work/docker/run
)

# Names in the command line that have to resolve to the addresses of lib/hosts.tsv.
readonly -a KB_NAMES=()

# Set in the daemon's otherwise empty environment.
readonly -a KB_ENVIRONMENT=()

# What has to answer: start|wait, kind, what, address, port.
readonly -a KB_NEEDS=(
  start flanneld 'flanneld on this host' - -
)

readonly KB_FLANNEL_SUBNET_FILE=/run/flannel/subnet.env
readonly KB_DOCKER_SOCKET=/var/run/docker.sock
readonly KB_DOCKER_EXEC_ROOT=/home/work/docker/run
readonly KB_DOCKER_REGISTRY=registry.example:5000
readonly KB_DOCKER_CA=''
readonly KB_DOCKER_FORWARD_ACCEPT=true

# Programs that the daemon looks for on PATH; this bundle's bin/ comes first there.
readonly -a KB_DOCKER_HELPERS=(
  docker-init
  docker-proxy
  containerd
  containerd-shim
  runc
  containerd-shim-runc-v2
)

# The command line: the program in bin/, then one flag a line.
command_line() {
  KB_ARGV=(
    dockerd
    -H unix:///var/run/docker.sock
    -H tcp://0.0.0.0:2375
    --data-root=/home/work/docker/runtime_1.11
    --exec-root=/home/work/docker/run
    --insecure-registry=registry.example:5000
    --bip="${FLANNEL_SUBNET}"
    --mtu="${FLANNEL_MTU}"
    --default-ipc-mode=shareable
  )
}

KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
# shellcheck source=../lib/unit.sh
. "$KB_ROOT/lib/unit.sh"
# shellcheck source=../lib/units/docker.sh
. "$KB_ROOT/lib/units/docker.sh"
start_main "$@"
