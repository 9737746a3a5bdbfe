# shellcheck shell=bash
# start_main and stop_main: the life of one daemon. What is particular to a unit is in
# units/X.sh, which is sourced after this and overrides the functions named unit_*.

# shellcheck source=common.sh
. "$KB_ROOT/lib/common.sh"
# shellcheck source=options.sh
. "$KB_ROOT/lib/options.sh"
# shellcheck source=http.sh
. "$KB_ROOT/lib/http.sh"
# shellcheck source=process.sh
. "$KB_ROOT/lib/process.sh"
# shellcheck source=command.sh
. "$KB_ROOT/lib/command.sh"
# shellcheck source=needs.sh
. "$KB_ROOT/lib/needs.sh"
# shellcheck source=names.sh
. "$KB_ROOT/lib/names.sh"
# shellcheck source=causes.sh
. "$KB_ROOT/lib/causes.sh"
# shellcheck source=changed.sh
. "$KB_ROOT/lib/changed.sh"
# shellcheck source=unit-wait.sh
. "$KB_ROOT/lib/unit-wait.sh"
# shellcheck source=unit-stop.sh
. "$KB_ROOT/lib/unit-stop.sh"
# shellcheck source=unit-service.sh
. "$KB_ROOT/lib/unit-service.sh"

PID_FILE=$KB_ROOT/run/$KB_UNIT.pid
LOCK_FILE=$KB_ROOT/run/$KB_UNIT.lock
COMMAND_FILE=$KB_ROOT/run/$KB_UNIT.command
# Pid and start time of the daemon that stop-X.sh ended last, for --service.
STOPPED_FILE=$KB_ROOT/run/$KB_UNIT.stopped
LOG_FILE=$KB_ROOT/log/$KB_UNIT.log

# The port that shows this unit's health; a unit without one leaves it empty.
UNIT_PORT=''
# Seconds after which "only others are missing" is said, when --timeout was not given; '': then
# the whole time is waited.
UNIT_PATIENCE=''

# What a unit's library overrides.
# unit_preflight: checks before the start; ends the script when it must not start.
unit_preflight() { :; }
# unit_prepare: after the folders were made, right before the start.
unit_prepare() { :; }
# unit_adjust_command: may change KB_ARGV once the host is known.
unit_adjust_command() { :; }
# unit_healthy: 0, or 1 and HEALTH_TEXT says what was seen.
unit_healthy() {
  HEALTH_TEXT="this bundle has no health check for it"
  return 1
}
# unit_waiting_for: 0 when only other hosts are missing, and WAITING_TEXT says which.
unit_waiting_for() { return 1; }
# unit_next_step: sets NEXT_STEP to lines that say what to do about those.
unit_next_step() { NEXT_STEP=("It goes on by itself as soon as they are there."); }
# unit_started: it has just been seen healthy.
unit_started() { :; }
# unit_left: this script ends while the daemon runs, but has not been seen healthy.
unit_left() { :; }

usage() { start_usage; }

# healthz PORT: the health check of all Kubernetes programs.
healthz() {
  HEALTH_TEXT="http://127.0.0.1:$1/healthz does not answer"
  if http_get 127.0.0.1 "$1" /healthz 2; then
    HEALTH_TEXT="http://127.0.0.1:$1/healthz says HTTP $HTTP_STATUS: ${HTTP_BODY:0:80}"
  fi
  [[ $HTTP_STATUS == 200 && $HTTP_BODY == ok ]]
}

