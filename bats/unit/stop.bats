#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2153 # quoted text is for other shells; each test is a subshell
# Stopping, pid files that cannot lie, and scripts that are killed at any moment.

load ../helper.bash

setup() { make_bundle; }
teardown() { clean_up; }

START=master/start-kube-scheduler.sh
STOP=master/stop-kube-scheduler.sh
PID=run/kube-scheduler.pid

@test "stop ends the daemon and takes the pid file away" {
  simple_unit
  script $START >/dev/null 3>&-
  local pid
  pid=$(pid_of kube-scheduler)
  run -0 script $STOP
  has "kube-scheduler is stopped (it was pid $pid)."
  [[ -z $(own_processes) ]]
  [[ ! -e $BUNDLE/$PID ]]
}

@test "stop of what does not run says so, exit 0" {
  simple_unit
  run -0 script $STOP
  has "kube-scheduler is not running."
}

@test "a daemon that does not listen to SIGTERM is killed after --timeout" {
  simple_unit --deaf=1
  script $START >/dev/null 3>&-
  run -0 script $STOP --timeout 1
  has "did not end within 1 s: killing it"
  [[ -z $(own_processes) ]]
}

@test "wrong host: stop refuses with 2, --force goes on" {
  simple_unit
  script $START >/dev/null 3>&-
  ADDRESS=203.0.113.7 make_stop kube-scheduler "$BUNDLE/master"
  run -2 script $STOP
  kill -0 "$(pid_of kube-scheduler)"
  run -0 script $STOP --force
}

@test "a reused pid is neither taken for the daemon nor ended" {
  simple_unit
  sleep 300 3>&- &
  HELPERS+=($!)
  printf '%s\n' "${HELPERS[0]}" 12345 "$(cat /proc/sys/kernel/random/boot_id)" >"$BUNDLE/$PID"
  run -0 script $STOP
  has "belongs to another process by now"
  kill -0 "${HELPERS[0]}"
  printf '%s\n' "${HELPERS[0]}" 12345 "$(cat /proc/sys/kernel/random/boot_id)" >"$BUNDLE/$PID"
  run -0 script $START
  has "belongs to another process by now"
  has "kube-scheduler is healthy"
}

@test "a pid file from before a reboot says nothing, even when pid and start time match" {
  simple_unit
  sleep 300 3>&- &
  HELPERS+=($!)
  printf '%s\n' "${HELPERS[0]}" "$(cut -d ' ' -f 22 "/proc/${HELPERS[0]}/stat")" \
    00000000-0000-0000-0000-000000000000 >"$BUNDLE/$PID"
  run -0 script $START
  has "it is from before the last reboot"
}

@test "garbage in a pid file is no pid" {
  simple_unit
  local text
  for text in '' 'rm -rf /' '-1' '0' $'1\n' "$(printf '%s\n' '$(reboot)' 1 2)"; do
    printf '%s' "$text" >"$BUNDLE/$PID"
    run -0 script $STOP
    [[ ! -e $BUNDLE/$PID ]]
  done
}

@test "a process whose name holds blanks and parentheses is read right" {
  cp "$(type -P sleep)" "$BATS_TEST_TMPDIR/a) S 1 (b"
  "$BATS_TEST_TMPDIR/a) S 1 (b" 300 3>&- &
  HELPERS+=($!)
  run -0 "$SHELL_UNDER_TEST" -c 'set -euo pipefail; . "$1/lib/process.sh"
    read_stat "$2"; echo "$STAT_PARENT $STAT_STATE"' - "$BUNDLE" "${HELPERS[0]}"
  # It may not have fallen asleep yet.
  [[ $output =~ ^[0-9]+\ [RS]$ && $output != "1 S" ]]
}

@test "a zombie is dead" {
  simple_unit
  node -e 'const c = require("child_process").spawn("true");
    // The parent is stopped before it can look after its child.
    console.log(c.pid); process.kill(process.pid, "SIGSTOP")' >"$BATS_TEST_TMPDIR/pid" 3>&- &
  HELPERS+=($!)
  retry 5 test -s "$BATS_TEST_TMPDIR/pid"
  local pid
  pid=$(cat "$BATS_TEST_TMPDIR/pid")
  retry 5 grep -q ') Z ' "/proc/$pid/stat"
  printf '%s\n' "$pid" "$(awk '{print $22}' "/proc/$pid/stat")" \
    "$(cat /proc/sys/kernel/random/boot_id)" >"$BUNDLE/$PID"
  run -0 script $STOP
  has "not running"
}

@test "stop while a start waits: the start says that it was stopped" {
  simple_unit --sick=1
  "$SHELL_UNDER_TEST" "$BUNDLE/$START" --timeout 0 >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  local starter=$! code=0
  HELPERS+=("$starter")
  retry 5 test -s "$BUNDLE/$PID"
  run -0 script $STOP
  wait $starter || code=$?
  [[ $code == 1 ]]
  grep -q 'was stopped by stop-kube-scheduler.sh' "$BATS_TEST_TMPDIR/out"
}

@test "stop while a start waits for something else: exit 1 and what to end first" {
  NEEDS="start kube-apiserver kube-apiserver 127.0.0.1 1" simple_unit
  "$SHELL_UNDER_TEST" "$BUNDLE/$START" --timeout 0 >/dev/null 2>&1 3>&- &
  HELPERS+=($!)
  retry 5 test -s "$BUNDLE/run/kube-scheduler.lock"
  sleep 0.5
  run -1 script $STOP --timeout 1
  has "is about to start it"
  has "kill ${HELPERS[0]}"
}

@test "what the daemon had started out of bin/ does not outlive it" {
  simple_unit
  cp "$(type -P sleep)" "$BUNDLE/bin/docker-containerd"
  {
    printf '#!/bin/bash\n%q 300 &\n' "$BUNDLE/bin/docker-containerd"
    tail -n +2 "$BUNDLE/bin/kube-scheduler"
  } >"$BUNDLE/bin/new" && chmod 0755 "$BUNDLE/bin/new" && mv "$BUNDLE/bin/new" "$BUNDLE/bin/kube-scheduler"
  script $START >/dev/null 3>&-
  run -0 script $STOP
  has "left pid"
  [[ -z $(own_processes) ]]
}

# One daemon at most, and each one that runs is the one in the pid file.
consistent() {
  local pid
  for pid in $(own_processes); do
    if [[ $(tr '\0' ' ' <"/proc/$pid/cmdline") == *daemon.mjs* && $pid != "$(pid_of kube-scheduler)" ]]; then
      echo "pid $pid runs, but the pid file says $(pid_of kube-scheduler)" >&2
      return 1
    fi
  done
}

@test "kill -9 of the start script at any moment leaves no unknown daemon" {
  simple_unit --delay=100 "--count=$BATS_TEST_TMPDIR/count"
  local starter
  for _ in {1..25}; do
    "$SHELL_UNDER_TEST" "$BUNDLE/$START" >/dev/null 2>&1 3>&- &
    starter=$!
    sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
    kill -KILL "$starter" 2>/dev/null || true
    wait "$starter" 2>/dev/null || true
    sleep 0.05
    consistent
    run -0 script $START
    consistent
    [[ $(own_processes | wc -l) == 1 ]]
    run -0 script $STOP
    [[ -z $(own_processes) ]]
  done
}
