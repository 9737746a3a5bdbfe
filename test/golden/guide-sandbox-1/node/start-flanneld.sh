#!/usr/bin/env bash
# Starts flanneld as a client in the background and waits until it has a subnet (G7).
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/../lib source-path=SCRIPTDIR/../lib/units
set -euo pipefail

readonly KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18
readonly KB_UNIT=flanneld KB_TIMEOUT=60

# Made before the start, when they are not there yet.
readonly -a KB_DIRECTORIES=(
  /run/flannel
)

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
  wait flanneld-server 'flanneld-server on sandbox-1' 10.207.182.18 8888
)

readonly KB_FLANNEL_SUBNET_FILE=/run/flannel/subnet.env
readonly KB_FLANNEL_BACKEND=udp

# The command line: the program in bin/, then one flag a line.
command_line() {
  KB_ARGV=(
    flanneld
    '-etcd-endpoints=http://sandbox-1:2379,http://sandbox-2:2379,http://sandbox-3:2379'
    -remote=sandbox-1:8888
    -iface=10.207.182.18
  )
}

KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
# shellcheck source=../lib/unit.sh
. "$KB_ROOT/lib/unit.sh"
# shellcheck source=../lib/units/flanneld.sh
. "$KB_ROOT/lib/units/flanneld.sh"
start_main "$@"
