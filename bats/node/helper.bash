# shellcheck shell=bash
# shellcheck disable=SC2016 # code in single quotes is for a later shell
# shellcheck disable=SC2154 # status and output are set by run
# What the suites of node/ and update-hosts.sh share. Everything that mounts, or writes outside of
# the test's own folder, runs in a mount namespace of its own.

KB_BASH=${KUBEBALE_BASH:-bash}
LIBRARIES=$(readlink -f "$BATS_TEST_DIRNAME/../../templates/lib")

# make_bundle: BUNDLE, a folder with a blank and "&" in its name, because people do that.
make_bundle() {
  BUNDLE="$BATS_TEST_TMPDIR/my & guide"
  mkdir -p "$BUNDLE"/{bin,images,node,run}
  cp -r "$LIBRARIES" "$BUNDLE/lib"
}

# make_script PATH LIBRARY MAIN LINE...: a script as the compiler prints it, with LINEs of data.
make_script() {
  local path=$BUNDLE/$1 library=$2 main=$3 up='$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")'
  shift 3
  if [[ ${path%/*} != "$BUNDLE" ]]; then
    up="\$(dirname -- \"$up\")"
  fi
  printf '%s\n' '#!/usr/bin/env bash' 'set -euo pipefail' \
    'readonly KB_CLUSTER=guide KB_HOST=sandbox-1 KB_ADDRESS=${TEST_ADDRESS:-127.0.0.1}' "$@" \
    "KB_ROOT=$up" ". \"\$KB_ROOT/lib/$library\"" "$main \"\$@\"" >"$path"
  chmod 0755 "$path"
}

# in_private CODE [WORD...]: CODE runs in a private mount namespace, WORDs are its $1 and so on. It
# sees BUNDLE, KB_BASH, TEST_FOLDER and the functions of private.bash.
in_private() {
  local code=$1
  shift
  MACHINE_NAMESPACE=$(readlink /proc/self/ns/mnt) BUNDLE=$BUNDLE KB_BASH=$KB_BASH \
  TEST_FOLDER=$BATS_TEST_TMPDIR PRIVATE=$BATS_TEST_DIRNAME/private.bash \
    unshare -m --propagation private -- bash -c '. "$PRIVATE"; '"$code" private "$@"
}

# The mounts and files of the machine that these suites could spoil.
machine_state() {
  grep -E 'cgroup| /etc| /usr' /proc/mounts
  ls /sys/fs/cgroup
  sha256sum /etc/hosts /etc/fstab
  ls -l /usr/bin/docker* /usr/local/bin/docker* 2>/dev/null || true
}

remember_machine() {
  machine_state >"$BATS_TEST_TMPDIR/machine.before"
}

same_machine() {
  machine_state >"$BATS_TEST_TMPDIR/machine.after"
  diff "$BATS_TEST_TMPDIR/machine.before" "$BATS_TEST_TMPDIR/machine.after"
}

# has TEXT: the last output has TEXT, wherever its lines were wrapped.
has() {
  local flat
  flat=$(printf '%s' "$output" | tr -s ' \n' ' ')
  if [[ $flat != *"$1"* ]]; then
    printf 'missing: %s\nin: %s\n' "$1" "$output"
    return 1
  fi
}

lacks() {
  if has "$1" >/dev/null; then
    printf 'unwanted: %s\nin: %s\n' "$1" "$output"
    return 1
  fi
}

# status_is NUMBER: of the last run.
status_is() {
  if ((status != $1)); then
    printf 'exit %s instead of %s: %s\n' "$status" "$1" "$output"
    return 1
  fi
}

# help_is_fine SCRIPT: --help ends with 0, fits 80 columns, and needs neither root nor the host.
help_is_fine() {
  chmod 0755 "$BATS_TEST_TMPDIR"
  run env TEST_ADDRESS=192.0.2.1 "$KB_BASH" "$BUNDLE/$1" --help
  status_is 0
  has "Usage: ${1##*/}"
  [[ -z $(printf '%s\n' "$output" | awk 'length > 80') ]]
}

# refusals_are_fine SCRIPT: what every script refuses with 2.
refusals_are_fine() {
  local folder
  run "$KB_BASH" "$BUNDLE/$1" --nonsense
  status_is 2
  run "$KB_BASH" "$BUNDLE/$1" word
  status_is 2
  run env TEST_ADDRESS=192.0.2.1 "$KB_BASH" "$BUNDLE/$1"
  status_is 2
  has '192.0.2.1'
  # Every folder above has to let nobody in.
  folder=$BUNDLE
  while [[ $folder == /tmp/?* ]]; do
    chmod a+rx "$folder"
    folder=${folder%/*}
  done
  run setpriv --reuid 65534 --clear-groups "$KB_BASH" "$BUNDLE/$1"
  status_is 2
  has 'root'
}
