#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2153 # quoted text is for other shells; each test is a subshell
# --service of a start script, called as systemd calls it by the units of install-services.sh: in the foreground,
# without a terminal, then stop-X.sh with its MAINPID and SIGTERM. 0 is "stopped", all else is started again.

load ../helper.bash

setup() { make_bundle; }
teardown() { clean_up; }

START=master/start-kube-scheduler.sh
STOP=master/stop-kube-scheduler.sh

# serve: the service runs in the background; its output is the journal. SERVICE is its pid, as MAINPID.
serve() {
  JOURNAL=$BATS_TEST_TMPDIR/journal
  "$SHELL_UNDER_TEST" "$BUNDLE/$START" --service >>"$JOURNAL" 2>&1 </dev/null 3>&- &
  SERVICE=$!
  HELPERS+=("$SERVICE")
}

# says TEXT: the journal has it by now.
says() {
  tr -s ' \n' '  ' <"$JOURNAL" | grep -qF -- "$1"
}

# ends STATUS: the service ends with it.
ends() {
  local code=0
  wait "$SERVICE" || code=$?
  if ((code != $1)); then
    echo "the service ended with $code" >&2
    cat "$JOURNAL" >&2
    return 1
  fi
}

healthy_service() {
  simple_unit "$@"
  serve
  retry 30 says "kube-scheduler is healthy (pid"
}

@test "the service stays as long as the daemon lives, and status.sh and --health tell the truth" {
  healthy_service
  kill -0 "$SERVICE"
  DAEMON=$(pid_of kube-scheduler)
  kill -0 "$DAEMON"
  # Not our own process: the daemon leads a session of its own, with its output in the log.
  [[ $DAEMON != "$SERVICE" && $(readlink "/proc/$DAEMON/fd/1") == "$BUNDLE/log/kube-scheduler.log" ]]
  make_host_script status "readonly -a KB_UNITS=(kube-scheduler $START)"
  run -0 script status.sh
  has "kube-scheduler running $DAEMON"
  has "healthy"
  # The lock is free: others look after the unit as always.
  run -0 script $START
  has "kube-scheduler runs already (pid $DAEMON) and is healthy."
}

@test "a daemon that is killed: 1, so that systemd starts it again; its end is told from the log" {
  healthy_service '--say=panic: something'
  kill -KILL "$(pid_of kube-scheduler)"
  ends 1
  says "has ended without being stopped"
  says "| panic: something"
  # As after RestartSec.
  serve
  retry 30 grep -q 'Removed run/kube-scheduler.pid' "$JOURNAL"
  retry 30 script $START --health
}

@test "systemd's stop: stop-X.sh with MAINPID, then SIGTERM: 0, and nothing is left" {
  healthy_service
  MAINPID=$SERVICE run -0 script $STOP
  kill -TERM "$SERVICE" 2>/dev/null || true
  ends 0
  [[ ! -e $BUNDLE/run/kube-scheduler.pid ]]
  [[ -z $(own_processes) ]]
}

@test "systemd's stop after the service has ended by itself: what a person started meanwhile goes on" {
  healthy_service
  run -0 script $STOP
  ends 0
  run -0 script $START
  # As systemd runs ExecStop= then: without a main process.
  run -0 env -u MAINPID "$SHELL_UNDER_TEST" "$BUNDLE/$STOP" --from-systemd --force
  run -0 script $START --health
  run -0 script $STOP
}

@test "stop-X.sh by hand, also one that has to kill: 0, so that systemd does not start it again" {
  healthy_service --deaf=1
  run -0 script $STOP --timeout 1
  has "killing it"
  ends 0
}

@test "a stop is known although the daemon wrote a lot after it" {
  healthy_service --deaf=1
  script $STOP --timeout 3 >/dev/null 2>&1 3>&- &
  retry 10 test -s "$BUNDLE/run/kube-scheduler.stopped"
  head -c 200000 /dev/zero | tr '\0' '\n' >>"$BUNDLE/log/kube-scheduler.log"
  ends 0
  wait
}

