#!/usr/bin/env bats
# shellcheck disable=SC2016 # code in single quotes is for later shells
# What start scripts record of the host before the first daemon starts. Reads the machine, changes nothing on it.

load ../helper.bash

setup() {
  make_bundle
  {
    printf '%s\n' '#!/usr/bin/env bash' 'set -euo pipefail' 'readonly KB_CLUSTER=guide KB_HOST=sandbox-1 KB_ADDRESS=127.0.0.1' \
      'readonly KB_POD_NETWORK="" KB_DOCKER_SOCKET="" KB_DOCKER_REGISTRY="" KB_DOCKER_CA=""'
    printf 'readonly -a KB_DATA=(%q)\n' "$BATS_TEST_TMPDIR/data/etcd"
    printf '%s\n' 'KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")'
    sed '1,/^{{> root}}/d' "$REPO/templates/uninstall.sh.hbs"
  } >"$BUNDLE/uninstall.sh"
  simple_unit
  # The daemon says what was recorded when it began.
  mv "$BUNDLE/bin/kube-scheduler" "$BUNDLE/bin/real"
  printf '#!/bin/bash\nls run/before/boot.*/ >seen\ntouch began\nexec bin/real "$@"\n' >"$BUNDLE/bin/kube-scheduler"
  chmod 0755 "$BUNDLE/bin/kube-scheduler"
}
teardown() { clean_up; }

@test "the host is recorded before the daemon starts, once; a stop and a start do not record again" {
  run -0 script master/start-kube-scheduler.sh
  for part in sysctls links routes mounts cgroups run-paths; do grep -qx "$part" "$BUNDLE/seen"; done
  grep -q $'^absent\t'"$BATS_TEST_TMPDIR/data/etcd$" "$BUNDLE/run/before/paths"
  grep -q $'^present\t'"$BATS_TEST_TMPDIR$" "$BUNDLE/run/before/paths"
  mkdir -p "$BATS_TEST_TMPDIR/data/etcd"
  echo first >"$(echo "$BUNDLE"/run/before/boot.*/links)"
  run -0 script master/stop-kube-scheduler.sh
  run -0 script master/start-kube-scheduler.sh
  [[ $(cat "$BUNDLE"/run/before/boot.*/links) == first ]]
  grep -q $'^absent\t'"$BATS_TEST_TMPDIR/data/etcd$" "$BUNDLE/run/before/paths"
}

@test "what cannot be recorded: the daemon is not started, and it says why" {
  : >"$BUNDLE/run/before"
  run -1 script master/start-kube-scheduler.sh
  has "cannot make the folder"
  has "was not started, for the state of this host could not be recorded"
  [[ ! -e $BUNDLE/began ]]
}

@test "three at once: one record" {
  local pids=() pid
  for pid in 1 2 3; do
    "$SHELL_UNDER_TEST" "$BUNDLE/uninstall.sh" --record 3>&- &
    pids+=("$!")
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
  [[ $(find "$BUNDLE/run/before" -mindepth 1 -maxdepth 1 -type d | wc -l) == 1 ]]
  [[ $(sort "$BUNDLE/run/before/paths" | uniq -d) == '' ]]
}

@test "rules that cannot be read: the daemon is not started, and it says why; a sysctl that is not there is recorded as absent" {
  mkdir "$BATS_TEST_TMPDIR/shims"
  for name in ip{,6}tables{,-legacy,-nft}-{save,restore}; do
    printf '#!/bin/sh\necho out of memory >&2\nexit 1\n' >"$BATS_TEST_TMPDIR/shims/$name"
  done
  chmod 0755 "$BATS_TEST_TMPDIR"/shims/*
  PATH=$BATS_TEST_TMPDIR/shims:$PATH run -1 script master/start-kube-scheduler.sh
  has "-save fails: out of memory"
  has "was not started, for the state of this host could not be recorded"
  [[ ! -e $BUNDLE/began ]]
  run -0 script uninstall.sh --record
  [[ -e /proc/sys/net/bridge ]] || grep -q $'bridge-nf-call-iptables\tabsent$' "$BUNDLE"/run/before/boot.*/sysctls
}
