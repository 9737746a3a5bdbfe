#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2153 # quoted text is for other shells; each test is a subshell
# etcd: waiting for a majority (G1, Q1) and the guards against a split brain, with the real etcd.

load ../helper.bash
load ../etcd-release.bash

setup() {
  make_bundle
  local program
  for program in etcd etcdctl; do
    type -P "$program" >/dev/null || skip "$program is not installed"
    ln -s "$(type -P "$program")" "$BUNDLE/bin/$program"
  done
}
# The members' bundles lie side by side.
teardown() {
  BUNDLE=$(dirname "$BUNDLE")
  clean_up
}

# make_members N: members m1, m2, ... with ports and a bundle each, beside $FIRST.
make_members() {
  local index cluster=''
  FIRST=$BUNDLE
  for ((index = 1; index <= $1; index++)); do
    CLIENT[index]=$(free_port)
    PEER[index]=$(free_port)
    cluster+=${cluster:+,}m$index=http://127.0.0.1:${PEER[index]}
    printf 'm%s\tsandbox-%s\t127.0.0.1\t%s\t%s\n' "$index" "$index" "${CLIENT[index]}" "${PEER[index]}" \
      >>"$BUNDLE/lib/etcd-members.tsv"
  done
  CLUSTER=$cluster
  for ((index = 1; index <= $1; index++)); do
    make_member "$index" "$cluster"
  done
}

# make_member INDEX CLUSTER
make_member() {
  local index=$1
  BUNDLE=$FIRST/../m$1
  if [[ ! -d $BUNDLE ]]; then
    cp -R "$FIRST" "$BUNDLE"
    BUNDLE=$(cd "$BUNDLE" && pwd)
  fi
  make_start etcd/start-etcd.sh etcd "
readonly KB_ETCD_NAME=m$1 KB_ETCD_DATA_DIR='$BATS_TEST_TMPDIR/data $1' KB_ETCD_TOKEN=${TOKEN-token-1}
readonly KB_ETCD_CLIENT_PORT=${CLIENT[index]} KB_ETCD_PEER_PORT=${PEER[index]}
readonly KB_ETCD_PEER_URL=http://127.0.0.1:${PEER[index]} KB_ETCD_INITIAL_CLUSTER='$2'" \
    etcd --name "m$1" --data-dir "$BATS_TEST_TMPDIR/data $1" ${ETCD_V2[@]+"${ETCD_V2[@]}"} \
    --advertise-client-urls "http://127.0.0.1:${CLIENT[index]}" --listen-client-urls "http://127.0.0.1:${CLIENT[index]}" \
    --initial-advertise-peer-urls "http://127.0.0.1:${PEER[index]}" --listen-peer-urls "http://127.0.0.1:${PEER[index]}" \
    --initial-cluster-token "${TOKEN-token-1}" --initial-cluster "$2" --initial-cluster-state new
  BUNDLE=$FIRST
}

start() { "$SHELL_UNDER_TEST" "$FIRST/../m$1/etcd/start-etcd.sh" "${@:2}"; }
stop() { "$SHELL_UNDER_TEST" "$FIRST/../m$1/etcd/stop-etcd.sh" "${@:2}"; }

# All members up, with a key in them.
cluster_of() {
  local index
  make_members "$1"
  for ((index = 1; index <= $1; index++)); do
    start $index --timeout 4 >/dev/null 3>&- || true
  done
  for ((index = 1; index <= $1; index++)); do
    start $index --timeout 30 >/dev/null 3>&-
  done
}

@test "G1 Q1: the first of three waits for the others: exit 3 after about 10 s, and who is missing" {
  make_members 3
  SECONDS=0
  run -3 start 1
  ((SECONDS >= 9 && SECONDS <= 18))
  has "etcd: 1 of 3 members up, waiting for sandbox-2, sandbox-3 ... "
  has "waits: 2 of 3 members are missing: m2 (sandbox-2 127.0.0.1:${PEER[2]}), m3 (sandbox-3"
  has "etcd/start-etcd.sh"
  has "status.sh"
  # The second makes the majority; then both are healthy, and the third is a legitimate first start.
  run -0 start 2
  run -0 start 1
  has "runs already"
  run -0 start 3
  has_not "existing"
  [[ $(stat -c %a "$BATS_TEST_TMPDIR/data 3") == 700 ]]
  grep -qx "name=m3" "$BATS_TEST_TMPDIR/data 3.first-start"
  grep -qx "initial-cluster=$CLUSTER" "$BATS_TEST_TMPDIR/data 3.first-start"
}

