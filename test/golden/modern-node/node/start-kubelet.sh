#!/usr/bin/env bash
# Loads the pause image, starts the kubelet in the background and waits until it is healthy (G10).
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/../lib source-path=SCRIPTDIR/../lib/units
set -euo pipefail

readonly KB_HOST=sandbox-2 KB_ADDRESS=10.207.182.19
readonly KB_UNIT=kubelet KB_TIMEOUT=60

# Made before the start, when they are not there yet.
readonly -a KB_DIRECTORIES=()

# Names in the command line that have to resolve to the addresses of lib/hosts.tsv.
readonly -a KB_NAMES=()

# Set in the daemon's otherwise empty environment.
readonly -a KB_ENVIRONMENT=()

# What has to answer: start|wait, kind, what, address, port.
readonly -a KB_NEEDS=(
  start docker 'docker on this host' - -
  wait kube-apiserver 'kube-apiserver on the VIP 10.207.182.250' 10.207.182.250 8080
)

readonly KB_HEALTH_PORT=10248
readonly KB_DOCKER_SOCKET=/var/run/docker.sock
readonly KB_HOME='' KB_KUBELET_ROOT=/var/lib/kubelet

# The command line: the program in bin/, then one flag a line.
command_line() {
  KB_ARGV=(
    kubelet
    --logtostderr=true
    --cadvisor-port=8194
    --cluster-dns=10.254.88.188
    --cluster-domain=Xcloud.local
    --v=4
    --api-servers=http://10.207.182.250:8080
    --address=0.0.0.0
    --allow-privileged=false
    --pod-infra-container-image=registry.example:5000/public/pause:1.0.2
    --container-runtime=docker
    --hostname-override=sandbox-2
    --node-ip=10.207.182.19
  )
}

KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
# shellcheck source=../lib/unit.sh
. "$KB_ROOT/lib/unit.sh"
# shellcheck source=../lib/units/kubelet.sh
. "$KB_ROOT/lib/units/kubelet.sh"
start_main "$@"
