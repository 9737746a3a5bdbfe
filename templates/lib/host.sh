# shellcheck shell=bash
# start.sh, stop.sh and status.sh: all that this host runs, by calling the scripts of the units.

# shellcheck source=common.sh
. "$KB_ROOT/lib/common.sh"
# shellcheck source=options.sh
. "$KB_ROOT/lib/options.sh"
# shellcheck source=process.sh
. "$KB_ROOT/lib/process.sh"
# shellcheck source=host-status.sh
. "$KB_ROOT/lib/host-status.sh"

# --- start.sh --------------------------------------------------------------------------------

start_usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [--timeout S] [--force] [--help]" \
    "" \
    "Starts everything that this host runs, in order. Where other hosts are needed it" \
    "waits for them, without limit, and shows for what. What runs already is left" \
    "alone, so it can be run again at any time." \
    "" \
    "  --timeout S  wait at most S seconds in each step (normally 0: without limit)" \
    "  --force      passed on to each step: act although this looks like the wrong" \
    "               host, or although a check speaks against it" \
    "  --help       print this" \
    "" \
    "Exit codes: 0 everything runs and is healthy. 1 a step failed, and the cause was" \
    "said. 2 cannot act here: usage, not root, wrong host, another start.sh at work." \
    "3 a unit was started and left running, but it waits for others. 130 Ctrl-C."
}

host_start_main() {
  local index step code interrupted count=${#KB_STEPS[@]}
  local -a options
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { start_usage; }
  parse_options "timeout= force" "$@"
  require_root
  require_tools awk flock readlink
  require_host
  make_folder "$KB_ROOT/run"
  if ! try_lock "$KB_ROOT/run/start.lock"; then
    refuse "another start.sh (pid ${LOCK_HOLDER:-unknown}) is at work here." \
      "Wait for it, or press Ctrl-C there: what it started goes on running. Where it is:" \
      "  ps -fp ${LOCK_HOLDER:-PID}"
  fi
  # The step gets the Ctrl-C too and says what it left running; then it is our turn.
  interrupted=0
  trap 'interrupted=1' INT
  for ((index = 0; index < count; index++)); do
    step=${KB_STEPS[index]}
    step_title "$step"
    say "[$((index + 1))/$count] $TITLE"
    options=()
    if [[ ${step##*/} == start-* ]]; then
      options+=(--timeout "${OPT_TIMEOUT:-0}")
    fi
    if ((OPT_FORCE)); then
      options+=(--force)
    fi
    code=0
    # The step looks after us: killed, this could not tell it to stop waiting.
    KUBEBALE_STARTER=$$ "$BASH" "$KB_ROOT/$step" ${options[@]+"${options[@]}"} 8>&- || code=$?
    if ((interrupted)); then
      code=130
    fi
    if ((code != 0)); then
      end_start "$code" "step $((index + 1)) of $count, $TITLE"
    fi
  done
  say "Everything on $KB_HOST runs and is healthy. Look at it any time with:" "  $TYPED_ROOT/status.sh"
}

# step_title SCRIPT: sets TITLE to "etcd" for etcd/start-etcd.sh, "update-hosts" for update-hosts.sh.
step_title() {
  TITLE=${1##*/}
  TITLE=${TITLE%.sh}
  TITLE=${TITLE#start-}
  TITLE=${TITLE#stop-}
}

# end_start CODE STEP: why it ends here, and how it goes on.
end_start() {
  local what
  case $1 in
    3) what="$2, runs but still waits for others: the steps after it were not run." ;;
    130) what="interrupted in $2." ;;
    *) what="$2, failed (exit code $1, see above): the steps after it were not run." ;;
  esac
  complain "$what" "When it is mended, run this again: what already runs is left alone." "  $TYPED_ROOT/start.sh"
  case $1 in
    1 | 2 | 3 | 130) exit "$1" ;;
    *) exit "$EXIT_FAILED" ;;
  esac
}

# --- stop.sh ---------------------------------------------------------------------------------

stop_usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [--timeout S] [--force] [--help]" \
    "" \
    "Stops everything that this host runs, in the reverse order of start.sh. It goes" \
    "on when one of them does not stop." \
    "" \
    "  --timeout S  seconds after which a daemon is killed (normally 20, docker 60)" \
    "  --force      stop although this looks like the wrong host" \
    "  --help       print this" \
    "" \
    "Exit codes: 0 nothing runs any more. 1 something could not be stopped, and the" \
    "cause was said. 2 cannot act here: usage, not root, wrong host. 130 Ctrl-C."
}

host_stop_main() {
  local step code interrupted=0
  local -a options=() failed=()
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { stop_usage; }
  parse_options "timeout= force" "$@"
  require_root
  require_tools awk flock readlink
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
  trap 'interrupted=1' INT
  # The compiler has put them in the order in which they are to be stopped.
  for step in ${KB_STEPS[@]+"${KB_STEPS[@]}"}; do
    code=0
    "$BASH" "$KB_ROOT/$step" ${options[@]+"${options[@]}"} 8>&- || code=$?
    if ((interrupted)); then
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
