# shellcheck shell=bash
# start.sh: runs the steps of this host one after the other.

start_usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [OPTION]..." \
    "" \
    "Checks the files of this bundle, then starts everything that this host runs, in" \
    "order. Where other hosts are needed it waits for them, without limit, and shows" \
    "for what. What runs already is left alone, so it can be run again at any time." \
    "" \
    "  --only UNIT  only this one, such as kubelet" \
    "  --from UNIT  this one and what comes after it" \
    "  --restart-changed  stop and start what runs with another command line or" \
    "               program than this bundle has now, as after a new tarball was" \
    "               unpacked over an old one; an end of docker ends its containers" \
    "  --timeout S  wait at most S seconds in each step (normally 0: without limit)" \
    "  --no-verify  do not check the files of this bundle first" \
    "  --force      passed on to each step: act although this looks like the wrong" \
    "               host, or although a check speaks against it" \
    "  --help       print this" \
    "" \
    "Exit codes: 0 everything runs and is healthy. 1 a step failed, and the cause was" \
    "said. 2 cannot act here: usage, not root, wrong host, another start.sh at work." \
    "3 a unit was started and left running, but it waits for others. 130 Ctrl-C."
}

host_start_main() {
  local index count
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { start_usage; }
  parse_options "timeout= force no-verify only= from= restart-changed" "$@"
  choose_steps
  require_root
  require_tools awk flock readlink timeout
  require_host
  make_folder "$KB_ROOT/run"
  if ! try_lock "$KB_ROOT/run/start.lock"; then
    refuse "another start.sh (pid ${LOCK_HOLDER:-unknown}) is at work here." \
      "Wait for it, or press Ctrl-C there: what it started goes on running. Where it is:" \
      "  ps -fp ${LOCK_HOLDER:-PID}"
  fi
  # The step gets the Ctrl-C too and says what it left running; then it is our turn.
  INTERRUPTED=0
  trap 'INTERRUPTED=1' INT
  count=${#CHOSEN[@]}
  for ((index = 0; index < count; index++)); do
    step_title "${CHOSEN[index]}"
    say "[$((index + 1))/$count] $TITLE"
    run_step "${CHOSEN[index]}" "step $((index + 1)) of $count, $TITLE"
    if [[ $TITLE == kubelet ]]; then
      UNCORDON=1
    fi
  done
  if ((${UNCORDON-0})); then
    uncordon_node
  fi
  if [[ -n $OPT_ONLY$OPT_FROM ]]; then
    say "Done. All of $KB_HOST shows:" "  $TYPED_ROOT/status.sh"
  else
    say "Everything on $KB_HOST runs and is healthy. Look at it any time with:" "  $TYPED_ROOT/status.sh"
  fi
}

# run_step SCRIPT WHERE: ends this script when the step does not end with 0.
run_step() {
  local step=$1 changed code=0
  local -a options=()
  if ((OPT_FORCE)); then
    options+=(--force)
  fi
  if [[ ${step##*/} == start-* ]]; then
    if ((OPT_RESTART_CHANGED)); then
      changed=$("$BASH" "$KB_ROOT/$step" --changed 8>&-) || code=$?
      if ((code == 1)) && [[ -n $changed ]]; then
        say "$TITLE is stopped and started: $changed"
        call_step "$2" "${step%/*}/stop-${step##*/start-}" ${options[@]+"${options[@]}"}
      elif ((code)); then
        # A script that cannot even say it would stop the daemon for nothing.
        end_start "$code" "$2" "$step"
      fi
    fi
    options+=(--timeout "${OPT_TIMEOUT:-0}")
  fi
  call_step "$2" "$step" ${options[@]+"${options[@]}"}
}

# call_step WHERE SCRIPT OPTION...
call_step() {
  local where=$1 script=$2 code=0
  shift 2
  # The step looks after us: killed, this could not tell it to stop waiting.
  KUBEBALE_STARTER=$$ "$BASH" "$KB_ROOT/$script" "$@" 8>&- || code=$?
  if ((INTERRUPTED)); then
    code=130
  fi
  if ((code != 0)); then
    end_start "$code" "$where" "$script"
  fi
}

# end_start CODE WHERE SCRIPT: why it ends here, and how it goes on.
end_start() {
  local what
  case $1 in
    3) what="$2, runs but still waits for others: the steps after it were not run." ;;
    130) what="interrupted in $2." ;;
    *) what="$2, failed (exit code $1, see above): the steps after it were not run." ;;
  esac
  complain "$what" "When it is mended, run this again: what already runs is left alone." "  $TYPED_ROOT/start.sh"
  if [[ $3 != verify.sh && $1 != 130 ]]; then
    print_message '' "What else is wrong, on this host and with its cluster, says:" "  $TYPED_ROOT/doctor.sh" >&2
  fi
  if [[ $3 == verify.sh && $1 != 130 ]]; then
    print_message '' "Nothing was changed on this host. To go on with the files as they are:" \
      "  $TYPED_ROOT/start.sh --no-verify" >&2
  fi
  case $1 in
    1 | 2 | 3 | 130) exit "$1" ;;
    *) exit "$EXIT_FAILED" ;;
  esac
}
