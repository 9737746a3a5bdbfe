# shellcheck shell=bash
# stop.sh: drains the node, then stops everything in reverse order.

stop_usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [--timeout S] [--no-drain | --force-drain] [--force] [--help]" \
    "" \
    "Stops everything that this host runs, in the reverse order of start.sh. It goes" \
    "on when one of them does not stop. Before that the node is drained: it gets no" \
    "new pods (until start.sh), and those of a controller are made anew elsewhere." \
    "Where the API does not answer, or this bundle has no kubectl, that is said." \
    "" \
    "  --timeout S    seconds after which a daemon is killed (normally 20, docker 60)" \
    "  --no-drain     stop at once: pods end here, and are made anew elsewhere later" \
    "  --force-drain  delete pods too that no controller makes anew" \
    "  --force        stop although this looks like the wrong host" \
    "  --help         print this" \
    "" \
    "Exit codes: 0 nothing runs any more. 1 something could not be stopped, and the" \
    "cause was said. 2 cannot act here: usage, not root, wrong host. 130 Ctrl-C."
}

host_stop_main() {
  local step code
  local -a options=() failed=()
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { stop_usage; }
  parse_options "timeout= force no-drain force-drain" "$@"
  if ((OPT_NO_DRAIN && OPT_FORCE_DRAIN)); then
    usage_error "--no-drain and --force-drain exclude each other"
  fi
  require_root
  require_tools awk flock readlink timeout
  require_host
  if [[ -n $OPT_TIMEOUT ]]; then
    options+=(--timeout "$OPT_TIMEOUT")
  fi
  if ((OPT_FORCE)); then
    options+=(--force)
  fi
  if [[ -w $KB_ROOT/run ]] && ! try_lock "$KB_ROOT/run/start.lock"; then
    refuse "start.sh (pid ${LOCK_HOLDER:-unknown}) is at work here, and would start again what is stopped." \
      "End it first, then run this again:" "  kill ${LOCK_HOLDER:-PID}"
  fi
  INTERRUPTED=0
  trap 'INTERRUPTED=1' INT
  if ((!OPT_NO_DRAIN)); then
    drain_node
  fi
  if ((INTERRUPTED)); then
    complain "interrupted before anything was stopped. The node gets no new pods until start.sh has run:" \
      "  $TYPED_ROOT/start.sh"
    exit 130
  fi
  # The compiler has put them in the order in which they are to be stopped.
  for step in ${KB_STEPS[@]+"${KB_STEPS[@]}"}; do
    code=0
    "$BASH" "$KB_ROOT/$step" ${options[@]+"${options[@]}"} 8>&- || code=$?
    if ((INTERRUPTED)); then
      complain "interrupted: what comes after ${step##*/} was not stopped. Go on with:" "  $TYPED_ROOT/stop.sh"
      exit 130
    elif ((code != 0)); then
      step_title "$step"
      failed+=("$TITLE")
    fi
  done
  if ((${#failed[@]} > 0)); then
    die "not stopped, see above: ${failed[*]}." "When that is mended, run this again:" "  $TYPED_ROOT/stop.sh"
  fi
  say "Nothing of this bundle runs on $KB_HOST any more."
}
