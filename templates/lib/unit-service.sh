# shellcheck shell=bash
# --service of a start script: for systemd. It starts the daemon as always, but stays as long as the
# daemon lives, and says by its exit code whether that ended on purpose (docs/reboots-and-logs.md).

# begin_service: before anything is waited for.
begin_service() {
  # Others may take hours, and nobody sits there to type it again.
  # shellcheck disable=SC2034 # unit-wait.sh reads it
  TIMEOUT=${OPT_TIMEOUT:-0}
  PROGRESS_SAID=''
  trap 'service_told_to_end' INT TERM
}

# Told so by the system. It has run stop-X.sh before, so mostly the daemon is gone. If not, it is left alone.
service_told_to_end() {
  trap '' INT TERM
  if process_alive "$PID_FILE"; then
    unit_left
    say "Told to end. $KB_UNIT is left running (pid $FILE_PID)."
  fi
  exit 0
}

# The journal keeps every line: what is waited for is said once.
service_progress() {
  if [[ $1 != "$PROGRESS_SAID" ]]; then
    PROGRESS_SAID=$1
    print_wrapped '' "$1" || true
  fi
}

# watch_over: until the daemon of the pid file ends, whoever started it.
watch_over() {
  local pid=$FILE_PID start=$FILE_START healthy=0
  read_clock
  ALONE_UNTIL=$((NOW + ${UNIT_PATIENCE:-10}))
  # stop-X.sh and another start script are to find the lock free.
  exec 8>&-
  while same_process "$pid" "$start"; do
    if ((!healthy)) && unit_healthy && same_process "$pid" "$start"; then
      healthy=1
      unit_started
      say "$KB_UNIT is healthy (pid $pid)."
    elif ((!healthy)); then
      read_clock
      service_says_why
    fi
    pause 1
  done
  end_of_service "$pid" "$start"
}

service_says_why() {
  if find_waiting; then
    progress "$KB_UNIT runs and waits: $WAITING_TEXT"
    # As a start script does that gives up here.
    if ((ALONE_UNTIL > 0 && NOW >= ALONE_UNTIL)); then
      ALONE_UNTIL=0
      unit_left
    fi
  else
    progress "$KB_UNIT runs, but is not healthy yet: $HEALTH_TEXT"
  fi
}

# end_of_service PID START: 0 when stop-X.sh did it, and the system lets it be; else 1, and it starts it again.
end_of_service() {
  local stopped=''
  { read -r stopped <"$STOPPED_FILE"; } 2>/dev/null || true
  if [[ $stopped == "$1 $2" ]] || stopped_meanwhile; then
    say "$KB_UNIT (pid $1) was stopped by stop-$KB_UNIT.sh."
    exit 0
  fi
  complain "$KB_UNIT (pid $1) has ended without being stopped."
  show_log
  show_cause
  exit "$EXIT_FAILED"
}
