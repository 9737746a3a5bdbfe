#!/usr/bin/env bats
# Faults on a cluster of five members and three masters, with real etcd and docker, while a writer runs. Part of
# npm run test:soak, not of npm test. Each test ends with a quorum read of every write that was acknowledged.

bats_require_minimum_version 1.5.0
load ../lab/lab

HOSTS=(host-1 host-2 host-3 host-4 host-5)

setup_file() {
  lab_folder
  lab_programs
  cat >"$SPEC" <<JSON
{
  "name": "soak",
  "releases": { "kubernetes": "1.3.3", "etcd": "$ETCD_RELEASE", "flannel": "0.5.5", "docker": "$DOCKER_RELEASE" },
  "hosts": [
    { "name": "host-1", "address": "10.207.182.18", "roles": ["etcd", "master", "node"] },
    { "name": "host-2", "address": "10.207.182.19", "roles": ["etcd", "master", "node"] },
    { "name": "host-3", "address": "10.207.182.20", "roles": ["etcd", "master", "node"] },
    { "name": "host-4", "address": "10.207.182.21", "roles": ["etcd", "node"] },
    { "name": "host-5", "address": "10.207.182.22", "roles": ["etcd", "node"] }
  ],
  "registry": {
    "host": "registry.example.com:5000",
    "address": "10.207.182.9",
    "pauseImage": "registry.example.com:5000/public/pause:1.0.2"
  }
}
JSON
  lab_up
}

teardown_file() {
  lab_down
}

setup() {
  lab_names
}

# units_of HOST: names of its units, a line each.
units_of() {
  on "$1" bash -c 'cd /root/soak && ls */start-*.sh' | sed 's/.*start-\(.*\)\.sh/\1/'
}

# start_hosts HOST...: start.sh on all of them at once, as several people would. What it said of those that failed.
start_hosts() {
  local host failed=0
  local -A jobs=()
  for host in "$@"; do
    script "$host" start.sh --timeout 240 >"$LAB/$host.start" 2>&1 3>&- &
    jobs[$host]=$!
  done
  for host in "$@"; do
    wait "${jobs[$host]}" || {
      printf -- '-- start.sh on %s:\n' "$host"
      cat "$LAB/$host.start"
      failed=1
    }
  done
  return "$failed"
}

more_written() {
  (($(wc -l <"$LAB/acknowledged") > $1 + 10))
}

# written: says in the report how many writes there were.
written() {
  local text
  text=$(writer_check) || {
    printf '%s\n' "$text"
    return 1
  }
  printf '# %s: %s\n' "$BATS_TEST_DESCRIPTION" "$text" >&3
}

@test "five members in two rooms, three and two: the three go on, the two refuse; joined, nothing is lost" {
  local host before
  writer_start
  lab room host-4 host-5
  for host in host-4 host-5; do
    run -3 script "$host" etcd/start-etcd.sh --timeout 20
    printf '%s\n' "$output"
    [[ $output == *"3 of 5 members are missing"* ]]
    run ! ctl "$host" set /minority no
  done
  before=$(wc -l <"$LAB/acknowledged")
  eventually 60 more_written "$before"
  ctl host-1 set /majority yes
  lab rooms-off
  eventually 60 ctl host-5 get --quorum /majority
  run ! ctl host-4 get --quorum /minority
  all_healthy "${HOSTS[@]}" || start_hosts "${HOSTS[@]}"
  all_healthy "${HOSTS[@]}"
  written
}

@test "each host is rebooted in turn: start.sh brings it back, the others go on" {
  local host
  writer_start
  for host in "${HOSTS[@]}"; do
    lab halt "$host"
    lab boot "$host"
    run -1 script "$host" status.sh
    [[ $output == *"not started since this host was booted"* ]]
    start_hosts "$host"
    all_healthy "$host"
  done
  # A controller-manager that led where etcd was lost for a moment ends by itself, as the real one does.
  start_hosts "${HOSTS[@]}"
  all_healthy "${HOSTS[@]}"
  written
}

@test "all hosts are rebooted at once: start.sh on all of them brings everything back" {
  local host
  writer_start
  for host in "${HOSTS[@]}"; do lab halt "$host"; done
  for host in "${HOSTS[@]}"; do lab boot "$host"; done
  start_hosts "${HOSTS[@]}"
  all_healthy "${HOSTS[@]}"
  eventually 60 nodes_ready_on host-1 5
  written
}

nodes_ready_on() {
  [[ $(on "$1" /root/soak/bin/kubectl get nodes | grep -cE '^[^ ]+ +Ready') -eq $2 ]]
}

@test "random units are killed with -9 for five minutes: start.sh mends all of it, and no write is lost" {
  local end=$((SECONDS + 300)) host unit number kills=0 rounds=0 pid
  local -a units hit
  writer_start
  while ((SECONDS < end)); do
    hit=()
    for ((number = RANDOM % 3; number >= 0; number--)); do
      host=${HOSTS[RANDOM % ${#HOSTS[@]}]}
      mapfile -t units < <(units_of "$host")
      unit=${units[RANDOM % ${#units[@]}]}
      pid=$(pid_of "$host" "$unit") || continue
      on "$host" kill -9 "$pid" 2>/dev/null || continue
      printf '%s: kill -9 %s\n' "$host" "$unit"
      hit+=("$host")
      kills=$((kills + 1))
    done
    rounds=$((rounds + 1))
    [[ ${#hit[@]} -eq 0 ]] || mapfile -t hit < <(printf '%s\n' "${hit[@]}" | sort -u)
    start_hosts ${hit[@]+"${hit[@]}"}
  done
  printf '# %s units were killed in %s rounds\n' "$kills" "$rounds" >&3
  [[ $kills -ge 10 ]]
  start_hosts "${HOSTS[@]}"
  all_healthy "${HOSTS[@]}"
  written
}

@test "start.sh is killed with -9 at twenty random moments and run again: the same state each time" {
  local round state
  writer_start
  state=$(host_state host-2)
  [[ $state == *etcd.pid*kube-proxy.pid*10.207.182.19* ]]
  for round in {1..20}; do
    start_killed host-2 "$state"
  done
  start_hosts "${HOSTS[@]}"
  all_healthy "${HOSTS[@]}"
  written
}