@test "an explicit timeout is waited out" {
  make_members 3
  SECONDS=0
  run -3 start 1 --timeout 5
  ((SECONDS < 8))
  run -3 start 1 --timeout 12
  ((SECONDS >= 13))
}

@test "a member whose data is gone is not started as a new one" {
  cluster_of 2
  local id
  stop 2 >/dev/null
  # Without a majority the other one still tells what it knows.
  rm -rf "$BATS_TEST_TMPDIR/data 2"
  run -1 start 2
  has "this member was part of the living etcd cluster"
  has "etcd/replace-member.sh"
  [[ ! -e "$BATS_TEST_TMPDIR/data 2" ]]
  run start 2 --force --timeout 4
  has "Going on because of --force"
}

@test "replacing a member by hand: announced, it joins by itself" {
  cluster_of 3
  stop 3 >/dev/null
  rm -rf "$BATS_TEST_TMPDIR/data 3"
  run -1 start 3
  local ctl=(env ETCDCTL_API=2 etcdctl --endpoints "http://127.0.0.1:${CLIENT[1]}") id
  id=$(grep -o 'id [0-9a-f]*' <<<"$output" | cut -d ' ' -f 2)
  "${ctl[@]}" set /key value
  "${ctl[@]}" member remove "$id"
  run -1 start 3
  has "does not know this member"
  # Not while the remaining ones are choosing a leader.
  retry 20 "${ctl[@]}" member add m3 "http://127.0.0.1:${PEER[3]}"
  run -0 start 3
  has "joining it (--initial-cluster-state existing)"
  [[ $(ETCDCTL_API=2 etcdctl --endpoints "http://127.0.0.1:${CLIENT[3]}" get /key) == value ]]
}

@test "a member that the living cluster does not know is not started as a new one" {
  cluster_of 1
  CLIENT[2]=$(free_port) PEER[2]=$(free_port)
  printf 'm2\tsandbox-2\t127.0.0.1\t%s\t%s\n' "${CLIENT[2]}" "${PEER[2]}" >>"$FIRST/lib/etcd-members.tsv"
  make_member 2 "$CLUSTER,m2=http://127.0.0.1:${PEER[2]}"
  run -1 start 2
  has "does not know this member"
  has "etcd/add-member.sh"
}

@test "nobody answers, but it ran here before: refused, --force when the loss is meant" {
  make_members 3
  : >"$BATS_TEST_TMPDIR/data 1.first-start"
  run -1 start 1
  has "it ran here before"
  has "start-etcd.sh' --force"
  run -3 start 1 --force --timeout 5
}

@test "a changed name or token is said, for etcd ignores it on existing data" {
  cluster_of 1
  stop 1 >/dev/null
  TOKEN=token-2 make_member 1 "$CLUSTER"
  run -0 start 1
  has "etcd ignores a changed --initial-cluster-token"
  grep -qx 'initial-cluster-token=token-1' "$BATS_TEST_TMPDIR/data 1.first-start"
}

@test "a changed initial cluster is fine once the living cluster has these members" {
  cluster_of 1
  stop 1 >/dev/null
  sed -i 's/^initial-cluster=.*/initial-cluster=old=http:\/\/10.0.0.1:2380/' "$BATS_TEST_TMPDIR/data 1.first-start"
  run -0 start 1
  has "etcd ignores a changed --initial-cluster on"
  grep -qx "initial-cluster=$CLUSTER" "$BATS_TEST_TMPDIR/data 1.first-start"
  stop 1 >/dev/null
  run -0 start 1
  has_not "ignores"
}

