#!/usr/bin/env bash
# Starts kube-scheduler in the background and waits until /healthz says ok (G5).
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/../lib source-path=SCRIPTDIR/../lib/units
set -euo pipefail

readonly KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18
readonly KB_UNIT=kube-scheduler KB_TIMEOUT=60

# Made before the start, when they are not there yet.
readonly -a KB_DIRECTORIES=()

# Names in the command line that have to resolve to the addresses of lib/hosts.tsv.
readonly -a KB_NAMES=()

# Set in the daemon's otherwise empty environment.
readonly -a KB_ENVIRONMENT=()

# What has to answer: start|wait, kind, what, address, port.
readonly -a KB_NEEDS=(
  start kube-apiserver 'kube-apiserver on this host' 127.0.0.1 8080
)

readonly KB_HEALTH_PORT=10251

# The command line: the program in bin/, then one flag a line.
command_line() {
  KB_ARGV=(
    kube-scheduler
    --logtostderr=true
    --v=2
    --master=http://127.0.0.1:8080
    --leader-elect=true
  )
}

KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
# shellcheck source=../lib/unit.sh
. "$KB_ROOT/lib/unit.sh"
# shellcheck source=../lib/units/kube-scheduler.sh
. "$KB_ROOT/lib/units/kube-scheduler.sh"
start_main "$@"
