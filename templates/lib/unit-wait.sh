# shellcheck shell=bash
# The waiting part of a start: for what has to be there before, and for the daemon's health.

# Waits for the needs of mode "start", because the daemon dies without them.
wait_for_needs() {
  while missing_needs start; do
    join_words ${MISSING[@]+"${MISSING[@]}"}
    if past_deadline "$TIMEOUT"; then
      die "$KB_UNIT was not started, for it needs: $JOINED." \
        "Start that first. What runs on this host shows:" "  $TYPED_ROOT/status.sh"
    fi
    join_words ${MISSING_BRIEFLY[@]+"${MISSING_BRIEFLY[@]}"}
    progress "$KB_UNIT needs: $JOINED"
    pause 0.5
  done
}

# Waits the moment until the child has written its pid file, or has said why it cannot.
wait_until_spawned() {
  while ! { process_alive "$PID_FILE" && [[ $FILE_PID == "$SPAWNED" ]]; }; do
    # Looked at after the pid file: a child that is gone now may have written it before.
    if ! kill -0 "$SPAWNED" 2>/dev/null; then
      if read_pid_file "$PID_FILE" && [[ $FILE_PID == "$SPAWNED" ]]; then
        return 0
      fi
      if stopped_meanwhile; then
        if ((OPT_SERVICE)); then exit 0; fi
        die "$KB_UNIT was stopped by stop-$KB_UNIT.sh right after its start."
      fi
      exit "$EXIT_FAILED"
    fi
    pause 0.05
  done
}

wait_until_healthy() {
  local waiting_since='' alone_since
  read_clock
  alone_since=$NOW
  while :; do
    if ! process_alive "$PID_FILE"; then
      report_death
    fi
    if unit_healthy && process_alive "$PID_FILE"; then
      unit_started
      say "$KB_UNIT is healthy (pid $FILE_PID)."
      exit 0
    fi
    if find_waiting; then
      waiting_since=${waiting_since:-$NOW}
      alone_since=$NOW
      progress "$KB_UNIT: $WAITING_BRIEFLY"
      if [[ -n $UNIT_PATIENCE && -z $OPT_TIMEOUT ]] && ((NOW - waiting_since >= UNIT_PATIENCE)); then
        report_waiting
      fi
    else
      waiting_since=''
      progress "$KB_UNIT runs, but is not healthy yet: $HEALTH_TEXT"
      # "Without limit" is meant for others: a daemon that nothing keeps waiting is broken.
      if ((TIMEOUT == 0 && KB_TIMEOUT > 0 && NOW - alone_since >= KB_TIMEOUT)); then
        report_unhealthy
      fi
    fi
    if past_deadline "$TIMEOUT"; then
      if [[ -n $waiting_since ]]; then report_waiting; else report_unhealthy; fi
    fi
    pause 0.3
  done
}

# find_waiting: 0 when the daemon itself is fine and only others are missing; sets WAITING_TEXT, and
# WAITING_BRIEFLY for the line that is shown meanwhile.
find_waiting() {
  WAITING_BRIEFLY=''
  if unit_waiting_for; then
    WAITING_BRIEFLY=${WAITING_BRIEFLY:-runs and waits $WAITING_TEXT}
    return 0
  fi
  # What was there at the start may be gone by now.
  if missing_needs wait || missing_needs start; then
    join_words ${MISSING[@]+"${MISSING[@]}"}
    WAITING_TEXT="for $JOINED"
    join_words ${MISSING_BRIEFLY[@]+"${MISSING_BRIEFLY[@]}"}
    WAITING_BRIEFLY="runs and waits for $JOINED"
    return 0
  fi
  return 1
}

# --health: for status.sh. Says nothing when it is healthy.
report_health() {
  if ! process_alive "$PID_FILE"; then
    if [[ -n $UNIT_PORT ]] && unit_healthy; then
      say "port $UNIT_PORT answers, but this bundle did not start that process"
    else
      say "not running"
    fi
    exit "$EXIT_FAILED"
  elif unit_healthy; then
    exit 0
  elif find_waiting; then
    say "waits: $WAITING_TEXT"
    exit "$EXIT_WAITING"
  fi
  say "$HEALTH_TEXT"
  exit "$EXIT_FAILED"
}

report_waiting() {
  unit_left
  # Also because looking at the others has looked into other pid files.
  process_alive "$PID_FILE" || report_death
  unit_next_step
  say "$KB_UNIT runs (pid $FILE_PID) and is left running, but it waits: $WAITING_TEXT." \
    ${NEXT_STEP[@]+"${NEXT_STEP[@]}"} "Then look with:" "  $TYPED_ROOT/status.sh"
  exit "$EXIT_WAITING"
}

report_unhealthy() {
  unit_left
  process_alive "$PID_FILE" || report_death
  complain "$KB_UNIT runs (pid $FILE_PID) but is not healthy after $((NOW - STARTED_AT)) s: $HEALTH_TEXT."
  show_log
  show_cause
  print_message '' "It was left running. Go on waiting with the first, or stop it with the second:" \
    "  $(path_of_script start)" "  $(path_of_script stop)" >&2
  exit "$EXIT_FAILED"
}

report_death() {
  if stopped_meanwhile; then
    die "$KB_UNIT was stopped by stop-$KB_UNIT.sh while this script waited for it."
  fi
  complain "$KB_UNIT died."
  show_log
  show_cause
  print_message '' "When that is mended, start it again:" "  $(path_of_script start)" >&2
  exit "$EXIT_FAILED"
}

# recent_log: what the log says since the last start, at most 64 KiB of it. Without characters
# that would play tricks on a terminal.
recent_log() {
  { tail -c 65536 -- "$LOG_FILE" | awk '
    /^--- start-/ { count = 0; next }
    { line[count++] = $0 }
    END { for (i = 0; i < count; i++) print line[i] }
  ' | tr -d '\000-\010\013-\037\177'; } 2>/dev/null || true
}

# without_stacks: leaves out the calls that Go lists after a panic, which push its words out of a log's last lines.
without_stacks() {
  awk '
    /^goroutine [0-9]+ \[/ { inside = 1; next }
    inside && (/^\t/ || /^created by / || /^[^ ]+\(.*\)$/ || /^$/) { next }
    { inside = 0; print }
  '
}

stopped_meanwhile() {
  local log
  log=$(recent_log)
  [[ $'\n'$log == *$'\n'"--- stop-$KB_UNIT.sh "* ]]
}

show_log() {
  local line count=0
  print_message '' "The end of $LOG_FILE:" >&2
  while IFS= read -r line; do
    printf '  | %s\n' "$line" >&2
    count=$((count + 1))
  done < <(recent_log | without_stacks | tail -n 15)
  if ((count == 0)); then
    printf '  | (nothing was written since this start)\n' >&2
  fi
}

# Says the likely cause, when the log shows a known one.
show_cause() {
  find_cause "$(recent_log)" || return 0
  print_message 'Likely cause: ' "$CAUSE" ${CURE[@]+"${CURE[@]}"} >&2
}
