#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2153 # quoted text is for other shells; each test is a subshell
# start.sh, stop.sh and status.sh: everything that one host runs (G0).

load ../helper.bash

setup() { make_bundle; }
teardown() { clean_up; }

# two_units: a scheduler and a controller-manager, and the three scripts over them.
two_units() {
  fake_daemon kube-controller-manager
  local port
  port=$(free_port)
  make_start master/start-kube-controller-manager.sh kube-controller-manager "readonly KB_HEALTH_PORT=$port" \
    kube-controller-manager "--port=$port"
  simple_unit "$@"
  printf 'echo "hosts written $*"\n' >"$BUNDLE/update-hosts.sh"
  make_host_script start 'readonly -a KB_STEPS=(update-hosts.sh master/start-kube-controller-manager.sh master/start-kube-scheduler.sh)'
  make_host_script stop 'readonly -a KB_STEPS=(master/stop-kube-scheduler.sh master/stop-kube-controller-manager.sh)'
  make_host_script status 'readonly -a KB_UNITS=(kube-controller-manager master/start-kube-controller-manager.sh kube-scheduler master/start-kube-scheduler.sh)'
}

@test "G0: start.sh runs the steps in order, numbered, and again without harm" {
  two_units
  run -0 script start.sh
  [[ ${lines[0]} == "[1/3] update-hosts" && ${lines[1]} == "hosts written " ]]
  has "[2/3] kube-controller-manager kube-controller-manager"
  has "[3/3] kube-scheduler"
  has "Everything on sandbox-1 runs and is healthy."
  run -0 script start.sh
  has "kube-scheduler runs already"
}

@test "start.sh stops at the first failure, says which step, and how it goes on" {
  two_units
  rm "$BUNDLE/bin/kube-controller-manager"
  run -2 script start.sh
  has "step 2 of 3, kube-controller-manager, failed (exit code 2"
  has "What else is wrong, on this host and with its cluster, says:"
  has "run this again: what already runs is left alone"
  has_not "[3/3]"
}

@test "start.sh passes on --timeout and --force" {
  ADDRESS=203.0.113.7 two_units --sick=1
  run -2 script start.sh
  SECONDS=0
  run -1 script start.sh --force --timeout 5
  ((SECONDS < 15))
  has "hosts written --force"
  has "is not healthy after 5 s"
}

@test "a step that waits for others ends start.sh with 3" {
  two_units
  printf 'exit 3\n' >"$BUNDLE/master/start-kube-controller-manager.sh"
  run -3 script start.sh
  has "step 2 of 3, kube-controller-manager, runs but still waits for others"
}

@test "steps are waited for without limit" {
  two_units
  printf 'echo "options: $*"\n' >"$BUNDLE/master/start-kube-controller-manager.sh"
  run -0 script start.sh
  has "options: --timeout 0"
}

@test "a second start.sh says who is at work, exit 2" {
  two_units --sick=1
  "$SHELL_UNDER_TEST" "$BUNDLE/start.sh" >/dev/null 2>&1 3>&- &
  HELPERS+=($!)
  retry 10 test -s "$BUNDLE/run/kube-scheduler.pid"
  run -2 script start.sh
  has "another start.sh (pid ${HELPERS[0]}) is at work"
}

@test "Ctrl-C in start.sh: the step says what it left running, start.sh how to go on, exit 130" {
  two_units --sick=1
  run -130 node "$REPO/bats/fixtures/interrupt.mjs" "$BUNDLE/run/kube-scheduler.pid" \
    "$SHELL_UNDER_TEST" "$BUNDLE/start.sh"
  has "kube-scheduler is left running"
  has "interrupted in step 3 of 3, kube-scheduler"
  kill -0 "$(pid_of kube-scheduler)"
}

@test "kill -9 of start.sh leaves nothing locked" {
  two_units --delay=1000
  "$SHELL_UNDER_TEST" "$BUNDLE/start.sh" >/dev/null 2>&1 3>&- &
  HELPERS+=($!)
  retry 10 test -s "$BUNDLE/run/kube-scheduler.pid"
  kill -KILL "${HELPERS[0]}"
  run -0 script start.sh
}

@test "stop.sh stops all, goes on after a failure, exit 1 then" {
  two_units
  script start.sh >/dev/null 3>&-
  run -0 script stop.sh
  has "Nothing of this bundle runs"
  [[ -z $(own_processes) ]]
  script start.sh >/dev/null 3>&-
  printf 'exit 1\n' >"$BUNDLE/master/stop-kube-scheduler.sh"
  run -1 script stop.sh
  has "not stopped, see above: kube-scheduler."
  has "kube-controller-manager is stopped"
}

