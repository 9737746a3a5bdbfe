#!/usr/bin/env bats
# migrate-etcd.sh killed with -9 after each of its steps and at random moments, then typed again: the same keys each
# time, and the old data as it was. Part of npm run test:soak, not of npm test.

bats_require_minimum_version 1.5.0
load ../e2e/hosts
load ../e2e/etcd

setup_file() {
  etcd_hosts
  script sandbox-1 update-hosts.sh
  old_data 10000
  old_etcd_stop
}

teardown_file() {
  etcd_hosts_remove
}

# resumed BEFORE: typed again until it is through, all is there, and the old data is what BEFORE says.
resumed() {
  run -0 script sandbox-1 etcd/migrate-etcd.sh --from "$OLD" --yes
  same_keys sandbox-1
  run -0 ctl sandbox-1 member list
  has "name=etcd2 peerURLs=http://sandbox-1:2380"
  [[ $(digest "$OLD") == "$1" ]]
  # Nothing of the copy is left beside the data.
  [[ ! -e $(work sandbox-1)/etcd/data-dir.new && ! -e $(work sandbox-1)/etcd/data-dir.in-progress ]]
  run -1 pgrep -f 'etcd.*data-dir[.]new'
}

@test "killed with -9 after each step" {
  local before number=1
  before=$(digest "$OLD")
  while :; do
    wipe sandbox-1
    killed_after "$number" script sandbox-1 etcd/migrate-etcd.sh --from "$OLD" --yes || break
    resumed "$before"
    ((number += 1))
  done
  printf '# killed after %s steps\n' "$((number - 1))" >&3
  ((number > 5))
}

@test "killed with -9 at twenty random moments, also twice before it gets through" {
  local before round pid
  before=$(digest "$OLD")
  for ((round = 1; round <= 20; round++)); do
    wipe sandbox-1
    for _ in 1 2; do
      become_on sandbox-1 "${KUBEBALE_BASH:-bash}" "$HOSTS_FOLDER/sandbox-1/bundle/lab/etcd/migrate-etcd.sh" \
        --from "$OLD" --yes </dev/null >/dev/null 2>&1 3>&- &
      pid=$!
      sleep "$((RANDOM % 6)).$((RANDOM % 10))"
      kill -9 "$pid" 2>/dev/null || true
      wait "$pid" || true
    done
    resumed "$before"
  done
}
