# shellcheck shell=bash
# stop_main: ends one daemon, gently, then not.

stop_usage() {
  local line
  for line in \
    "Usage: $KB_SCRIPT [--timeout S] [--force] [--help]" \
    "" \
    "Stops $KB_UNIT: SIGTERM, and SIGKILL when it is" \
    "still there after S seconds. When it does not run, that is said." \
    "" \
    "  --timeout S   seconds until SIGKILL, 0: never (normally $STOP_SECONDS)" \
    "  --force       stop although this looks like the wrong host" \
    "  --from-systemd  nothing to do when the service's start script has ended" \
    "  --help        print this" \
    "" \
    "Exit codes: 0 stopped, now or before. 1 it would not end, or a start script is" \
    "about to start it. 2 cannot act here: usage, not root, wrong host."; do
    printf '%s\n' "$line"
  done
}

stop_main() {
  local pid start
  # docker has containers to end first.
  STOP_SECONDS=20
  if [[ $KB_UNIT == docker ]]; then
    STOP_SECONDS=60
  fi
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { stop_usage; }
  parse_options "timeout= force from-systemd" "$@"
  # systemd runs ExecStop= also after ExecStart= has ended by itself, and then names no main process. What it watched
  # has ended, and what runs by now was started by a person.
  if ((OPT_FROM_SYSTEMD)) && [[ -z ${MAINPID-} ]]; then
    exit 0
  fi
  STOP_SECONDS=${OPT_TIMEOUT:-$STOP_SECONDS}
  require_root
  require_tools awk flock
  require_host
  cancel_restart
  if ! wait_for_starter; then
    say "$KB_UNIT is not running."
    exit 0
  fi
  pid=$FILE_PID
  start=$FILE_START
  children_of_bundle "$pid"
  # start-X.sh, if it waits at this moment, learns from this line that nothing is wrong.
  { printf -- '--- stop-%s.sh %(%Y-%m-%d %H:%M:%S)T: pid %s\n' "$KB_UNIT" -1 "$pid" >>"$LOG_FILE"; } 2>/dev/null || true
  { printf '%s %s\n' "$pid" "$start" >"$STOPPED_FILE"; } 2>/dev/null || true
  # A reader that went away must not keep this from its end.
  trap '' PIPE
  trap 'complain "interrupted. $KB_UNIT (pid $FILE_PID) was told to end and may still be at it." "Go on with:" "  $(path_of_script stop)"; exit 130' INT
  STARTED_AT=$NOW
  end_process "$pid" "$start" "$STOP_SECONDS"
  end_children
  say "$KB_UNIT is stopped (it was pid $pid)."
  forget_pid_file "$pid"
}

# cancel_restart: a service that failed is started again by systemd some seconds later, unless it is told not to.
cancel_restart() {
  local file second service
  if [[ ! -d /run/systemd/system ]] || ((OPT_FROM_SYSTEMD)) || ! type -P systemctl >/dev/null; then
    return 0
  fi
  for file in /etc/systemd/system/kubebale-*-"$KB_UNIT".service; do
    second=$(sed -n 2p -- "$file" 2>/dev/null) || continue
    service=${file##*/}
    if [[ $second == "# bundle: \"$KB_ROOT\"" && $(systemctl is-active "$service" 2>/dev/null 8>&-) == activating ]]; then
      systemctl stop "$service" 8>&- || warn "systemd may start $KB_UNIT again. Type:" "  systemctl stop $service"
    fi
  done
}

# wait_for_starter: 0 when the daemon runs, 1 when it does not. When a start script is at work,
# it may be about to start it: "not running" would be wrong a second later.
wait_for_starter() {
  while ! process_alive "$PID_FILE"; do
    # In a folder that cannot be written no start script can be at work either.
    if [[ ! -w $KB_ROOT/run ]]; then
      return 1
    fi
    if try_lock "$LOCK_FILE"; then
      # Once more, under the lock: it may have come up between the two looks.
      if process_alive "$PID_FILE"; then
        exec 8>&-
        return 0
      fi
      if [[ -e $PID_FILE ]]; then
        describe_old_pid_file
        rm -f -- "$PID_FILE"
        say "Removed run/$KB_UNIT.pid: $STALE_TEXT."
      fi
      return 1
    fi
    # systemd, which runs this, ends its own start script next.
    if [[ -n ${MAINPID-} && ${LOCK_HOLDER:-none} == "$MAINPID" ]]; then
      return 1
    fi
    if past_deadline "$STOP_SECONDS"; then
      die "$KB_UNIT does not run, but start-$KB_UNIT.sh (pid ${LOCK_HOLDER:-unknown}) is about to start it." \
        "End that first, then run this again:" "  kill ${LOCK_HOLDER:-PID}"
    fi
    progress "$KB_UNIT is not running, but start-$KB_UNIT.sh (pid ${LOCK_HOLDER:-unknown}) is at work"
    pause 0.3
  done
}

# end_process PID START SECONDS
end_process() {
  signal_process "$1" "$2" TERM
  while same_process "$1" "$2"; do
    if past_deadline "$3"; then
      warn "pid $1 did not end within $3 s: killing it."
      signal_process "$1" "$2" KILL
      break
    fi
    progress "waiting for $KB_UNIT (pid $1) to end"
    pause 0.1
  done
  STARTED_AT=$NOW
  while same_process "$1" "$2"; do
    if past_deadline 10; then
      die "pid $1 does not end on SIGKILL either: the kernel holds it, mostly for a disk that hangs." \
        "Look with:" "  ps -o pid,stat,wchan:30,args -p $1; dmesg | tail"
    fi
    pause 0.1
  done
}

# signal_process PID START SIGNAL: only to that very process, never to a stranger with its pid.
signal_process() {
  if same_process "$1" "$2"; then
    kill -s "$3" "$1" 2>/dev/null || true
  fi
}

# What the daemon had started out of bin/ must not outlive it: docker's containerd would keep
# its socket from the next one. It normally ends by itself a moment after the daemon.
end_children() {
  local child round
  for child in ${CHILDREN[@]+"${CHILDREN[@]}"}; do
    for round in 1 2 3 4 5 6 7 8 9 10; do
      same_process "${child%:*}" "${child#*:}" || break
      pause 0.3
      progress "waiting for pid ${child%:*}, which $KB_UNIT had started (look $round)"
    done
    if same_process "${child%:*}" "${child#*:}"; then
      warn "$KB_UNIT left pid ${child%:*} behind: ending it too."
      read_clock
      # shellcheck disable=SC2034 # past_deadline counts from here
      STARTED_AT=$NOW
      end_process "${child%:*}" "${child#*:}" 10
    fi
  done
}

# forget_pid_file PID: unless a start script is at work, which looks after the file itself.
forget_pid_file() {
  if [[ ! -w $KB_ROOT/run ]]; then
    warn "run/$KB_UNIT.pid cannot be removed, for the folder cannot be written; it does no harm."
    return 0
  fi
  if try_lock "$LOCK_FILE"; then
    if read_pid_file "$PID_FILE" && [[ $FILE_PID == "$1" ]]; then
      rm -f -- "$PID_FILE" "$COMMAND_FILE"
    fi
    exec 8>&-
  fi
}