start_usage() {
  local line
  for line in \
    "Usage: $KB_SCRIPT [OPTION]..." \
    "" \
    "Starts $KB_UNIT in the background and waits until it is healthy." \
    "Its output goes to log/$KB_UNIT.log." "When it runs already, that is said." \
    "" \
    "  --foreground  become the daemon instead (in a container)" \
    "  --service     for systemd (install-services.sh): stay as long as the daemon" \
    "                lives; 0 when it was stopped, 1 when it ended by itself" \
    "  --print       print the daemon's command line and do nothing; a \${NAME} in it" \
    "                is filled in on the host at the start" \
    "  --timeout S   wait at most S seconds (normally $KB_TIMEOUT), 0: without limit for" \
    "                others; what was started is left running when the time is over" \
    "  --force       start although this looks like the wrong host, or although a" \
    "                check speaks against it" \
    "  --health      for status.sh: says nothing when healthy (0), else why not" \
    "                (1) or what it waits for (3); starts nothing" \
    "  --changed     for start.sh and status.sh: 1 when it runs, but not as this" \
    "                bundle would start it now" \
    "  --help        print this" \
    "" \
    "Exit codes: 0 healthy, now or already. 1 failed, and the cause was said." \
    "2 cannot act here: usage, not root, wrong host, missing program. 3 started and" \
    "left running, but it waits for others, which are named. 130 Ctrl-C."; do
    printf '%s\n' "$line"
  done
}

start_main() {
  parse_options "foreground service print timeout= force health changed" "$@"
  if ((OPT_FOREGROUND && OPT_SERVICE)); then
    usage_error "--foreground and --service do not go together"
  fi
  read_command_line
  if ((OPT_PRINT)); then
    printf '%s\n' "$PRINT_LINE"
    exit 0
  fi
  if ((OPT_HEALTH)); then
    report_health
  elif ((OPT_CHANGED)); then
    report_changed
  fi
  TIMEOUT=${OPT_TIMEOUT:-$KB_TIMEOUT}
  require_root
  require_tools awk find flock getent grep od setsid tail timeout
  require_host
  if [[ $KB_ROOT == *:* ]]; then
    refuse "the folder of this bundle has a colon in its name, and PATH cannot hold it: $KB_ROOT" \
      "Unpack the tarball somewhere else."
  fi
  require_program
  make_folder "$KB_ROOT/run"
  make_folder "$KB_ROOT/log"
  trap 'on_interrupt 130' INT
  trap 'on_interrupt 143' TERM
  if ((OPT_SERVICE)); then
    begin_service
  fi
  take_unit_lock
  if process_alive "$PID_FILE"; then
    already_running
  fi
  clear_old_pid_file
  record_host
  refuse_stranger
  check_names ${KB_NAMES[@]+"${KB_NAMES[@]}"}
  wait_for_needs
  unit_preflight
  make_directories
  unit_prepare
  command_line
  unit_adjust_command
  write_start_notes
  if ((OPT_FOREGROUND)); then
    write_pid_file "$PID_FILE" || die_unwritable "$PID_FILE"
    trap - INT TERM
    BECOME_WITH=(nice -n 0)
    become "$PROGRAM" ${KB_ARGV[@]+"${KB_ARGV[@]:1}"}
  fi
  spawn "$PID_FILE" "$LOG_FILE" "$PROGRAM" ${KB_ARGV[@]+"${KB_ARGV[@]:1}"}
  wait_until_spawned
  if ((OPT_SERVICE)); then
    watch_over
  fi
  wait_until_healthy
}

# Ctrl-C and kill end the waiting, never the daemon.
on_interrupt() {
  trap '' INT TERM
  if process_alive "$PID_FILE"; then
    unit_left
    complain "interrupted. $KB_UNIT is left running (pid $FILE_PID)." \
      "Stop it with:" "  $(path_of_script stop)"
  else
    complain "interrupted. $KB_UNIT was not started."
  fi
  exit "$1"
}

# path_of_script start|stop: of this unit, wherever this very script lies.
path_of_script() {
  local folder
  folder=$(dirname -- "$(readlink -f -- "$0")")
  quote_word "$folder/$1-$KB_UNIT.sh"
  printf '%s\n' "$QUOTED"
}

take_unit_lock() {
  until try_lock "$LOCK_FILE"; do
    if past_deadline "$TIMEOUT"; then
      die "another start-$KB_UNIT.sh (pid ${LOCK_HOLDER:-unknown}) is still at work." \
        "Look at what it waits for, or end it with:" "  kill ${LOCK_HOLDER:-PID}"
    fi
    progress "another start-$KB_UNIT.sh (pid ${LOCK_HOLDER:-unknown}) is at work, waiting for it"
    pause 0.5
  done
}

