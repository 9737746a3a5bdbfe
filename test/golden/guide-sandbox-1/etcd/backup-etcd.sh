#!/usr/bin/env bash
# Writes a backup of etcd's keys, and proves that it can be restored.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/../lib source-path=SCRIPTDIR/../lib/units
set -euo pipefail

readonly KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18
readonly KB_UNIT=etcd KB_TIMEOUT=60

# Made before the start, when they are not there yet.
readonly -a KB_DIRECTORIES=(
  /home/work/etcd/data-dir
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
readonly -a KB_NEEDS=()

readonly KB_ETCD_NAME=etcd2
readonly KB_ETCD_DATA_DIR=/home/work/etcd/data-dir
readonly KB_ETCD_TOKEN=etcd-cluster-1
readonly KB_ETCD_CLIENT_PORT=2379
readonly KB_ETCD_PEER_PORT=2380
readonly KB_ETCD_PEER_URL=http://sandbox-1:2380
readonly KB_ETCD_INITIAL_CLUSTER='etcd0=http://sandbox-3:2380,etcd1=http://sandbox-2:2380,etcd2=http://sandbox-1:2380'
readonly KB_CLUSTER=guide
# What ETCDCTL_API has to be for etcdctl's v2 commands; empty when it knows no others.
readonly KB_ETCDCTL_API='' KB_ETCDCTL_ENDPOINTS=--endpoints

# The command line: the program in bin/, then one flag a line.
command_line() {
  KB_ARGV=(
    etcd
    --name etcd2
    --data-dir /home/work/etcd/data-dir
    --advertise-client-urls 'http://sandbox-1:2379,http://sandbox-1:4001'
    --listen-client-urls 'http://0.0.0.0:2379,http://0.0.0.0:4001'
    --initial-advertise-peer-urls http://sandbox-1:2380
    --listen-peer-urls http://0.0.0.0:2380
    --initial-cluster-token etcd-cluster-1
    --initial-cluster 'etcd0=http://sandbox-3:2380,etcd1=http://sandbox-2:2380,etcd2=http://sandbox-1:2380'
    --initial-cluster-state new
  )
}

KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
# shellcheck source=../lib/unit.sh
. "$KB_ROOT/lib/unit.sh"
# shellcheck source=../lib/etcd-backup.sh
. "$KB_ROOT/lib/etcd-backup.sh"
etcd_backup_main "$@"
