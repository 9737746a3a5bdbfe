#!/usr/bin/env bats
# The guide's cluster rehearsed and ended at random moments, ten times in a row: nothing stays behind. Part of
# npm run test:soak, not of npm test.

bats_require_minimum_version 1.5.0
load ../lab/lab
load ../lab/listing

setup() {
  lab_folder
  export CLUSTERS=guide
  SPEC=$PROJECT/examples/guide/cluster.json
}

teardown() {
  [[ -z ${BEGUN-} ]] || kill -KILL "$BEGUN" 2>/dev/null || true
  kubebale rehearse "$SPEC" --remove >/dev/null 2>&1 3>&- || true
  rm -rf -- "$LAB"
}

# begin: the rehearsal beside the test, as BEGUN.
begin() {
  node "$PROJECT/dist/cli/main.js" rehearse "$SPEC" --stand-ins --logs "$LAB/logs" >"$LAB/begun.txt" 2>&1 3>&- &
  BEGUN=$!
}

# milliseconds since the machine was booted.
milliseconds() {
  awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime
}

@test "killed with -9, SIGINT and SIGTERM at random moments, ten times in a row: nothing is left" {
  local round signal moment full code middle=0 start
  local -a signals=(KILL INT TERM KILL INT TERM KILL INT TERM KILL)
  start=$(milliseconds)
  begin
  wait "$BEGUN" || { cat "$LAB/begun.txt" && return 1; }
  full=$(($(milliseconds) - start))
  printf '# a whole rehearsal takes %s ms\n' "$full" >&3
  live_listing >"$LAB/before-alive"
  listing >"$LAB/before"
  for ((round = 0; round < 10; round++)); do
    signal=${signals[round]}
    moment=$((500 + (RANDOM * 32768 + RANDOM) % (full - 500)))
    begin
    sleep "$((moment / 1000)).$(printf '%03d' $((moment % 1000)))"
    kill "-$signal" "$BEGUN" 2>/dev/null || true
    code=0
    wait "$BEGUN" || code=$?
    printf '# %s after %s ms: exit code %s, %s\n' "$signal" "$moment" "$code" \
      "$(tail -n 1 "$LAB/begun.txt")" >&3
    nothing_alive
    case $signal.$code in
      KILL.137)
        # Folder and cgroups go with the next command.
        kubebale rehearse "$SPEC" --remove
        middle=$((middle + 1))
        ;;
      INT.130 | TERM.143) middle=$((middle + 1)) ;;
      # It was over before its moment came.
      *.0) ;;
      *)
        cat "$LAB/begun.txt"
        return 1
        ;;
    esac
    nothing_left
  done
  [[ $middle -ge 7 ]]
}
