# What the suites of the host scripts share: a bundle made of the real libraries and scripts of
# the shape that the compiler prints, with stand-ins for the daemons. Every suite loads it.
bats_require_minimum_version 1.5.0

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# The shell that runs the scripts: KUBEBALE_BASH=/path/to/bash-4.2 tries an old one.
SHELL_UNDER_TEST=${KUBEBALE_BASH:-bash}

# make_bundle: an unpacked bundle in $BUNDLE. Its path is a nasty one on purpose.
make_bundle() {
  BUNDLE="$BATS_TEST_TMPDIR/a b&c=d/guide"
  mkdir -p "$BUNDLE"/{bin,etcd,master,node,log,run}
  cp -R "$REPO/templates/lib" "$BUNDLE/lib"
  : >"$BUNDLE/lib/etcd-members.tsv"
  printf 'sandbox-1\t127.0.0.1\tetcd\n' >"$BUNDLE/lib/hosts.tsv"
  HELPERS=()
}

# fake_daemon NAME...: bin/NAME becomes the stand-in.
fake_daemon() {
  local name
  for name in "$@"; do
    printf '#!/bin/bash\nexec node %q "$@"\n' "$REPO/bats/fixtures/daemon.mjs" >"$BUNDLE/bin/$name"
    chmod 0755 "$BUNDLE/bin/$name"
  done
}

# make_start PATH UNIT DATA WORD...: a start script. DATA is bash text added to the data block, and
# WORD... the command line, the program first.
make_start() {
  local path=$BUNDLE/$1 unit=$2 data=$3
  shift 3
  {
    printf '#!/usr/bin/env bash\nset -euo pipefail\n'
    printf 'readonly KB_CLUSTER=guide KB_HOST=sandbox-1 KB_ADDRESS=%q\n' "${ADDRESS-127.0.0.1}"
    printf 'readonly KB_UNIT=%q KB_TIMEOUT=%q\n' "$unit" "${TIMEOUT-20}"
    printf 'readonly -a KB_DIRECTORIES=(%s)\n' "${DIRECTORIES-}"
    printf 'readonly -a KB_ENVIRONMENT=(%s)\n' "${ENVIRONMENT-}"
    printf 'readonly -a KB_NAMES=(%s)\n' "${NAMES-}"
    printf 'readonly -a KB_NEEDS=(%s)\n' "${NEEDS-}"
    printf '%s\n' "$data"
    printf 'command_line() {\n  KB_ARGV=(\n'
    # A word that begins with RAW: is bash text, as the compiler prints it for ${FLANNEL_SUBNET}.
    for word in "$@"; do
      if [[ $word == RAW:* ]]; then printf '    %s\n' "${word#RAW:}"; else printf '    %q\n' "$word"; fi
    done
    printf '  )\n}\n'
    # shellcheck disable=SC2016 # the script is to expand it
    printf '%s\n' 'KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")' \
      '. "$KB_ROOT/lib/unit.sh"' ". \"\$KB_ROOT/lib/units/$unit.sh\"" 'start_main "$@"'
  } >"$path"
  chmod 0755 "$path"
  make_stop "$unit" "${path%/*}"
}

# make_stop UNIT FOLDER
make_stop() {
  {
    printf '#!/usr/bin/env bash\nset -euo pipefail\n'
    printf 'readonly KB_CLUSTER=guide KB_HOST=sandbox-1 KB_ADDRESS=%q\n' "${ADDRESS-127.0.0.1}"
    printf 'readonly KB_UNIT=%q\n' "$1"
    # shellcheck disable=SC2016 # the script is to expand it
    printf '%s\n' 'KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")' \
      '. "$KB_ROOT/lib/unit.sh"' 'stop_main "$@"'
  } >"$2/stop-$1.sh"
  chmod 0755 "$2/stop-$1.sh"
}

# make_host_script NAME DATA: start.sh, stop.sh or status.sh.
make_host_script() {
  {
    printf '#!/usr/bin/env bash\nset -euo pipefail\n'
    printf 'readonly KB_CLUSTER=guide KB_HOST=sandbox-1 KB_ADDRESS=%q\n' "${ADDRESS-127.0.0.1}"
    printf '%s\n' "$2"
    # shellcheck disable=SC2016 # the script is to expand it
    printf '%s\n' 'KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")' \
      '. "$KB_ROOT/lib/host.sh"' "host_$1_main \"\$@\""
  } >"$BUNDLE/$1.sh"
  chmod 0755 "$BUNDLE/$1.sh"
}

# script PATH ARGUMENT...: runs a script of the bundle under the shell that is tested.
script() {
  local path=$1
  shift
  "$SHELL_UNDER_TEST" "$BUNDLE/$path" "$@"
}

# simple_unit FLAG...: kube-scheduler with a stand-in that answers on $PORT.
simple_unit() {
  PORT=$(free_port)
  fake_daemon kube-scheduler
  make_start master/start-kube-scheduler.sh kube-scheduler "readonly KB_HEALTH_PORT=$PORT" \
    kube-scheduler "--port=$PORT" "$@"
}

free_port() {
  local port
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    if [[ -z $(ss -Htln "sport = :$port") ]]; then
      printf '%s\n' "$port"
      return 0
    fi
  done
}

# pid_of UNIT: from its pid file.
pid_of() {
  head -n 1 "$BUNDLE/run/$1.pid"
}

# retry SECONDS COMMAND...: until it succeeds.
retry() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    if ((SECONDS >= deadline)); then
      echo "never came true: $*" >&2
      return 1
    fi
    sleep 0.1
  done
}

# has TEXT: the output of the last run holds it, wherever its lines were broken.
has() {
  local flat
  # shellcheck disable=SC2154 # bats sets output
  flat=$(tr -s ' \n' '  ' <<<"$output")
  if [[ $flat != *"$1"* ]]; then
    printf 'not in the output: %s\n---\n%s\n---\n' "$1" "$output" >&2
    return 1
  fi
}

has_not() {
  if [[ $(tr -s ' \n' '  ' <<<"$output") == *"$1"* ]]; then
    printf 'should not be in the output: %s\n---\n%s\n---\n' "$1" "$output" >&2
    return 1
  fi
}

# own_processes: everything whose working folder is in the bundle, which is true of each daemon.
own_processes() {
  local folder
  for folder in /proc/[0-9]*; do
    if [[ $(readlink "$folder/cwd" 2>/dev/null) == "$BUNDLE"* ]]; then
      printf '%s\n' "${folder#/proc/}"
    fi
  done
}

# Ends all that a test started; called by every teardown.
clean_up() {
  local pid
  disown -a # else bash prints a line for each
  for pid in ${HELPERS[@]+"${HELPERS[@]}"} $(own_processes); do
    kill -KILL "$pid" 2>/dev/null || true
  done
}
