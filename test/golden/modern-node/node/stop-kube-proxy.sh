#!/usr/bin/env bash
# Stops one daemon of this host: asks it to end, waits, and ends it when it does not.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/../lib source-path=SCRIPTDIR/../lib/units
set -euo pipefail

readonly KB_HOST=sandbox-2 KB_ADDRESS=10.207.182.19
readonly KB_UNIT=kube-proxy

KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
# shellcheck source=../lib/unit.sh
. "$KB_ROOT/lib/unit.sh"
stop_main "$@"