already_running() {
  if ((OPT_FOREGROUND)); then
    die "$KB_UNIT runs already (pid $FILE_PID), so it cannot run in the foreground too." \
      "Stop it first:" "  $(path_of_script stop)"
  fi
  if what_changed; then
    warn "$KB_UNIT runs already, but $CHANGED." \
      "To use the new one, stop it and start it again:" \
      "  $(path_of_script stop) && $(path_of_script start)"
  fi
  if ((OPT_SERVICE)); then
    say "$KB_UNIT runs already (pid $FILE_PID): watching over it from now on."
    watch_over
  fi
  if unit_healthy && process_alive "$PID_FILE"; then
    say "$KB_UNIT runs already (pid $FILE_PID) and is healthy."
    unit_started
    exit 0
  fi
  say "$KB_UNIT runs already (pid $FILE_PID), but is not healthy yet."
  wait_until_healthy
}

clear_old_pid_file() {
  if [[ -e $PID_FILE ]]; then
    describe_old_pid_file
    rm -f -- "$PID_FILE" || die_unwritable "$PID_FILE"
    say "Removed run/$KB_UNIT.pid: $STALE_TEXT."
    if [[ -n $DIED_BY_ITSELF ]] && find_cause "$(recent_log | tail -n 3)"; then
      say "Its log ends with the likely cause: $CAUSE"
    fi
  fi
}

# Sets STALE_TEXT: why the pid file says nothing about a running process; and DIED_BY_ITSELF.
describe_old_pid_file() {
  DIED_BY_ITSELF=''
  if ! read_pid_file "$PID_FILE"; then
    STALE_TEXT="it was no pid file"
  elif [[ $FILE_BOOT != "$BOOT_ID" ]]; then
    STALE_TEXT="it is from before the last reboot"
  elif read_stat "$FILE_PID" && [[ $STAT_START != "$FILE_START" ]]; then
    STALE_TEXT="pid $FILE_PID belongs to another process by now"
  else
    STALE_TEXT="$KB_UNIT (pid $FILE_PID) had ended without being stopped"
    DIED_BY_ITSELF=1
  fi
}

# Another daemon on our port would pass for ours: it answers the health check, ours dies.
refuse_stranger() {
  if [[ -z $UNIT_PORT ]] || ! unit_healthy; then
    return 0
  fi
  if ((OPT_FORCE)); then
    warn "something answers as $KB_UNIT on port $UNIT_PORT already; going on because of --force."
    return 0
  fi
  die "a $KB_UNIT that this bundle did not start answers on port $UNIT_PORT already." \
    "See which process it is, stop it, then run this again:" "  ss -ltnp 'sport = :$UNIT_PORT'"
}

# What this host was like before the first daemon, so that an uninstall can give it back. Also right after an uninstall,
# and after a reboot. Without uninstall.sh nobody would read it.
record_host() {
  if [[ -e $KB_ROOT/uninstall.sh ]]; then
    "$BASH" "$KB_ROOT/uninstall.sh" --record 8>&- ||
      die "$KB_UNIT was not started, for the state of this host could not be recorded (see above)."
  fi
}

make_directories() {
  local directory
  for directory in ${KB_DIRECTORIES[@]+"${KB_DIRECTORIES[@]}"}; do
    make_folder "$directory"
  done
}

# The command line and the program for what_changed to compare, and a line in the log that marks this
# start.
write_start_notes() {
  program_identity
  { printf '%s\n' "$PRINT_LINE$IDENTITY" >"$COMMAND_FILE"; } 2>/dev/null || die_unwritable "$COMMAND_FILE"
  { printf -- '--- start-%s.sh %(%Y-%m-%d %H:%M:%S)T: %s\n' "$KB_UNIT" -1 "$PRINT_LINE" \
    >>"$LOG_FILE"; } 2>/dev/null || die_unwritable "$LOG_FILE"
}
