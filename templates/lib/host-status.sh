# shellcheck shell=bash
# status.sh: a table of this host's units. It changes nothing, and needs no root where the kernel
# lets anybody look.

status_usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [--help]" \
    "" \
    "Says which units of this host run, since when, and whether they are healthy." \
    "Changes nothing. Only docker's health needs root." \
    "" \
    "Exit codes: 0 all units are healthy. 1 one is not. 2 usage."
}

host_status_main() {
  local index unit start failed=0
  NOTES=()
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { status_usage; }
  parse_options "" "$@"
  say "$KB_CLUSTER: $KB_HOST ($KB_ADDRESS)" ""
  printf '%-24s %-8s %8s  %-10s %s\n' UNIT STATE PID SINCE HEALTH
  for ((index = 0; index + 1 < ${#KB_UNITS[@]}; index += 2)); do
    unit=${KB_UNITS[index]}
    start=$KB_ROOT/${KB_UNITS[index + 1]}
    look_at_process "$unit"
    look_at_health "$unit" "$start"
    printf '%-24s %-8s %8s  %-10s %s\n' "$unit" "$UNIT_STATE" "$UNIT_PID" "$UNIT_AGE" "$UNIT_HEALTH"
    if [[ $UNIT_HEALTH != healthy ]]; then
      failed=1
    fi
    compare_command "$unit" "$start"
  done
  for ((index = 0; index < ${#NOTES[@]}; index++)); do
    if ((index == 0)); then
      printf '\n'
    fi
    print_wrapped '' "${NOTES[index]}"
  done
  exit "$failed"
}

# look_at_process UNIT: sets UNIT_STATE, UNIT_PID and UNIT_AGE from its pid file.
look_at_process() {
  local file=$KB_ROOT/run/$1.pid
  UNIT_STATE=stopped UNIT_PID=- UNIT_AGE=-
  if process_alive "$file"; then
    UNIT_STATE=running
    UNIT_PID=$FILE_PID
    age_of_process "$FILE_PID"
    UNIT_AGE=$AGE
  elif [[ -e $file && $FILE_BOOT == "$BOOT_ID" ]]; then
    UNIT_STATE=died
    NOTES+=("$1: it ended without being stopped; the end of log/$1.log may say why.")
  elif [[ -e $file ]]; then
    NOTES+=("$1: not started since this host was booted.")
  fi
}

# look_at_health UNIT SCRIPT: asks the unit's own start script. Sets UNIT_HEALTH.
look_at_health() {
  local text code=0
  UNIT_HEALTH=-
  text=$("$BASH" "$2" --health 2>&1) || code=$?
  case $code in
    0) UNIT_HEALTH=healthy ;;
    3) UNIT_HEALTH='waiting' ;;
    *)
      if [[ $UNIT_STATE == running ]]; then
        UNIT_HEALTH='not healthy'
      elif [[ $text == port* ]]; then
        UNIT_STATE=foreign
      else
        # Not running: the state says it all.
        return 0
      fi
      ;;
  esac
  if [[ -n $text ]]; then
    NOTES+=("$1: ${text//$'\n'/ }")
  fi
}

# compare_command UNIT SCRIPT: a new bundle unpacked over an old one changes no running daemon.
compare_command() {
  local running='' now
  if [[ $UNIT_STATE != running ]]; then
    return 0
  fi
  { IFS= read -r running <"$KB_ROOT/run/$1.command"; } 2>/dev/null || true
  now=$("$BASH" "$2" --print 2>/dev/null) || return 0
  if [[ $running != "$now" ]]; then
    NOTES+=("$1: command line changed: stop and start it to use the new one.")
  fi
}
