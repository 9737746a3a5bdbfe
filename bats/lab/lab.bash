# Whole clusters on hosts of `kubebale rehearse`, for tests that break them on purpose. Faster than bats/e2e/hosts.bash
# to write with, and closer to real hosts: own disk, own processes, reboots.
#
# Real programs: those of Debian (etcd, docker), or, with KUBEBALE_LAB_BIN=DIR, all that are in DIR, and Debian's docker
# when it has none; a runc or containerd in DIR goes before Debian's.

PROJECT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

# kubebale WORD...
kubebale() {
  node "$PROJECT/dist/cli/main.js" "$@"
}

# lab_folder: a folder for the specification, the lock and the logs. Sets LAB and SPEC.
lab_folder() {
  [[ $(id -u) -eq 0 ]] || {
    printf 'making hosts needs root\n' >&2
    return 1
  }
  LAB=$(mktemp -d)
  SPEC=$LAB/cluster.json
  KUBEBALE_CACHE=$LAB/cache
  # A lab folder of the test's own: it does not meet what a person rehearses here.
  KUBEBALE_LAB=$LAB/hosts
  export PROJECT LAB SPEC KUBEBALE_CACHE KUBEBALE_LAB
}

# lab_programs: copies the real programs that there are into $LAB/programs. Sets ETCD_RELEASE, DOCKER_RELEASE.
lab_programs() {
  local folder=$LAB/programs
  mkdir -p "$folder"
  ETCD_RELEASE=2.3.7 DOCKER_RELEASE=1.11.2
  [[ -n ${KUBEBALE_LAB_BIN-} ]] || debian_programs etcd etcdctl
  if [[ -z ${KUBEBALE_LAB_BIN-} || ! -e $KUBEBALE_LAB_BIN/docker ]]; then
    debian_programs docker dockerd docker-init docker-proxy containerd containerd-shim containerd-shim-runc-v2 ctr runc
    DOCKER_RELEASE=$("$folder/dockerd" --version | sed 's/Docker version \([0-9.]*\).*/\1/')
  fi
  [[ -z ${KUBEBALE_LAB_BIN-} ]] || cp -- "$KUBEBALE_LAB_BIN"/* "$folder"
  [[ ! -e $folder/etcd ]] || ETCD_RELEASE=$("$folder/etcd" --version | awk '/^etcd Version/ {print $3}')
  export ETCD_RELEASE DOCKER_RELEASE
}

# debian_programs NAME...: this machine's own, into $LAB/programs.
debian_programs() {
  local name
  for name in "$@"; do
    cp -- "$(PATH=/usr/bin:/usr/sbin:/bin:/sbin type -P "$name")" "$LAB/programs/$name"
  done
}

# real PROGRAM: KUBEBALE_LAB_BIN has it.
real() {
  [[ -n ${KUBEBALE_LAB_BIN-} && -e $KUBEBALE_LAB_BIN/$1 ]]
}

# needs_real PROGRAM...: skips the test where only stand-ins are.
needs_real() {
  local name
  [[ -n ${KUBEBALE_LAB_BIN-} ]] || skip "no real $1: KUBEBALE_LAB_BIN is not set"
  for name in "$@"; do real "$name" || skip "no real $name in KUBEBALE_LAB_BIN"; done
}

# real_settings: what real programs need that stand-ins do not, as members of the specification.
real_settings() {
  # In a network namespace that is not the first one nf_conntrack_max cannot be written, and kube-proxy ends.
  if real kube-proxy; then
    printf '  "kubeProxy": { "flags": { "conntrack-max": 0, "conntrack-max-per-core": 0 } },\n'
  fi
  # kubelet 1.3 joins a pod's containers to the IPC namespace of its pause container; 20.10 keeps that private.
  if real kubelet && ! real docker; then
    printf '  "docker": { "flags": { "default-ipc-mode": "shareable" } },\n'
  fi
}

# guide_spec NAME: the guide's three hosts, with the releases of lab_programs. The registry is on the switch.
guide_spec() {
  cat >"$SPEC" <<JSON
{
  "name": "$1",
  "releases": { "kubernetes": "1.3.3", "etcd": "$ETCD_RELEASE", "flannel": "0.5.5", "docker": "$DOCKER_RELEASE" },
$(real_settings)
  "hosts": [
    { "name": "sandbox-1", "address": "10.207.182.18", "roles": ["etcd", "master", "node"], "memberName": "etcd2" },
    { "name": "sandbox-2", "address": "10.207.182.19", "roles": ["etcd", "master", "node"], "memberName": "etcd1" },
    { "name": "sandbox-3", "address": "10.207.182.20", "roles": ["etcd", "master", "node"], "memberName": "etcd0" }
  ],
  "registry": {
    "host": "registry.example.com:5000",
    "address": "10.207.182.9",
    "pauseImage": "registry.example.com:5000/public/pause:1.0.2"
  }
}
JSON
}

# lab_names: what each test finds again. Sets CLUSTER and NAME, the pause image.
lab_names() {
  CLUSTER=$(cluster_name)
  NAME=registry.example.com:5000/public/pause:1.0.2
}

# lab_up [OPTION...]: compiles the specification and starts all of it; what is not there is played by stand-ins.
lab_up() {
  if [[ -d $LAB/programs ]]; then
    kubebale lock "$SPEC" --artifacts "$LAB/programs" --trust-first-use --allow-missing >"$LAB/lock.txt" 2>&1 || {
      cat "$LAB/lock.txt" >&2
      return 1
    }
  fi
  kubebale rehearse "$SPEC" --stand-ins --keep --logs "$LAB/logs" "$@" >"$LAB/rehearsal.txt" 2>&1 3>&- || {
    cat "$LAB/rehearsal.txt" >&2
    return 1
  }
}

lab_down() {
  registry_stop || true
  kubebale rehearse "$SPEC" --remove >/dev/null 3>&-
  rm -rf -- "$LAB"
}

# lab VERB WORD...: what no person can do from a shell on a host.
#
#   lab halt|boot HOST     all that runs on the host ends at once; the host starts again
#   lab cut|join HOST      its cable
#   lab room HOST...       these hosts reach each other and no other host; lab rooms-off ends that
#   lab switch WORD...     a command in the network of the switch, where the registry's address is
#   lab folder HOST        where the host's / lies on this machine
lab() {
  local verb=$1 host
  shift
  case $verb in
    halt | boot) node "$PROJECT/bats/fixtures/lab.mjs" "$SPEC" "$verb" "$@" 3>&- ;;
    cut) lab switch ip link set "$(port_of "$1")" down ;;
    join) lab switch ip link set "$(port_of "$1")" up ;;
    room)
      lab switch ip link add bridge1 type bridge
      lab switch ip link set bridge1 up
      for host in "$@"; do lab switch ip link set "$(port_of "$host")" master bridge1; done
      ;;
    rooms-off)
      for host in $(host_names); do lab switch ip link set "$(port_of "$host")" master bridge0; done
      lab switch ip link del bridge1
      ;;
    switch) nsenter --target "$(lab_pid switch)" --net -- "$@" 3>&- ;;
    folder) printf '%s\n' "$KUBEBALE_LAB/$(cluster_name)/hosts/$1/disk" ;;
  esac
}

cluster_name() {
  sed -n 's/^  "name": "\(.*\)",$/\1/p' "$SPEC"
}

# lab_pid switch|HOST: of the first process there.
lab_pid() {
  awk -v want="\"$1\":" '$1 == want { found = 1 } found && $1 == "\"pid\":" { sub(",", "", $2); print $2; exit }' \
    "$KUBEBALE_LAB/$(cluster_name)/lab.json"
}

# lab_digest: tells the cgroups of this lab from those of one in another folder.
lab_digest() {
  printf '%s' "$KUBEBALE_LAB/$(cluster_name)" | sha256sum | head -c 8
}

host_names() {
  node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).hosts.map(({ name }) => name).join("\n")' "$SPEC"
}

# port_of HOST: its port of the switch.
port_of() {
  local name index=0
  for name in $(host_names); do
    if [[ $name == "$1" ]]; then printf 'port%s\n' "$index"; fi
    index=$((index + 1))
  done
}

# on HOST WORD...: a command on a host, in /root, with nothing of our environment.
on() {
  local host=$1
  shift
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
    bash "$PROJECT/templates/lab/host-run.sh" "kubebale-lab/$(cluster_name)-$(lab_digest)/$host" "$(lab_pid "$host")" "$@" 3>&-
}

# script HOST PATH [OPTION...]: a script of the host's bundle.
script() {
  local host=$1 path=$2
  shift 2
  on "$host" "${KUBEBALE_BASH:-bash}" "/root/$CLUSTER/$path" "$@"
}

# ctl HOST WORD...: etcdctl of the bundle, v2.
ctl() {
  local host=$1
  shift
  on "$host" env ETCDCTL_API=2 "/root/$CLUSTER/bin/etcdctl" --endpoints http://127.0.0.1:2379 "$@"
}

# pid_of HOST UNIT: as the host sees it.
pid_of() {
  on "$1" head -n 1 "/root/$CLUSTER/run/$2.pid"
}

# has TEXT: it is in $output, wherever the lines were broken.
has() {
  local flat
  flat=$(tr -s '\n ' ' ' <<<"$output")
  if [[ $flat != *"$1"* ]]; then
    printf 'not in the output: %s\n---\n%s\n---\n' "$1" "$output" >&2
    return 1
  fi
}

has_not() {
  if [[ $(tr -s '\n ' ' ' <<<"$output") == *"$1"* ]]; then
    printf 'should not be in the output: %s\n---\n%s\n---\n' "$1" "$output" >&2
    return 1
  fi
}

# eventually SECONDS COMMAND...: until it succeeds; its last output when it does not in time.
eventually() {
  local end=$((SECONDS + $1)) output
  shift
  until output=$("$@" 2>&1); do
    if ((SECONDS >= end)); then
      printf 'still not after the time given: %s\n%s\n' "$*" "$output" >&2
      return 1
    fi
    sleep 0.5
  done
  printf '%s\n' "$output"
}

# all_healthy HOST...: every unit of these hosts.
all_healthy() {
  local host
  for host in "$@"; do
    eventually 60 script "$host" status.sh || return 1
  done
}

# member_urls: the client URL of each member.
member_urls() {
  node -e '
    for (const host of JSON.parse(require("fs").readFileSync(process.argv[1])).hosts)
      if (host.roles.includes("etcd")) console.log("http://" + host.address + ":2379");' "$SPEC"
}

# writer_start: writes numbered keys through all members in turn, until writer_check.
writer_start() {
  local -a urls
  mapfile -t urls < <(member_urls)
  rm -f "$LAB/acknowledged"
  lab switch node "$PROJECT/bats/fixtures/writer.mjs" write "$LAB/acknowledged" "${urls[@]}" >"$LAB/writer.txt" 2>&1 &
  printf '%s\n' "$!" >"$LAB/writer.pid"
  disown
  eventually 30 test -s "$LAB/acknowledged"
}

# writer_check: ends the writer; every write that was acknowledged has to be there.
writer_check() {
  local -a urls
  mapfile -t urls < <(member_urls)
  pkill -TERM -f "writer.mjs write $LAB/acknowledged" || true
  lab switch node "$PROJECT/bats/fixtures/writer.mjs" check "$LAB/acknowledged" "${urls[@]}"
}

# registry_start: a real private registry, where the specification says it is.
registry_start() {
  cat >"$LAB/registry.yml" <<YAML
version: 0.1
storage: { filesystem: { rootdirectory: $LAB/registry } }
http: { addr: 10.207.182.9:5000 }
YAML
  lab switch docker-registry serve "$LAB/registry.yml" >"$LAB/registry.log" 2>&1 3>&- &
  disown
  eventually 30 lab switch bash -c ': </dev/tcp/10.207.182.9/5000'
}

registry_stop() {
  pkill -f "docker-registry serve $LAB/registry.yml"
}

# write_controller NAME COUNT: a ReplicationController of pause pods, as /root/NAME.json of sandbox-1 and sandbox-2.
write_controller() {
  local host
  for host in sandbox-1 sandbox-2; do
    cat >"$(lab folder "$host")/root/$1.json" <<JSON
{
  "kind": "ReplicationController",
  "apiVersion": "v1",
  "metadata": { "name": "$1" },
  "spec": {
    "replicas": $2,
    "selector": { "app": "$1" },
    "template": {
      "metadata": { "labels": { "app": "$1" } },
      "spec": { "containers": [{ "name": "pause", "image": "$NAME" }] }
    }
  }
}
JSON
  done
}

# pods: a line "NAME NODE PHASE ADDRESS" for each pod, as a master sees them that runs.
pods() {
  local host
  for host in sandbox-2 sandbox-1; do
    if on "$host" "/root/$CLUSTER/bin/kubectl" get pods -o json 2>/dev/null | node -e '
      const { items } = JSON.parse(require("fs").readFileSync(0, "utf8"));
      for (const { metadata, spec, status } of items)
        console.log(metadata.name, spec.nodeName ?? "-", status?.phase ?? "-", status?.podIP ?? "-");' 2>/dev/null; then
      return 0
    fi
  done
  return 1
}

# pods_running COUNT: exactly so many pods there are, and all of them run.
pods_running() {
  local text
  text=$(pods) || return 1
  printf '%s\n' "$text"
  [[ $(grep -c ' Running ' <<<"$text") -eq $1 && $(grep -c . <<<"$text") -eq $1 ]]
}

# pods_running_off COUNT HOST: so many run on other hosts.
pods_running_off() {
  local text
  text=$(pods) || return 1
  printf '%s\n' "$text"
  [[ $(grep -v " $2 " <<<"$text" | grep -c ' Running ') -eq $1 ]]
}

pods_on() {
  pods | grep -c " $1 "
}

pod_addresses() {
  pods | awk '{ print $4 }'
}

nodes_ready() {
  local text
  text=$(on sandbox-2 "/root/$CLUSTER/bin/kubectl" get nodes) || return 1
  printf '%s\n' "$text"
  [[ $(grep -cE '^[^ ]+ +Ready' <<<"$text") -eq $1 ]]
}

# host_state HOST: all that a start leaves behind, without what differs from start to start, or tells that there was a
# stop before. The daemons are those
# whose folder is the bundle: one that no pid file knows would be a line more.
host_state() {
  # shellcheck disable=SC2016 # the host's shell expands it
  on "$1" bash -c 'ls -A "$1/run" | grep -vE "[.]stopped$|^start[.]lock$" && cat /etc/hosts && grep -o " /sys/fs/cgroup[^ ]*" /proc/mounts | sort
    for folder in /proc/[0-9]*; do
      if [[ $(readlink "$folder/cwd") == "$1" && $folder != "/proc/$$" && $folder != "/proc/$BASHPID" ]]; then
        tr "\\0" " " <"$folder/cmdline" && echo
      fi
    done | sort' state "/root/$CLUSTER" 2>/dev/null
}

# start_killed HOST STATE: stops the host, starts it, kills start.sh with -9 at a random moment of its first 12 seconds,
# and starts it again: everything is healthy, and as it was before.
start_killed() {
  local host=$1 state=$2 moment pid job found
  script "$host" stop.sh --no-drain || return 1
  moment=$((RANDOM % 120))
  script "$host" start.sh --timeout 120 >"$LAB/killed.txt" 2>&1 3>&- &
  job=$!
  sleep "$((moment / 10)).$((moment % 10))"
  # Not its number from outside: the host counts its processes itself. It is the holder of the lock.
  pid=$(on "$host" head -n 1 "/root/$CLUSTER/run/start.lock") || return 1
  printf -- '-- kill -9 of start.sh (pid %s) after %s.%s s\n' "$pid" "$((moment / 10))" "$((moment % 10))"
  # shellcheck disable=SC2016 # the host's shell expands it
  on "$host" bash -c 'grep -q start.sh "/proc/$1/cmdline" && kill -KILL "$1"' kill "$pid" 2>/dev/null ||
    printf 'it had ended already\n'
  wait "$job" || true
  cat "$LAB/killed.txt"
  script "$host" start.sh --timeout 120 || return 1
  all_healthy "$host" || return 1
  found=$(host_state "$host")
  [[ $found == "$state" ]] || {
    diff <(printf '%s\n' "$state") <(printf '%s\n' "$found")
    return 1
  }
}
