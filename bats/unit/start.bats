#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2153 # quoted text is for other shells; each test is a subshell
# The life of one daemon: start, already running, death, timeout, wrong host, --print, stop.

load ../helper.bash

setup() { make_bundle; }
teardown() {
  clean_up
  umount -l "$BATS_TEST_TMPDIR/small" 2>/dev/null || true
}

START=master/start-kube-scheduler.sh
STOP=master/stop-kube-scheduler.sh

@test "it starts the daemon, waits until it is healthy, and says so" {
  simple_unit --delay=400
  run -0 script $START
  has "kube-scheduler is healthy (pid $(pid_of kube-scheduler))."
  kill -0 "$(pid_of kube-scheduler)"
  grep -q '^--- start-kube-scheduler.sh 20' "$BUNDLE/log/kube-scheduler.log"
  grep -q 'the daemon runs' "$BUNDLE/log/kube-scheduler.log"
}

@test "a second start says that it runs and starts nothing" {
  simple_unit "--count=$BATS_TEST_TMPDIR/count"
  run -0 script $START
  run -0 script $START
  has "kube-scheduler runs already"
  [[ $(wc -l <"$BATS_TEST_TMPDIR/count") == 1 ]]
}

@test "two at once start one daemon, and both are content" {
  simple_unit --delay=700 "--count=$BATS_TEST_TMPDIR/count"
  script $START >"$BATS_TEST_TMPDIR/first" 2>&1 3>&- &
  local first=$!
  script $START >"$BATS_TEST_TMPDIR/second" 2>&1 3>&- &
  wait $first
  wait $!
  [[ $(wc -l <"$BATS_TEST_TMPDIR/count") == 1 ]]
  grep -q 'is at work' "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second"
}

@test "the second of two at once gives up when its time is over, and names the first" {
  simple_unit --sick=1
  "$SHELL_UNDER_TEST" "$BUNDLE/$START" --timeout 30 >/dev/null 2>&1 3>&- &
  HELPERS+=($!)
  retry 5 test -s "$BUNDLE/run/kube-scheduler.pid"
  run -1 script $START --timeout 4
  has "another start-kube-scheduler.sh (pid ${HELPERS[0]}) is still at work"
}

@test "a daemon that dies: its last lines, the likely cause, exit 1" {
  simple_unit --die=300 --delay=5000 '--say=listen tcp 0.0.0.0:10251: bind: address already in use'
  run -1 script $START
  has "kube-scheduler died."
  has "| listen tcp 0.0.0.0:10251: bind"
  has "Likely cause: another process has port 10251 already."
  has 'ss -ltnp "sport = :10251"'
}

@test "only lines of this start are shown" {
  simple_unit --die=100 --delay=5000 --say=second
  printf 'something old\n' >"$BUNDLE/log/kube-scheduler.log"
  run -1 script $START
  has "| second"
  has_not "something old"
}

@test "a timeout leaves the daemon running, says what to type, exit 1" {
  simple_unit --sick=1
  run -1 script $START --timeout 4
  has "is not healthy after 4 s"
  has "says HTTP 500: not now"
  has "stop-kube-scheduler.sh"
  kill -0 "$(pid_of kube-scheduler)"
  # The next start goes on waiting for the same one.
  run -1 script $START --timeout 4
  has "but is not healthy yet"
}

@test "Ctrl-C leaves the daemon running, exit 130" {
  simple_unit --sick=1
  run -130 node "$REPO/bats/fixtures/interrupt.mjs" "$BUNDLE/run/kube-scheduler.pid" \
    "$SHELL_UNDER_TEST" "$BUNDLE/$START"
  has "interrupted. kube-scheduler is left running (pid $(pid_of kube-scheduler))."
  kill -0 "$(pid_of kube-scheduler)"
}

