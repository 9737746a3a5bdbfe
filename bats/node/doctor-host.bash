# shellcheck shell=bash
# Sourced inside of the namespaces of a test of doctor.sh, after private.bash.

# sees VERDICT ID TEXT...: what the check says now (VERDICT may be good|warning). Its output is in SEEN.
sees() {
  local verdict=$1 id=$2 text flat code=0
  shift 2
  SEEN=$(script doctor.sh ${PHASE_OPTION:+"$PHASE_OPTION"} --only "$id" 2>&1) || code=$?
  flat=$(printf '%s' "$SEEN" | tr -s ' \n' ' ')
  if [[ ! $'\n'$SEEN =~ $'\n  '($verdict)\ +[^\ ] ]]; then
    printf '%s is not %s (exit %s):\n%s\n' "$id" "$verdict" "$code" "$SEEN"
    exit 91
  fi
  for text in "$@"; do
    if [[ $flat != *"$text"* ]]; then
      printf 'missing: %s\nin: %s\n' "$text" "$SEEN"
      exit 92
    fi
  done
  # What is to be typed is never wrapped.
  if [[ -n $(printf '%s\n' "$SEEN" | awk "length > 80 && substr(\$0, 1, 13) !~ /^ *$/ && !/^  ['\/]/") ]]; then
    printf 'wider than 80 columns:\n%s\n' "$SEEN"
    exit 93
  fi
}

# type_cure: what SEEN tells to type, line by line, in this shell.
type_cure() {
  local line
  local -a lines=()
  while IFS= read -r line; do
    lines+=("${line#             }")
  done < <(printf '%s\n' "$SEEN" | grep '^ \{13\}[^ ]')
  ((${#lines[@]} > 0))
  for line in "${lines[@]}"; do
    eval "$line"
  done
}

# background WORD...: in the background, ended with the host.
background() {
  "$@" >/dev/null 2>&1 </dev/null &
  PIDS+=($!)
}
PIDS=()
trap 'kill -KILL ${PIDS[@]+"${PIDS[@]}"} 2>/dev/null || true' EXIT

# is_unit UNIT PID: as if this bundle had started it.
is_unit() {
  local start
  start=$(sed 's/.*) //' "/proc/$2/stat" | awk '{ print $20 }')
  printf '%s\n' "$2" "$start" "$(cat /proc/sys/kernel/random/boot_id)" >"$BUNDLE/run/$1.pid"
}

# unit_runs UNIT: some process that counts as this unit.
unit_runs() {
  background sleep 1000
  is_unit "$1" "${PIDS[-1]}"
}

# listens PORT [udp]: a process that holds the port, in PIDS.
listens() {
  local code='require("net").createServer().listen(+process.argv[1], "0.0.0.0")'
  if [[ ${2-} == udp ]]; then
    code='require("dgram").createSocket("udp4").bind(+process.argv[1])'
  fi
  background node -e "$code" "$1"
  retry 30 port_is_taken "$1" "${2-tcp}"
}

port_is_taken() {
  grep -q ":$(printf %04X "$1") " "/proc/net/$2"
}

# named NAME: a process with this name, in PIDS.
named() {
  cp "$(type -P sleep)" "$TEST_FOLDER/$1"
  background "$TEST_FOLDER/$1" 1000
  retry 30 grep -qx "$1" "/proc/${PIDS[-1]}/comm"
}

retry() {
  local end=$((SECONDS + $1))
  shift
  until "$@" 2>/dev/null; do
    ((SECONDS < end)) || {
      printf 'never came true: %s\n' "$*"
      exit 94
    }
    sleep 0.05
  done
}
