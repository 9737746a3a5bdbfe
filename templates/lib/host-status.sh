# shellcheck shell=bash
# status.sh: a table of this host's units. It changes nothing, and needs no root where the kernel
# lets anybody look.

status_usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [--help]" \
    "" \
    "Says which units of this host run, since when, whether they are healthy, and the" \
    "last error in the log of each since its start. Changes nothing. Only docker's" \
    "health needs root." \
    "" \
    "Exit codes: 0 all units are healthy. 1 one is not. 2 usage."
}

host_status_main() {
  local index unit start row failed=0
  NOTES=()
  ERRORS=()
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { status_usage; }
  parse_options "" "$@"
  say "$KB_CLUSTER: $KB_HOST ($KB_ADDRESS)" ""
  printf '%-23s %-7s %7s  %-8s %-11s %s\n' UNIT STATE PID SINCE HEALTH 'LAST ERROR'
  for ((index = 0; index + 1 < ${#KB_UNITS[@]}; index += 2)); do
    unit=${KB_UNITS[index]}
    start=$KB_ROOT/${KB_UNITS[index + 1]}
    look_at_process "$unit"
    look_at_health "$unit" "$start"
    find_last_error "$unit"
    printf -v row '%-23s %-7s %7s  %-8s %-11s %s' "$unit" "$UNIT_STATE" "$UNIT_PID" "$UNIT_AGE" "$UNIT_HEALTH" "$UNIT_ERROR"
    printf '%s\n' "${row%"${row##*[! ]}"}"
    if [[ $UNIT_HEALTH != healthy ]]; then
      failed=1
    fi
    compare_command "$unit" "$start"
  done
  if [[ -e $KB_ROOT/run/cordoned ]]; then
    NOTES+=("The node is cordoned since stop.sh, so it gets no pods; start.sh takes that back.")
  fi
  for ((index = 0; index < ${#ERRORS[@]}; index++)); do
    if ((index == 0)); then
      printf '\nLast errors in the logs, each since the start of its unit:\n'
    fi
    printf '%.80s\n' "${ERRORS[index]}"
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
  local changed
  if [[ $UNIT_STATE == running ]] && ! changed=$("$BASH" "$2" --changed 2>/dev/null); then
    NOTES+=("$1: ${changed:-its start script fails}: start.sh --restart-changed makes it anew.")
  fi
}

# find_last_error UNIT: sets UNIT_ERROR to the last line in its log that says so of itself, of this
# start of it; one that is too long for the table is put into ERRORS. Kubernetes and flannel mark
# errors with E or F and the date, etcd with E or C between date and "|", docker with level=. Two
# that each controller-manager of 1.3 prints without harm are left out.
find_last_error() {
  local text
  UNIT_ERROR=''
  text=$({ tail -c 65536 -- "$KB_ROOT/log/$1.log" | tr -d '\000-\010\013-\037\177' | awk '
    /^--- start-/ { last = "" }
    /^[EF][0-9][0-9][0-9][0-9] / || /^[0-9-]+ [0-9:.]+ [EC] \| / || /level=(error|fatal)/ || /^(panic|fatal error|error): / {
      if (/ServiceController should not be run without a cloudprovider/) next
      if (/Metric for replenishment_controller already registered/) next
      last = $0
    }
    END { print last }
  '; } 2>/dev/null) || text=''
  if [[ -z $text ]]; then
    return 0
  elif ((${#text} <= 17)); then
    UNIT_ERROR=$text
  else
    UNIT_ERROR='see below'
    ERRORS+=("  $1: $text")
  fi
}
