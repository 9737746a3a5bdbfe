#!/usr/bin/env bash
# Keeps a block with the names of the cluster's hosts in /etc/hosts; --remove takes it out again.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/lib
set -euo pipefail

readonly KB_CLUSTER=guide KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18

KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=lib/update-hosts.sh
. "$KB_ROOT/lib/update-hosts.sh"
update_hosts_main "$@"