@test "the mark of an earlier stop means nothing for the next daemon" {
  healthy_service
  run -0 script $STOP
  ends 0
  : >"$JOURNAL"
  serve
  retry 30 says "is healthy (pid"
  kill -KILL "$(pid_of kube-scheduler)"
  ends 1
}

@test "a daemon that a person had started is watched over, not started again" {
  simple_unit "--count=$BATS_TEST_TMPDIR/count"
  run -0 script $START
  DAEMON=$(pid_of kube-scheduler)
  serve
  retry 30 says "runs already (pid $DAEMON): watching over it from now on."
  retry 30 says "is healthy (pid $DAEMON)."
  [[ $(wc -l <"$BATS_TEST_TMPDIR/count") == 1 ]]
  kill -KILL "$DAEMON"
  ends 1
}

@test "SIGTERM for the service alone, as --undo sends it: 0, and the daemon goes on" {
  healthy_service
  kill -TERM "$SERVICE"
  ends 0
  says "is left running (pid $(pid_of kube-scheduler))"
  run -0 script $START --health
}

@test "it waits for what it needs without limit, says so once, and the stop does not wait for it" {
  local port
  port=$(free_port)
  NEEDS="start kube-apiserver 'the API on this host' 127.0.0.1 $port" simple_unit
  serve
  retry 30 says "kube-scheduler needs: the API on this host"
  # Longer than the five seconds after which a person would be told again.
  SECONDS=0
  retry 30 eval '((SECONDS > 6))'
  [[ $(grep -c 'needs: the API' "$JOURNAL") == 1 ]]
  SECONDS=0
  MAINPID=$SERVICE run -0 script $STOP
  ((SECONDS < 10))
  # By hand it is said who is at work: systemd's unit is no business of stop-X.sh.
  run -1 script $STOP --timeout 1
  has "start-kube-scheduler.sh (pid $SERVICE) is about to start it"
  kill -TERM "$SERVICE"
  ends 0
  [[ ! -e $BUNDLE/run/kube-scheduler.pid ]]
}

@test "an unhealthy daemon is left alone, and said once" {
  TIMEOUT=1 simple_unit --sick=1
  serve
  retry 30 says "is not healthy yet: http://127.0.0.1:$PORT/healthz says HTTP 500"
  SECONDS=0
  retry 30 eval '((SECONDS > 4))'
  kill -0 "$SERVICE"
  [[ $(grep -c 'is not healthy yet: .*HTTP 500\|HTTP 500' "$JOURNAL") == 1 ]]
}

@test "what cannot be done ends with its code: wrong host 2, with --foreground 2" {
  ADDRESS=203.0.113.7 simple_unit
  run -2 script $START --service
  has "this is the bundle of sandbox-1 (203.0.113.7)"
  run -2 script $START --service --foreground
  has "do not go together"
}

@test "etcd's first start is remembered, though the first member never is healthy alone" {
  local port peer
  port=$(free_port) peer=$(free_port)
  fake_daemon etcd
  printf 'm1\tsandbox-1\t127.0.0.1\t%s\t%s\nm2\tsandbox-2\t127.0.0.2\t1\t1\nm3\tsandbox-3\t127.0.0.3\t1\t1\n' \
    "$port" "$peer" >"$BUNDLE/lib/etcd-members.tsv"
  make_start etcd/start-etcd.sh etcd "readonly KB_ETCD_NAME=m1 KB_ETCD_DATA_DIR='$BATS_TEST_TMPDIR/data' KB_ETCD_TOKEN=t \
    KB_ETCD_CLIENT_PORT=$port KB_ETCD_PEER_PORT=$peer KB_ETCD_PEER_URL=http://127.0.0.1:$peer KB_ETCD_INITIAL_CLUSTER=x \
    KB_ETCDCTL_API= KB_ETCDCTL_ENDPOINTS=" etcd "--peer-port=$peer" "--port=$port" --sick=1
  mkdir -p "$BATS_TEST_TMPDIR/data/member/wal"
  : >"$BATS_TEST_TMPDIR/data/member/wal/0000000000000000-0000000000000000.wal"
  START=etcd/start-etcd.sh serve
  retry 30 says "etcd runs and waits: 2 of 3 members are missing"
  retry 30 test -s "$BATS_TEST_TMPDIR/data.first-start"
}
