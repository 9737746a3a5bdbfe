#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2153 # quoted text is for other shells; each test is a subshell
# What surrounds a script must not change what it does: locale, environment, output, other scripts.

load ../helper.bash

setup() { make_bundle; }
teardown() { clean_up; }

# gone PID: it has ended, whether or not somebody has reaped it.
gone() {
  [[ ! -d /proc/$1 ]] || grep -q '^State:[[:space:]]*Z' "/proc/$1/status"
}

@test "a Turkish locale, where i is no small I, changes nothing" {
  simple_unit
  mkdir "$BATS_TEST_TMPDIR/locales"
  localedef -i tr_TR -f UTF-8 "$BATS_TEST_TMPDIR/locales/tr_TR.UTF-8" ||
    skip "the system has no source of the locale tr_TR"
  LOCPATH=$BATS_TEST_TMPDIR/locales LC_ALL=tr_TR.UTF-8 run -0 script master/start-kube-scheduler.sh --print
  has "bin/kube-scheduler"
}

@test "KB_ variables of the caller reach neither the script nor the daemon" {
  simple_unit
  KB_HOME=elsewhere KB_NEEDS=nonsense run -0 script master/start-kube-scheduler.sh
  tr '\0' '\n' <"/proc/$(pid_of kube-scheduler)/environ" >"$BATS_TEST_TMPDIR/environment"
  grep -qx HOME=/root "$BATS_TEST_TMPDIR/environment"
  run ! grep KB_ "$BATS_TEST_TMPDIR/environment"
}

@test "an option with an empty value is a mistake, not the default" {
  simple_unit
  run -2 script master/start-kube-scheduler.sh --timeout ''
  has "--timeout needs a value"
}

@test "output that nobody can take ends neither start nor stop half-way" {
  simple_unit
  script master/start-kube-scheduler.sh >/dev/full 2>&1
  local pid
  pid=$(pid_of kube-scheduler)
  script master/stop-kube-scheduler.sh >/dev/full 2>&1
  retry 5 gone "$pid"
  [[ ! -e $BUNDLE/run/kube-scheduler.pid ]]
}

@test "a bundle in a folder with a colon is refused, for PATH cannot hold it" {
  simple_unit
  mkdir "$BATS_TEST_TMPDIR/a:b"
  cp -R "$BUNDLE" "$BATS_TEST_TMPDIR/a:b/guide"
  run -2 "$SHELL_UNDER_TEST" "$BATS_TEST_TMPDIR/a:b/guide/master/start-kube-scheduler.sh"
  has "has a colon in its name"
}

@test "commands in messages are quoted for the folder that the bundle is in" {
  simple_unit
  chmod 0644 "$BUNDLE/bin/kube-scheduler"
  run -2 script master/start-kube-scheduler.sh
  # The last line is the command: typed as printed it mends what was wrong.
  bash -c "${lines[-1]}"
  run -0 script master/start-kube-scheduler.sh
}

@test "--timeout 0 waits for others, not for a daemon that nothing keeps waiting" {
  TIMEOUT=2 simple_unit --sick=1
  SECONDS=0
  run -1 script master/start-kube-scheduler.sh --timeout 0
  ((SECONDS < 15))
  has "is not healthy after"
  has "It was left running."
}

@test "a step whose start.sh was killed ends too, and starts nothing later" {
  NEEDS='start kube-apiserver kube-apiserver 127.0.0.1 1' simple_unit
  make_host_script start 'readonly -a KB_STEPS=(master/start-kube-scheduler.sh)'
  "$SHELL_UNDER_TEST" "$BUNDLE/start.sh" >"$BATS_TEST_TMPDIR/output" 2>&1 3>&- &
  local starter=$!
  retry 10 grep -q 'needs: kube-apiserver' "$BATS_TEST_TMPDIR/output"
  kill -9 "$starter"
  retry 10 flock -n "$BUNDLE/run/kube-scheduler.lock" true
  [[ ! -e $BUNDLE/run/kube-scheduler.pid ]]
  grep -q 'start.sh has ended, so this ends too' "$BATS_TEST_TMPDIR/output"
}

@test "stop.sh refuses while start.sh is at work, and names it" {
  NEEDS='start kube-apiserver kube-apiserver 127.0.0.1 1' simple_unit
  make_host_script start 'readonly -a KB_STEPS=(master/start-kube-scheduler.sh)'
  make_host_script stop 'readonly -a KB_STEPS=(master/stop-kube-scheduler.sh)'
  "$SHELL_UNDER_TEST" "$BUNDLE/start.sh" >"$BATS_TEST_TMPDIR/output" 2>&1 3>&- &
  local starter=$!
  retry 10 grep -q 'needs: kube-apiserver' "$BATS_TEST_TMPDIR/output"
  run -2 script stop.sh
  has "start.sh (pid $starter) is at work here"
  kill -9 "$starter"
}

@test "stopping in a bundle that became read-only stops, and says what it could not remove" {
  simple_unit
  script master/start-kube-scheduler.sh
  local pid
  pid=$(pid_of kube-scheduler)
  run -0 unshare --mount --propagation private bash -c '
    mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"
  ' - "$BUNDLE" "$SHELL_UNDER_TEST" "$BUNDLE/master/stop-kube-scheduler.sh"
  has "kube-scheduler is stopped"
  has "cannot be removed"
  retry 5 gone "$pid"
}
