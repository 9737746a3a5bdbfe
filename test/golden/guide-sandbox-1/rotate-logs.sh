#!/usr/bin/env bash
# Keeps the logs of this host's daemons small: rotates those that are larger than a limit.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/lib
set -euo pipefail

readonly KB_CLUSTER=guide KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18

KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=lib/rotate-logs.sh
. "$KB_ROOT/lib/rotate-logs.sh"
rotate_logs_main "$@"
