#!/usr/bin/env bash
# Starts the first process of a host of `kubebale rehearse`, in cgroups and namespaces of its own.
#
#   host-start.sh CGROUP NAME FOLDER SHARED
set -euo pipefail

HERE=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=cgroups.sh
. "$HERE/cgroups.sh"
# A cgroup namespace begins where its first process is.
join_cgroups "$1"
exec unshare --pid --mount --net --uts --ipc --cgroup --fork --kill-child --propagation private \
  bash "$HERE/host-init.sh" "$2" "$3" "$4"
