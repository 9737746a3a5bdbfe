#!/usr/bin/env bash
# Mounts the cgroup v1 hierarchies that docker needs, where they are not mounted yet (G8).
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/../lib source-path=SCRIPTDIR/../lib/units
set -euo pipefail

readonly KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18

KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
# shellcheck source=../lib/mount-cgroup.sh
. "$KB_ROOT/lib/mount-cgroup.sh"
mount_cgroup_main "$@"
