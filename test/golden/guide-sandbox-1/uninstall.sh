#!/usr/bin/env bash
# Undoes what the scripts and daemons of this bundle did on this host; --purge-data deletes data too.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/lib
set -euo pipefail

readonly KB_CLUSTER=guide KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18
readonly KB_POD_NETWORK=10.1.0.0/16 KB_DOCKER_SOCKET=/var/run/docker.sock
readonly KB_DOCKER_REGISTRY=registry.Xcloud.com KB_DOCKER_CA=''

# Where the daemons of this host keep their data.
readonly -a KB_DATA=(
  /home/work/etcd/data-dir
  /home/work/docker/runtime_1.11
  /home/work/docker/run
  /var/lib/kubelet
  /home/work/etcd/data-dir.first-start
  /home/work/etcd/data-dir.in-progress
  /home/work/etcd/data-dir.origin
  /home/work/etcd/data-dir.new
)

KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# The last step of --purge-data, in a process of its own, and what a run that was killed in it has left to do.
if [[ ! -e $KB_ROOT/lib && ! -e $KB_ROOT/SHA256SUMS ]]; then
  # A copy of this script that lies alone is in the same place: it deletes nothing that was not asked for.
  if ((EUID != 0)) || [[ " $* " != *' --purge-data '* || " $* " == *' --'[dh]* || " $* " == *' -h '* ]]; then
    printf 'All is undone but for this script and run/. To delete them, type as root:\n  %q --purge-data --yes\n' "$KB_ROOT/uninstall.sh"
    if [[ " $* " == *' --'[dh]* || " $* " == *' -h '* ]]; then exit 0; else exit 2; fi
  fi
  if [[ -d $KB_ROOT/.removed ]]; then
    rm -rf --one-file-system -- "$KB_ROOT/run"
    rm -rf --one-file-system -- "$KB_ROOT/.removed"
  fi
  rm -f -- "$KB_ROOT/uninstall.sh"
  rmdir -- "$KB_ROOT" 2>/dev/null || printf '%s stays: there is something else in it.\n' "$KB_ROOT"
  exit 0
fi
# shellcheck source=lib/uninstall.sh
. "$KB_ROOT/lib/uninstall.sh"
uninstall_main "$@"
