#!/usr/bin/env bash
# Writes flannel's network configuration into etcd when it is not there, then starts flanneld
# as the server that hands out subnets, and waits until it answers (G6).
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/../lib source-path=SCRIPTDIR/../lib/units
set -euo pipefail

readonly KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18
readonly KB_UNIT=flanneld-server KB_TIMEOUT=60

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

readonly KB_FLANNEL_PORT=8888
readonly KB_FLANNEL_KEY=/coreos.com/network/config
readonly KB_FLANNEL_CONFIG='{"Network": "10.1.0.0/16"}'
# For the commands that messages name.
readonly KB_ETCDCTL_API='' KB_ETCDCTL_ENDPOINTS=--endpoints

# The command line: the program in bin/, then one flag a line.
command_line() {
  KB_ARGV=(
    flanneld
    -v 16
    -listen=0.0.0.0:8888
    '-etcd-endpoints=http://sandbox-1:2379,http://sandbox-2:2379,http://sandbox-3:2379'
    -iface=10.207.182.18
  )
}

KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
# shellcheck source=../lib/unit.sh
. "$KB_ROOT/lib/unit.sh"
# shellcheck source=../lib/units/flanneld-server.sh
. "$KB_ROOT/lib/units/flanneld-server.sh"
start_main "$@"
