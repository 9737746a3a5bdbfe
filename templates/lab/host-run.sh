#!/usr/bin/env bash
# Runs a command on a host of `kubebale rehearse`, as one of its processes, in its folder /root.
#
#   host-run.sh CGROUP PID WORD...
#
# PID is that of the host's first process, as this machine sees it.
set -euo pipefail

HERE=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=cgroups.sh
. "$HERE/cgroups.sh"
join_cgroups "$1"
readonly PID=$2
shift 2
exec nsenter --target "$PID" --pid --mount --net --uts --ipc --cgroup -- env -C /root "$@"