@test "the daemon's environment is clean, its folder the bundle, its files closed" {
  ENVIRONMENT="'HOME=/some where' EXTRA=1" simple_unit "--dump=$BATS_TEST_TMPDIR/dump"
  ETCD_NAME=evil FLANNELD_IFACE=evil KB_NAMES=evil OPT_FORCE=1 run -0 script $START
  run -0 node -e 'const d = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    console.log(Object.keys(d.env).filter((k) => !["PWD", "SHLVL", "_", "OLDPWD"].includes(k)).sort().join());
    console.log(d.env.HOME, d.env.EXTRA, d.env.PATH.split(":")[0] + "|", d.cwd + "|")' "$BATS_TEST_TMPDIR/dump"
  [[ ${lines[0]} == EXTRA,HOME,LANG,PATH ]]
  [[ ${lines[1]} == "/some where 1 $BUNDLE/bin| $BUNDLE|" ]]
  # Its output is the log, its input nothing, and the lock is not among its files.
  [[ $(readlink "/proc/$(pid_of kube-scheduler)/fd/0") == /dev/null ]]
  [[ $(readlink "/proc/$(pid_of kube-scheduler)/fd/2") == "$BUNDLE/log/kube-scheduler.log" ]]
  run -0 readlink "/proc/$(pid_of kube-scheduler)/fd"/*
  has_not .lock
}

@test "it leads a session of its own" {
  simple_unit
  run -0 script $START
  [[ $(ps -o sid= -p "$(pid_of kube-scheduler)" | tr -d ' ') == "$(pid_of kube-scheduler)" ]]
}

@test "wrong host: exit 2, the addresses found, --force goes on" {
  ADDRESS=203.0.113.7 simple_unit
  run -2 script $START
  has "this is the bundle of sandbox-1 (203.0.113.7)"
  has "Found: 127.0.0.1"
  run -0 script $START --force
  has "going on because of --force"
}

@test "--print needs no right host, no program and no root" {
  ADDRESS=203.0.113.7 simple_unit
  rm "$BUNDLE/bin/kube-scheduler"
  chmod 0755 "$BATS_TEST_TMPDIR"
  run -0 script $START --print
  [[ ${#lines[@]} == 1 ]]
  eval "set -- $output"
  [[ $1 == "$BUNDLE/bin/kube-scheduler" && $2 == "--port=$PORT" && $# == 2 ]]
}

@test "a bundle without programs: exit 2 and where to put them" {
  simple_unit
  rm "$BUNDLE/bin/kube-scheduler"
  run -2 script $START
  has "bin/kube-scheduler is not in this bundle"
  : >"$BUNDLE/bin/kube-scheduler"
  run -2 script $START
  has "chmod 0755"
}

@test "unknown options and bad values: exit 2 with the usage" {
  simple_unit
  local words
  for words in --nonsense '--timeout' '--timeout x' '--timeout=-1' '--timeout=' '--force=1' stray '-f' '--=' '--for ce'; do
    # shellcheck disable=SC2086 # two words on purpose
    run -2 script $START $words
    has "Usage: start-kube-scheduler.sh"
  done
  run -2 script $START '--force timeout'
  run -2 script $START ''
  [[ ! -e $BUNDLE/run/kube-scheduler.pid ]]
}

@test "--help names the exit codes and fits 80 columns" {
  simple_unit
  local path line
  for path in $START $STOP; do
    run -0 script "$path" --help
    has "Exit codes: 0"
    for line in "${lines[@]}"; do
      ((${#line} <= 80))
    done
  done
}

@test "--timeout 08 is eight seconds, not an error" {
  simple_unit
  run -0 script $START --timeout 08
}

@test "--foreground becomes the daemon, and status knows its pid" {
  simple_unit
  "$SHELL_UNDER_TEST" "$BUNDLE/$START" --foreground >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  HELPERS+=($!)
  retry 5 grep -q 'the daemon runs' "$BATS_TEST_TMPDIR/out"
  [[ $(pid_of kube-scheduler) == "${HELPERS[0]}" ]]
  run -0 script $START
  has "runs already"
  run -1 script $START --foreground
}

@test "a stranger that answers on the port is not taken for ours" {
  simple_unit
  node "$REPO/bats/fixtures/daemon.mjs" "--port=$PORT" 3>&- >/dev/null &
  HELPERS+=($!)
  retry 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$PORT"
  run -1 script $START
  has "that this bundle did not start answers on port $PORT already"
  [[ ! -e $BUNDLE/run/kube-scheduler.pid ]]
}

@test "--health: nothing and 0 when healthy, why not otherwise" {
  simple_unit
  run -1 script $START --health
  has "not running"
  script $START >/dev/null 3>&-
  run -0 script $START --health
  [[ -z $output ]]
}

@test "a full disk is said, and nothing is started" {
  simple_unit
  mkdir "$BATS_TEST_TMPDIR/small"
  mount -t tmpfs -o size=64k tmpfs "$BATS_TEST_TMPDIR/small" || skip "no mounts here"
  rm -rf "$BUNDLE/run" && ln -s "$BATS_TEST_TMPDIR/small" "$BUNDLE/run"
  # The lock file and the command file are there, so that the pid file is what fails.
  printf '%s\n' x >"$BUNDLE/run/kube-scheduler.lock"
  printf '%s\n' x >"$BUNDLE/run/kube-scheduler.command"
  dd if=/dev/zero of="$BATS_TEST_TMPDIR/small/fill" bs=1k 2>/dev/null || true
  run -1 timeout 60 "$SHELL_UNDER_TEST" "$BUNDLE/$START"
  has "kube-scheduler.pid, so nothing was started: is the disk full"
  has "df -h"
  [[ -z $(own_processes) ]]
}

@test "a need that is missing: it waits, names it, starts nothing, exit 1" {
  NEEDS="start kube-apiserver kube-apiserver 127.0.0.1 1" simple_unit
  # On a busy machine the first look alone may take a second.
  run -1 script $START --timeout 4
  has "kube-scheduler needs: kube-apiserver at 127.0.0.1:1 (no answer)"
  has "was not started"
  [[ -z $(own_processes) ]]
}

@test "a need of the other mode: started, left running, exit 3, and who is missing" {
  NEEDS="wait kube-apiserver kube-apiserver 127.0.0.1 1" simple_unit --sick=1
  run -3 script $START --timeout 4
  has "is left running, but it waits: for kube-apiserver at 127.0.0.1:1 (no answer)"
  kill -0 "$(pid_of kube-scheduler)"
  run -3 script $START --health
  has "waits: for kube-apiserver"
}

@test "folders are made before the start" {
  DIRECTORIES="'$BATS_TEST_TMPDIR/x y/z'" simple_unit
  run -0 script $START
  [[ -d "$BATS_TEST_TMPDIR/x y/z" ]]
}

@test "names that resolve to something else: exit 1 and update-hosts.sh" {
  printf 'localhost\t10.9.8.7\tetcd\nno-such-host.invalid\t10.9.8.6\tetcd\n' >"$BUNDLE/lib/hosts.tsv"
  NAMES='localhost no-such-host.invalid' simple_unit
  run -1 script $START
  has "localhost resolves to 127.0.0.1 (it is 10.9.8.7)"
  has "no-such-host.invalid does not resolve (it is 10.9.8.6)"
  has "update-hosts.sh"
}

@test "a changed command line is said at the next start" {
  simple_unit
  run -0 script $START
  sed -i 's/--port=/--changed --port=/' "$BUNDLE/$START"
  run -0 script $START
  has "runs with another command line"
}
