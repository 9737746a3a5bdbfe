#!/usr/bin/env bats
# G1 with a real etcd: three hosts, each with its own tarball, become one cluster that survives the loss of a member.

bats_require_minimum_version 1.5.0
load hosts

setup_file() {
  PROJECT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  export PROJECT
  export HOSTS_FOLDER HOSTS_SWITCH
  hosts_make sandbox-1=10.207.182.18/24 sandbox-2=10.207.182.19/24 sandbox-3=10.207.182.20/24
  # Arrays are not exported.
  printf '%s\n' "${HOSTS_NAMES[@]}" >"$HOSTS_FOLDER/names"

  local artifacts=$HOSTS_FOLDER/artifacts release
  release=$(etcd --version | awk '/^etcd Version/ {print $3}')
  mkdir "$artifacts"
  cp "$(command -v etcd)" "$(command -v etcdctl)" "$artifacts"
  cat >"$HOSTS_FOLDER/cluster.json" <<JSON
{
  "name": "lab",
  "releases": { "etcd": "$release" },
  "hosts": [
    { "name": "sandbox-1", "address": "10.207.182.18", "roles": ["etcd"], "memberName": "etcd2" },
    { "name": "sandbox-2", "address": "10.207.182.19", "roles": ["etcd"], "memberName": "etcd1" },
    { "name": "sandbox-3", "address": "10.207.182.20", "roles": ["etcd"], "memberName": "etcd0" }
  ]
}
JSON
  export KUBEBALE_CACHE=$HOSTS_FOLDER/cache
  {
    node "$PROJECT/dist/cli/main.js" lock "$HOSTS_FOLDER/cluster.json" --artifacts "$artifacts" --trust-first-use &&
      node "$PROJECT/dist/cli/main.js" compile "$HOSTS_FOLDER/cluster.json" --out "$HOSTS_FOLDER/out"
  } >"$HOSTS_FOLDER/compile.txt" 2>&1 || {
    cat "$HOSTS_FOLDER/compile.txt" >&2
    return 1
  }
  local host
  for host in sandbox-1 sandbox-2 sandbox-3; do
    tar xzf "$HOSTS_FOLDER/out/lab/$host.tar.gz" -C "$HOSTS_FOLDER/$host/bundle"
  done
}

teardown_file() {
  mapfile -t HOSTS_NAMES <"$HOSTS_FOLDER/names"
  hosts_remove
}

# script HOST SCRIPT [OPTION...]: run a script of the host's bundle there.
script() {
  local host=$1 path=$2
  shift 2
  on "$host" "${KUBEBALE_BASH:-bash}" "$HOSTS_FOLDER/$host/bundle/lab/$path" "$@"
}

ctl() {
  local host=$1
  shift
  on "$host" env ETCDCTL_API=2 "$HOSTS_FOLDER/$host/bundle/lab/bin/etcdctl" --endpoints http://127.0.0.1:2379 "$@"
}

@test "the files of each tarball are whole" {
  for host in sandbox-1 sandbox-2 sandbox-3; do
    (cd "$HOSTS_FOLDER/$host/bundle/lab" && sha256sum -c --quiet SHA256SUMS)
  done
}

@test "start-etcd.sh names what to run when the hosts' names do not resolve" {
  run -1 script sandbox-1 etcd/start-etcd.sh
  [[ $output == *update-hosts.sh* ]]
}

@test "start-etcd.sh refuses on another host than its own" {
  run -2 on sandbox-2 bash "$HOSTS_FOLDER/sandbox-1/bundle/lab/etcd/start-etcd.sh"
  [[ $output == *10.207.182.18* && $output == *sandbox-1* ]]
}

@test "G1: the first member is left running with 3, and says who is missing" {
  for host in sandbox-1 sandbox-2 sandbox-3; do script "$host" update-hosts.sh; done
  run -3 script sandbox-1 etcd/start-etcd.sh
  printf '%s\n' "$output"
  [[ $output == *sandbox-2* && $output == *sandbox-3* ]]
  kill -0 "$(head -n 1 "$HOSTS_FOLDER/sandbox-1/bundle/lab/run/etcd.pid")"
}

@test "G1: with the second member there is a majority, with the third all are healthy" {
  run -0 script sandbox-2 etcd/start-etcd.sh
  printf '%s\n' "$output"
  run -0 script sandbox-3 etcd/start-etcd.sh
  run -0 script sandbox-1 etcd/start-etcd.sh
  [[ $output == *already* ]]
  run -0 ctl sandbox-1 member list
  [[ ${#lines[@]} -eq 3 ]]
  run -0 ctl sandbox-2 cluster-health
  [[ $output == *'cluster is healthy'* ]]
}

@test "G1: the data lies in the specification's folder, readable by root alone" {
  [[ $(on sandbox-1 stat -c %a /home/work/etcd/data-dir) == 700 ]]
  [[ -d $HOSTS_FOLDER/sandbox-1/work/etcd/data-dir/member ]]
}

@test "one member killed: writes go on, and it catches up when it is started again" {
  ctl sandbox-1 set /before 1
  local pid
  pid=$(head -n 1 "$HOSTS_FOLDER/sandbox-3/bundle/lab/run/etcd.pid")
  kill -9 "$pid"
  run -1 script sandbox-3 status.sh
  printf '%s\n' "$output"
  local count
  for count in 1 2 3 4 5; do ctl sandbox-1 set "/during/$count" "$count"; done
  run -0 script sandbox-3 etcd/start-etcd.sh
  # The member itself is asked, without a quorum: it holds what was written while it was away.
  local tries=50
  until [[ $(ctl sandbox-3 get /during/5 2>&1) == 5 ]]; do
    ((tries-- > 0)) || return 1
    sleep 0.2
  done
  run -0 script sandbox-3 status.sh
  printf '%s\n' "$output"
}

@test "stop.sh stops it, and leaves no pid file" {
  run -0 script sandbox-2 stop.sh
  [[ ! -e $HOSTS_FOLDER/sandbox-2/bundle/lab/run/etcd.pid ]]
  run -0 script sandbox-2 start.sh --timeout 60
  [[ $output == *etcd* ]]
}

@test "a member whose data was wiped is refused while the cluster lives" {
  script sandbox-3 etcd/stop-etcd.sh
  rm -rf "$HOSTS_FOLDER/sandbox-3/work/etcd/data-dir"
  run -1 script sandbox-3 etcd/start-etcd.sh
  printf '%s\n' "$output"
  [[ $output == *etcd/replace-member.sh* ]]
}
