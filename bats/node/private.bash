# shellcheck shell=bash
# Sourced first inside of the private mount namespace of a test.
set -euo pipefail

# Whoever calls this by mistake on the machine itself would spoil it.
if [[ $(readlink /proc/self/ns/mnt) == "$MACHINE_NAMESPACE" ]] ||
  awk '$5 == "/" { for (i = 7; $i != "-"; i++) if ($i ~ /^shared:/) found = 1 } END { exit !found }' /proc/self/mountinfo; then
  echo 'not in a private mount namespace' >&2
  exit 99
fi

# script NAME ARGUMENT...: a script of the bundle.
script() {
  local name=$1
  shift
  "$KB_BASH" "$BUNDLE/$name" "$@"
}

# script_in PATHFOLDER NAME ARGUMENT...: with PATHFOLDER first in PATH. Programs there find the
# script's own pid in VICTIM.
script_in() {
  local folder=$1 name=$2
  shift 2
  PATH=$folder:$PATH bash -c 'export VICTIM=$$; exec "$@"' victim "$KB_BASH" "$BUNDLE/$name" "$@"
}

# fails WORD...: unlike "! WORD...", which set -e does not look at.
fails() {
  if "$@"; then
    printf 'this should have failed: %s\n' "$*"
    exit 90
  fi
}

# shim NAME CODE: a program NAME in TEST_FOLDER/shims.
shim() {
  mkdir -p "$TEST_FOLDER/shims"
  printf '#!/bin/bash\n%s\n' "$2" >"$TEST_FOLDER/shims/$1"
  chmod 0755 "$TEST_FOLDER/shims/$1"
}

no_cgroups() {
  umount -R /sys/fs/cgroup
}

cgroup_mounts() {
  awk '$2 ~ "^/sys/fs/cgroup" { print $2 }' /proc/mounts
}

# fake_file PATH: PATH shows what comes from stdin.
fake_file() {
  local file
  file=$(mktemp -p "$TEST_FOLDER")
  cat >"$file"
  chmod 0644 "$file"
  mount --bind "$file" "$1"
}

# full_disk FOLDER: FOLDER becomes a disk without any room; what was in it is in it.
full_disk() {
  local copy
  copy=$(mktemp -d -p "$TEST_FOLDER")
  cp -a "$1/." "$copy"
  mount -t tmpfs -o "size=${2:-64k}" tmpfs "$1"
  cp -a "$copy/." "$1"
  dd if=/dev/zero of="$1/filler" bs=4k >/dev/null 2>&1 || true
}

# own_etc: /etc is a copy, so that files in it can be renamed.
own_etc() {
  cp -a /etc "$TEST_FOLDER/etc"
  mount --bind "$TEST_FOLDER/etc" /etc
}

# own_usr_bin: what is written into /usr/bin goes nowhere.
own_usr_bin() {
  mkdir "$TEST_FOLDER/overlay"
  mount -t tmpfs tmpfs "$TEST_FOLDER/overlay"
  mkdir "$TEST_FOLDER"/overlay/{upper,work}
  mount -t overlay -o "lowerdir=/usr/bin,upperdir=$TEST_FOLDER/overlay/upper,workdir=$TEST_FOLDER/overlay/work" overlay /usr/bin
}

# no_packages: no file belongs to a package, whatever is installed on the machine that tests.
no_packages() {
  mount -t tmpfs tmpfs /var/lib/dpkg/info
}