@test "the second of three that join one by one gets the members there are, not those there will be" {
  cluster_of 1
  CLIENT[2]=$(free_port) PEER[2]=$(free_port)
  printf 'm2\tsandbox-2\t127.0.0.1\t%s\t%s\n' "${CLIENT[2]}" "${PEER[2]}" >>"$FIRST/lib/etcd-members.tsv"
  make_member 2 "$CLUSTER,m2=http://127.0.0.1:${PEER[2]},m3=http://127.0.0.1:1"
  ETCDCTL_API=2 etcdctl --endpoints "http://127.0.0.1:${CLIENT[1]}" member add m2 "http://127.0.0.1:${PEER[2]}"
  run -0 start 2
  has "joining it (--initial-cluster-state existing)"
  stop 2 >/dev/null
  # Folders without a log are no data.
  rm -rf "$BATS_TEST_TMPDIR/data 2/member/wal"
  run -1 start 2
  has "etcd/replace-member.sh"
  # --print and status.sh speak of the script's own line, whatever the first start added.
  run -0 start 2 --print
  has "--initial-cluster-state new"
}

@test "old data of a member that the living cluster does not have is not started" {
  cluster_of 2
  local ctl=(env ETCDCTL_API=2 etcdctl --endpoints "http://127.0.0.1:${CLIENT[1]}")
  stop 2 >/dev/null
  start 2 >/dev/null 3>&-
  retry 30 "${ctl[@]}" member remove "$("${ctl[@]}" member list | awk -F '[:[]' '/name=m2 / { print $1 }')"
  stop 2 >/dev/null
  run -1 start 2
  has "does not have this member"
  has "etcd/add-member.sh"
}

@test "an interrupted migration is finished before etcd starts" {
  make_members 1
  printf 'script=migrate-etcd.sh\nstep=founded\n' >"$BATS_TEST_TMPDIR/data 1.in-progress"
  run -1 start 1
  has "migrate-etcd.sh was interrupted on this host"
  printf 'script=migrate-etcd.sh\nstep=swapped\n' >"$BATS_TEST_TMPDIR/data 1.in-progress"
  run -1 start 1
  has "the data that migrate-etcd.sh put into"
  rm "$BATS_TEST_TMPDIR/data 1.in-progress"
  start 1 3>&-
  stop 1
  printf 'script=migrate-etcd.sh\nstep=swapped\n' >"$BATS_TEST_TMPDIR/data 1.in-progress"
  run -0 start 1
  [[ -e "$BATS_TEST_TMPDIR/data 1.origin" && ! -e "$BATS_TEST_TMPDIR/data 1.in-progress" ]]
}

@test "a port that is taken: the cause names it" {
  make_members 1
  node -e 'require("net").createServer().listen(+process.argv[1], "127.0.0.1")' "${PEER[1]}" >/dev/null 3>&- &
  HELPERS+=($!)
  retry 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/${PEER[1]}"
  run -1 start 1
  has "etcd died."
  has "Likely cause: another process has port ${PEER[1]} already."
}

@test "a damaged log: the cause, and etcd's own words rather than where in its program it was" {
  local log
  cluster_of 1
  stop 1 >/dev/null
  log=$(echo "$BATS_TEST_TMPDIR/data 1"/member/wal/0*.wal)
  cp "$log" "$BATS_TEST_TMPDIR/log"
  # Nothing in it, and a length that no record has.
  : >"$log"
  run -1 start 1
  has "Likely cause: etcd's data on this host is damaged"
  [[ $output == *"cannot be repaired"* || $output == *"panic: cannot use none as id"* ]]
  has_not "goroutine"
  { head -c 8 /dev/zero | tr '\0' '\177' && tail -c +9 "$BATS_TEST_TMPDIR/log"; } >"$log"
  run -1 start 1
  has "Likely cause: etcd's data on this host is damaged"
  has_not "goroutine"
}

@test "the clean environment: ETCD_NAME of the caller does not reach it" {
  make_members 1
  ETCD_NAME=evil ETCD_DATA_DIR=/nonexistent run -0 start 1
  [[ ! -e /nonexistent ]]
  tr '\0' '\n' <"/proc/$(head -n 1 "$FIRST/../m1/run/etcd.pid")/environ" >"$BATS_TEST_TMPDIR/environment"
  run -1 grep -q ETCD_ "$BATS_TEST_TMPDIR/environment"
}

@test "G1: a first member that ended with 3 is remembered too: emptied, it is refused while nobody answers" {
  make_members 3
  run -3 start 1 --timeout 3
  [[ -s "$BATS_TEST_TMPDIR/data 1.first-start" ]]
  stop 1
  rm -rf "$BATS_TEST_TMPDIR/data 1"
  run -1 start 1 --timeout 3
  has "ran here before"
}
