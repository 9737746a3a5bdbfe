# What the suites with a real etcd on three hosts share. Needs hosts.bash and etcd-release.bash.

# etcd_hosts: makes the hosts sandbox-1 to sandbox-3 with a bundle each.
etcd_hosts() {
  PROJECT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  export PROJECT
  export HOSTS_FOLDER HOSTS_SWITCH
  hosts_make sandbox-1=10.207.182.18/24 sandbox-2=10.207.182.19/24 sandbox-3=10.207.182.20/24
  # Arrays are not exported.
  printf '%s\n' "${HOSTS_NAMES[@]}" >"$HOSTS_FOLDER/names"

  local artifacts=$HOSTS_FOLDER/artifacts
  mkdir "$artifacts"
  cp "$(command -v etcd)" "$(command -v etcdctl)" "$artifacts"
  cat >"$HOSTS_FOLDER/cluster.json" <<JSON
{
  "name": "lab",
  "releases": { "etcd": "$ETCD_RELEASE" },
  "etcd": { "flags": { "snapshot-count": "1000" } },
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

etcd_hosts_remove() {
  mapfile -t HOSTS_NAMES <"$HOSTS_FOLDER/names"
  hosts_remove
}

# script HOST SCRIPT [OPTION...]: run a script of the host's bundle there.
script() {
  local host=$1 path=$2
  shift 2
  on "$host" "${KUBEBALE_BASH:-bash}" "$HOSTS_FOLDER/$host/bundle/lab/$path" "$@"
}

# become_on HOST COMMAND...: as on, but this very process becomes the command, so that $! of it is its pid.
become_on() {
  local name=$1
  shift
  exec nsenter --target "$(<"$HOSTS_FOLDER/$name/keeper")" --net --mount --uts -- "$@"
}

ctl() {
  local host=$1
  shift
  on "$host" env ETCDCTL_API=2 "$HOSTS_FOLDER/$host/bundle/lab/bin/etcdctl" --endpoints http://127.0.0.1:2379 "$@"
}

# work HOST: its /home/work, as this machine sees it.
work() { printf '%s\n' "${HOSTS_FOLDER:?}/$1/work"; }

# wipe HOST: its etcd is killed and its data gone, as when it came back with a new disk.
wipe() {
  local file pid
  for file in "${HOSTS_FOLDER:?}/$1"/bundle/lab/run/etcd*.pid; do
    [[ -e $file ]] || continue
    pid=$(head -n 1 "$file")
    kill -9 "$pid" 2>/dev/null || continue
    until_true 30 gone "$pid"
  done
  rm -rf "$(work "$1")/etcd"
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# until_true SECONDS COMMAND...
until_true() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# has TEXT: the output of the last run holds it, wherever its lines were broken.
has() {
  # shellcheck disable=SC2154 # bats sets output
  if [[ $(tr -s ' \n' '  ' <<<"$output") != *"$1"* ]]; then
    printf 'not in the output: %s\n---\n%s\n---\n' "$1" "$output" >&2
    return 1
  fi
}

# digest FOLDER: names, modes, times and contents.
digest() {
  (cd "$1" && find . -printf '%P %m %s %T@\n' | sort && find . -type f -exec sha256sum {} + | sort) | sha256sum
}

# writer_start FILE: writes through all three members, until writer_stop; each acknowledged write is a line in FILE.
writer_start() {
  : >"$1"
  become_on sandbox-1 node "$PROJECT/bats/fixtures/writer.mjs" write "$1" http://10.207.182.18:2379 \
    http://10.207.182.19:2379 http://10.207.182.20:2379 </dev/null >/dev/null 2>&1 3>&- &
  WRITER=$!
  disown
  until_true 30 test -s "$1"
}

writer_stop() {
  kill "$WRITER"
  until_true 30 gone "$WRITER"
}

# goes_on FILE: more writes are acknowledged than now.
goes_on() {
  local before
  before=$(wc -l <"$1")
  until_true 60 more_than "$1" "$((before + 5))"
}

more_than() { (($(wc -l <"$1") > $2)); }

# written FILE: every acknowledged write is there.
written() {
  on sandbox-1 node "$PROJECT/bats/fixtures/writer.mjs" check "$1" http://10.207.182.18:2379 http://10.207.182.19:2379 \
    http://10.207.182.20:2379
}

# healthy COUNT [HOST]: that many members, each of them healthy.
healthy() {
  local deadline=$((SECONDS + 60)) text
  until text=$(ctl "${2:-sandbox-1}" cluster-health 2>&1) && [[ $(grep -c 'is healthy: got healthy' <<<"$text") == "$1" &&
  $(grep -c '^member ' <<<"$text") == "$1" ]]; do
    if ((SECONDS >= deadline)); then
      printf '%s\n' "$text" >&2
      return 1
    fi
    sleep 0.2
  done
}

# old_etcd FOLDER: runs an etcd of an earlier life on sandbox-1, on FOLDER; sets OLD_ETCD to its pid.
old_etcd() {
  become_on sandbox-1 etcd --name default --data-dir "$1" ${ETCD_V2[@]+"${ETCD_V2[@]}"} --snapshot-count 4000 \
    --listen-client-urls http://127.0.0.1:4001 --advertise-client-urls http://127.0.0.1:4001 \
    --listen-peer-urls http://127.0.0.1:7001 --initial-advertise-peer-urls http://127.0.0.1:7001 \
    --initial-cluster default=http://127.0.0.1:7001 </dev/null >"$HOSTS_FOLDER/old.log" 2>&1 3>&- &
  OLD_ETCD=$!
  disown
  until_true 60 on sandbox-1 bash -c 'exec 3<>/dev/tcp/127.0.0.1/4001' 2>/dev/null
}

# old_data COUNT: what an old etcd with COUNT keys, which still runs, has is in $OLD; what it holds, in $OLD.json.
old_data() {
  OLD=$HOSTS_FOLDER/old-data
  export OLD
  old_etcd "$OLD"
  on sandbox-1 node "$PROJECT/bats/fixtures/keys.mjs" fill http://127.0.0.1:4001 "$1"
  on sandbox-1 node "$PROJECT/bats/fixtures/keys.mjs" dump http://127.0.0.1:4001 "$OLD.json"
}

old_etcd_stop() {
  kill "$OLD_ETCD"
  until_true 30 gone "$OLD_ETCD"
}

# same_keys HOST: its etcd holds what the old one held.
same_keys() {
  on "$1" node "$PROJECT/bats/fixtures/keys.mjs" compare http://127.0.0.1:2379 "$OLD.json"
}