@test "status.sh: healthy units, exit 0, and it fits 80 columns" {
  two_units
  script start.sh >/dev/null 3>&-
  run -0 script status.sh
  has "kube-scheduler running $(pid_of kube-scheduler)"
  local line
  for line in "${lines[@]}"; do
    ((${#line} <= 80))
  done
  [[ $(grep -c ' healthy$' <<<"$output") == 2 ]]
}

@test "status.sh: stopped, died, not healthy, foreign, each with why" {
  two_units --sick=1
  run -1 script status.sh
  has "kube-scheduler stopped"
  script master/start-kube-scheduler.sh --timeout 4 >/dev/null 2>&1 3>&- || true
  run -1 script status.sh
  has "not healthy"
  has "kube-scheduler: http://127.0.0.1:$PORT/healthz says HTTP 500"
  kill -KILL "$(pid_of kube-scheduler)"
  run -1 script status.sh
  has "kube-scheduler died"
  has "the end of log/kube-scheduler.log"
  node "$REPO/bats/fixtures/daemon.mjs" "--port=$PORT" >/dev/null 3>&- &
  HELPERS+=($!)
  retry 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$PORT"
  run -1 script status.sh
  has "kube-scheduler foreign"
}

@test "status.sh: a running unit whose command line is no longer that of its script" {
  two_units
  script start.sh >/dev/null 3>&-
  run -0 script status.sh
  has_not "restart-changed"
  sed -i 's/--port=/--v=4 --port=/' "$BUNDLE/master/start-kube-scheduler.sh"
  run -0 script status.sh
  has "kube-scheduler: it runs with another command line than this bundle has now: start.sh --restart-changed"
}

@test "start.sh --only and --from: just these, and the check of the files in any case" {
  two_units
  printf 'echo "files checked"\n' >"$BUNDLE/verify.sh"
  make_host_script start 'readonly -a KB_STEPS=(verify.sh update-hosts.sh master/start-kube-controller-manager.sh master/start-kube-scheduler.sh)'
  run -0 script start.sh --only kube-scheduler
  [[ ${lines[0]} == "[1/2] verify" && ${lines[1]} == "files checked" ]]
  has_not "hosts written"
  [[ ! -e $BUNDLE/run/kube-controller-manager.pid ]]
  run -0 script start.sh --from kube-controller-manager --no-verify
  has "[1/2] kube-controller-manager"
  has "[2/2] kube-scheduler"
  has_not "files checked"
}

@test "start.sh: an unknown unit ends with 2, the list and a guess; nothing is started" {
  two_units
  run -2 script start.sh --only scheduler
  has "this host has no scheduler. Did you mean kube-scheduler?"
  has "update-hosts kube-controller-manager kube-scheduler"
  run -2 script start.sh --from nonsense
  has_not "Did you mean"
  run -2 script start.sh --only etcd --from etcd
  [[ ! -e $BUNDLE/run/kube-scheduler.pid ]]
}

@test "start.sh --restart-changed: what runs with another command line or program, in order, nothing else" {
  two_units
  script start.sh >/dev/null 3>&-
  local manager scheduler
  manager=$(pid_of kube-controller-manager)
  scheduler=$(pid_of kube-scheduler)
  run -0 script start.sh --restart-changed
  [[ $(pid_of kube-controller-manager) == "$manager" && $(pid_of kube-scheduler) == "$scheduler" ]]
  sed -i 's/--port=/--v=4 --port=/' "$BUNDLE/master/start-kube-scheduler.sh"
  run -0 script start.sh --restart-changed
  has "kube-scheduler is stopped and started: it runs with another command line than this bundle has now"
  [[ $(pid_of kube-controller-manager) == "$manager" && $(pid_of kube-scheduler) != "$scheduler" ]]
  # The same command line, but a program that tar has put in the place of the old one.
  scheduler=$(pid_of kube-scheduler)
  cp "$BUNDLE/bin/kube-controller-manager" "$BUNDLE/bin/new"
  printf '# newer\n' >>"$BUNDLE/bin/new"
  mv "$BUNDLE/bin/new" "$BUNDLE/bin/kube-controller-manager"
  run -0 script status.sh
  has "kube-controller-manager: its program is another one than this bundle has now"
  run -0 script start.sh
  [[ $(pid_of kube-controller-manager) == "$manager" ]]
  run -0 script start.sh --restart-changed
  has "kube-controller-manager is stopped (it was pid $manager)"
  [[ $(pid_of kube-controller-manager) != "$manager" && $(pid_of kube-scheduler) == "$scheduler" ]]
  run -0 script status.sh
  has_not "restart-changed"
}

@test "status.sh: the last error of this start, below the table when it is long" {
  local line
  two_units '--say=E1125 03:12:11.000000    7 leaderelection.go:200] something that takes far more room than one line of a terminal has, and then some'
  printf 'E1124 01:01:01.000000    7 old.go:1] of an earlier start\n' | tee "$BUNDLE/log/kube-scheduler.log" >"$BUNDLE/log/kube-controller-manager.log"
  script start.sh >/dev/null 3>&-
  run -0 script status.sh
  grep -E '^kube-scheduler +running .* healthy +see below$' <<<"$output"
  grep -E '^kube-controller-manager +running .* healthy$' <<<"$output"
  has "kube-scheduler: E1125 03:12:11.000000 7 leaderelection.go:200] something"
  has_not "of an earlier start"
  for line in "${lines[@]}"; do
    ((${#line} <= 80))
  done
}

@test "status.sh: who is waited for" {
  NEEDS="wait kube-apiserver kube-apiserver 127.0.0.1 1" two_units --sick=1
  script master/start-kube-scheduler.sh --timeout 4 >/dev/null 2>&1 3>&- || true
  run -1 script status.sh
  has "waiting"
  has "kube-scheduler: waits: for kube-apiserver at 127.0.0.1:1 (no answer)"
}

@test "the helps fit 80 columns, unknown options end with 2" {
  two_units
  local name line
  for name in start stop status; do
    run -0 script $name.sh --help
    has "Exit codes: 0"
    for line in "${lines[@]}"; do
      ((${#line} <= 80))
    done
    run -2 script $name.sh --nonsense
  done
}
