#!/usr/bin/env bash
# Starts kube-proxy in the background and waits until it is healthy (G11).
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/../lib source-path=SCRIPTDIR/../lib/units
set -euo pipefail

readonly KB_HOST=sandbox-2 KB_ADDRESS=10.207.182.19
readonly KB_UNIT=kube-proxy KB_TIMEOUT=60

# Made before the start, when they are not there yet.
readonly -a KB_DIRECTORIES=()

# Names in the command line that have to resolve to the addresses of lib/hosts.tsv.
readonly -a KB_NAMES=()

# Set in the daemon's otherwise empty environment.
readonly -a KB_ENVIRONMENT=()

# What has to answer: start|wait, kind, what, address, port.
readonly -a KB_NEEDS=(
  wait kube-apiserver 'kube-apiserver on the VIP 10.207.182.250' 10.207.182.250 8080
)

readonly KB_HEALTH_PORT=10249

# The command line: the program in bin/, then one flag a line.
command_line() {
  KB_ARGV=(
    kube-proxy
    --logtostderr=true
    --v=4
    --master=http://10.207.182.250:8080
    --hostname-override=sandbox-2
  )
}

KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
# shellcheck source=../lib/unit.sh
. "$KB_ROOT/lib/unit.sh"
# shellcheck source=../lib/units/kube-proxy.sh
. "$KB_ROOT/lib/units/kube-proxy.sh"
start_main "$@"
