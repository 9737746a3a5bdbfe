#!/usr/bin/env bash
# Starts kube-apiserver in the background and waits until /healthz says ok (G3).
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/../lib source-path=SCRIPTDIR/../lib/units
set -euo pipefail

readonly KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18
readonly KB_UNIT=kube-apiserver KB_TIMEOUT=60

# Made before the start, when they are not there yet.
readonly -a KB_DIRECTORIES=()

# Names in the command line that have to resolve to the addresses of lib/hosts.tsv.
readonly -a KB_NAMES=(
  sandbox-1
  sandbox-2
  sandbox-3
)

# Set in the daemon's otherwise empty environment.
readonly -a KB_ENVIRONMENT=()

# What has to answer: start|wait, kind, what, address, port.
readonly -a KB_NEEDS=(
  start etcd 'a majority of the etcd members' - -
)

readonly KB_HEALTH_PORT=8080

# The command line: the program in bin/, then one flag a line.
command_line() {
  KB_ARGV=(
    kube-apiserver
    --logtostderr=true
    --v=4
    '--etcd-servers=http://sandbox-1:2379,http://sandbox-2:2379,http://sandbox-3:2379'
    --insecure-bind-address=0.0.0.0
    --allow-privileged=false
    --service-cluster-ip-range=10.254.0.0/16
    --service-node-port-range=8000-40000
    --advertise-address=10.207.182.18
    --apiserver-count=3
  )
}

KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
# shellcheck source=../lib/unit.sh
. "$KB_ROOT/lib/unit.sh"
# shellcheck source=../lib/units/kube-apiserver.sh
. "$KB_ROOT/lib/units/kube-apiserver.sh"
start_main "$@"
