# shellcheck shell=bash
# start.sh, stop.sh and status.sh: all that this host runs, by calling the scripts of the units.

# shellcheck source=common.sh
. "$KB_ROOT/lib/common.sh"
# shellcheck source=options.sh
. "$KB_ROOT/lib/options.sh"
# shellcheck source=http.sh
. "$KB_ROOT/lib/http.sh"
# shellcheck source=process.sh
. "$KB_ROOT/lib/process.sh"
# shellcheck source=drain.sh
. "$KB_ROOT/lib/drain.sh"
# shellcheck source=host-steps.sh
. "$KB_ROOT/lib/host-steps.sh"
# shellcheck source=host-start.sh
. "$KB_ROOT/lib/host-start.sh"
# shellcheck source=host-stop.sh
. "$KB_ROOT/lib/host-stop.sh"
# shellcheck source=host-status.sh
. "$KB_ROOT/lib/host-status.sh"
