#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2153 # each test is a subshell; the bundle's names come from the helper
# migrate-etcd.sh killed with -9 after each of its steps and at random moments, then typed again: the same keys each
# time, and the old data as it was. Part of npm run test:soak, not of npm test.

load ../helper.bash
load ../etcd-release.bash
load ../unit/etcd-life.bash
load ../killed-after

setup() {
  etcd_bundle
  local port
  port=$(free_port)
  OLD=$BATS_TEST_TMPDIR/old
  etcd --name default --data-dir "$OLD" ${ETCD_V2[@]+"${ETCD_V2[@]}"} --snapshot-count 4000 \
    --listen-client-urls "http://127.0.0.1:$port" --advertise-client-urls "http://127.0.0.1:$port" \
    --listen-peer-urls "http://127.0.0.1:$PEER" --initial-advertise-peer-urls "http://127.0.0.1:$PEER" \
    --initial-cluster "default=http://127.0.0.1:$PEER" >"$OLD.log" 2>&1 3>&- &
  local pid=$!
  HELPERS+=("$pid")
  retry 30 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" 2>/dev/null
  node "$REPO/bats/fixtures/keys.mjs" fill "http://127.0.0.1:$port" 10000
  node "$REPO/bats/fixtures/keys.mjs" dump "http://127.0.0.1:$port" "$OLD.json"
  kill "$pid"
  wait "$pid" || true
  BEFORE=$(digest)
}

teardown() { clean_up; }

# Of the old data: names, modes, times and contents.
digest() {
  (cd "$OLD" && find . -printf '%P %m %s %T@\n' | sort && find . -type f -exec sha256sum {} + | sort) | sha256sum
}

# Typed again until it is through: all is there, the old data is as it was, and nothing else is left.
resumed() {
  run -0 script etcd/migrate-etcd.sh --from "$OLD" --yes 3>&-
  node "$REPO/bats/fixtures/keys.mjs" compare "http://127.0.0.1:$CLIENT" "$OLD.json"
  run -0 env ETCDCTL_API=2 etcdctl --endpoints "http://127.0.0.1:$CLIENT" member list
  has "name=m1 peerURLs=http://127.0.0.1:$PEER"
  [[ ${#lines[@]} == 1 && $(digest) == "$BEFORE" ]]
  [[ ! -e $DATA.new && ! -e $DATA.in-progress && -e $DATA.origin ]]
  [[ $(own_processes | wc -l) == 1 ]]
  script etcd/stop-etcd.sh
  rm -rf "$DATA" "$DATA".*
}

@test "G2: killed with -9 after each step" {
  local number=1
  while killed_after "$number" script etcd/migrate-etcd.sh --from "$OLD" --yes 3>&-; do
    resumed
    ((number += 1))
  done
  printf '# killed after %s steps\n' "$((number - 1))" >&3
  ((number > 6))
}

@test "G2: killed with -9 at twenty random moments, and again before it got through" {
  local round pid
  for ((round = 1; round <= 20; round++)); do
    for _ in 1 2; do
      script_process etcd/migrate-etcd.sh --from "$OLD" --yes </dev/null >/dev/null 2>&1 3>&- &
      pid=$!
      sleep "$((RANDOM % 5)).$((RANDOM % 10))"
      kill -9 "$pid" 2>/dev/null || true
      wait "$pid" || true
    done
    resumed
  done
}

# script_process PATH ARGUMENT...: as script, but this very process becomes it.
script_process() {
  exec "$SHELL_UNDER_TEST" "$BUNDLE/$1" "${@:2}"
}
