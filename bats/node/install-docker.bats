#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # each test sets variables of its own, in its own process
# shellcheck disable=SC2016 # code in single quotes is for the shell in the namespace
# node/install-docker.sh (G8): docker's executables to /usr/bin and back. /usr/bin stays as it is: the
# tests use --to, or cover it in a private mount namespace.

load helper

NAMES='docker docker-containerd docker-containerd-shim docker-containerd-ctr docker-runc'

setup() {
  local name
  make_bundle
  make_script node/install-docker.sh install-docker.sh install_docker_main "readonly -a KB_DOCKER_BINARIES=($NAMES)"
  for name in $NAMES; do
    echo "ours: $name" >"$BUNDLE/bin/$name"
  done
  TARGET="$BATS_TEST_TMPDIR/some where"
  mkdir -p "$TARGET"
  SCRIPT=$BUNDLE/node/install-docker.sh
  RECORD=$BUNDLE/run/install-docker.tsv
  remember_machine
}

teardown() {
  local pid
  for pid in ${DAEMON:-}; do
    kill -9 "$pid" 2>/dev/null || true
  done
  same_machine
}

install() {
  run "$KB_BASH" "$SCRIPT" --to "$TARGET" "$@"
}

# The names, kinds, modes, times and contents of the target folder: what an undo has to bring back.
picture() {
  (cd "$TARGET" && find . -printf '%P %y %m %l %T@ %i\n' | sort | grep -v '^ ' && find . -type f -exec sha256sum {} + | sort)
}

count() {
  find "$TARGET" -mindepth 1 | wc -l
}

old_docker() {
  echo 'old docker' >"$TARGET/docker"
  chmod 0711 "$TARGET/docker"
  touch -d '2015-05-05 05:05' "$TARGET/docker"
  ln -s /nowhere/at/all "$TARGET/docker-runc"
}

# pretend NAME WORD...: a process with the command line "./NAME WORD...", until the test ends. NAME is
# a copy of bash, the first WORD a script for it. Sets DAEMON.
pretend() {
  local folder="$BATS_TEST_TMPDIR/else" name=$1
  shift
  mkdir -p "$folder"
  cp "$(type -P bash)" "$folder/$name"
  echo 'while :; do sleep 0.1; done' >"$folder/$1"
  (cd "$folder" && exec "./$name" "$@" >/dev/null 2>&1 3>&-) &
  DAEMON=$!
  sleep 0.2
  kill -0 "$DAEMON"
}

# Fewer programs and no questions to dpkg, so that to kill the script at each step takes seconds only.
make_quick() {
  mkdir -p "$BATS_TEST_TMPDIR/shims"
  printf '#!/bin/sh\nexit 1\n' >"$BATS_TEST_TMPDIR/shims/dpkg"
  chmod 0755 "$BATS_TEST_TMPDIR/shims/dpkg"
  PATH=$BATS_TEST_TMPDIR/shims:$PATH
  sed -i 's/^readonly -a KB_DOCKER_BINARIES=.*/readonly -a KB_DOCKER_BINARIES=(docker docker-containerd docker-runc)/' "$SCRIPT"
}

# kill_at NUMBER before|after ARGUMENT...: the script is killed at its NUMBERth call of a program
# that changes files. Sets status; 137 when it got that far.
kill_at() {
  local number=$1 when=$2 tool
  shift 2
  mkdir -p "$BATS_TEST_TMPDIR/killers"
  echo 0 >"$BATS_TEST_TMPDIR/calls"
  for tool in cp chmod ln mv rm; do
    printf '%s\n' '#!/bin/bash' "calls=\$((\$(<'$BATS_TEST_TMPDIR/calls') + 1)); echo \$calls >'$BATS_TEST_TMPDIR/calls'" \
      "[[ \$calls == $number && $when == before ]] && kill -9 \$VICTIM && exit 1" "$(type -P $tool) \"\$@\"; status=\$?" \
      "[[ \$calls == $number ]] && kill -9 \$VICTIM" 'exit $status' >"$BATS_TEST_TMPDIR/killers/$tool"
    chmod 0755 "$BATS_TEST_TMPDIR/killers/$tool"
  done
  run env PATH="$BATS_TEST_TMPDIR/killers:$PATH" bash -c 'export VICTIM=$$; exec "$@"' victim \
    "$KB_BASH" "$SCRIPT" --to "$TARGET" "$@"
}

@test "help, usage, wrong host, not root" {
  help_is_fine node/install-docker.sh
  refusals_are_fine node/install-docker.sh
  run "$KB_BASH" "$SCRIPT" --to
  status_is 2
  install --to "$BUNDLE/bin"
  status_is 2
  install --to "$TARGET/not there"
  status_is 1
  has 'mkdir -p'
}

@test "G8: all five go to an empty folder, executable; a second run changes nothing" {
  install
  status_is 0
  [[ $(count) == 5 ]]
  for name in $NAMES; do
    [[ $(cat "$TARGET/$name") == "ours: $name" && $(stat -c %a "$TARGET/$name") == 755 ]]
  done
  picture >"$BATS_TEST_TMPDIR/before"
  install
  status_is 0
  has 'are those of this bundle already'
  picture | diff "$BATS_TEST_TMPDIR/before" -
  install --undo
  status_is 0
  [[ -z $(ls -A "$TARGET") && ! -e $RECORD ]]
}

@test "G8: what is replaced is kept as .previous, and --undo brings exactly that back" {
  old_docker
  picture >"$BATS_TEST_TMPDIR/before"
  install
  status_is 0
  has "Kept the old docker as $TARGET/docker.previous"
  [[ $(cat "$TARGET/docker.previous") == 'old docker' && -L $TARGET/docker-runc.previous ]]
  [[ ! -L $TARGET/docker-runc ]]
  install --undo
  status_is 0
  picture | diff "$BATS_TEST_TMPDIR/before" -
  install --undo
  status_is 0
  has 'Nothing to put back'
}

@test "G8: by default it is /usr/bin" {
  run in_private '
    own_usr_bin
    no_packages
    echo old >/usr/bin/docker
    script node/install-docker.sh
    cat /usr/bin/docker /usr/bin/docker.previous /usr/bin/docker-runc
    script node/install-docker.sh --undo
    cat /usr/bin/docker
    ls /usr/bin/docker*
  '
  status_is 0
  has 'ours: docker old ours: docker-runc'
  has 'is back. old /usr/bin/docker'
}

@test "an older .previous is never overwritten" {
  old_docker
  echo 'of the guide' >"$TARGET/docker.previous"
  picture >"$BATS_TEST_TMPDIR/before"
  install
  status_is 0
  [[ $(cat "$TARGET/docker.previous") == 'of the guide' ]]
  [[ $(cat "$TARGET/docker.previous.1") == 'old docker' ]]
  install --undo
  status_is 0
  picture | diff "$BATS_TEST_TMPDIR/before" -
}

@test "a newer bundle replaces ours; .previous stays what was there at first" {
  old_docker
  picture >"$BATS_TEST_TMPDIR/before"
  install
  echo 'ours, second edition' >"$BUNDLE/bin/docker"
  install
  status_is 0
  [[ $(cat "$TARGET/docker") == 'ours, second edition' && $(cat "$TARGET/docker.previous") == 'old docker' ]]
  [[ ! -e $TARGET/docker.previous.1 ]]
  install --undo
  status_is 0
  picture | diff "$BATS_TEST_TMPDIR/before" -
}

@test "a file somebody changed since is left alone, and said" {
  old_docker
  install
  echo 'by somebody' >"$TARGET/docker"
  echo 'by somebody' >"$TARGET/docker-containerd"
  install
  status_is 1
  has 'somebody has changed it since'
  install --undo
  status_is 1
  has "$TARGET/docker cannot be put back"
  has "--undo --force"
  [[ $(cat "$TARGET/docker") == 'by somebody' && $(cat "$TARGET/docker.previous") == 'old docker' ]]
  [[ $(cat "$TARGET/docker-containerd") == 'by somebody' && ! -e $TARGET/docker-containerd-ctr ]]
  install --undo --force
  status_is 0
  [[ $(cat "$TARGET/docker") == 'by somebody' && ! -e $RECORD ]]
}

@test "a folder where our program was: its path is one word to type, with its blank" {
  install
  status_is 0
  rm "$TARGET/docker"
  mkdir "$TARGET/docker"
  install --undo
  status_is 1
  has "ls -ld '$TARGET/docker'"
}

@test "--undo with --to touches that folder only" {
  mkdir "$BATS_TEST_TMPDIR/other"
  install
  run "$KB_BASH" "$SCRIPT" --to "$BATS_TEST_TMPDIR/other"
  status_is 0
  install --undo
  status_is 0
  [[ -z $(ls -A "$TARGET") && -e $BATS_TEST_TMPDIR/other/docker ]]
  run "$KB_BASH" "$SCRIPT" --undo
  status_is 0
  [[ -z $(ls -A "$BATS_TEST_TMPDIR/other") ]]
}

@test "a program missing in bin/: 2, nothing copied; a folder in its place: 1" {
  rm "$BUNDLE/bin/docker-runc"
  install
  status_is 2
  has 'bin/docker-runc is not in this bundle'
  [[ -z $(ls -A "$TARGET") ]]
  echo x >"$BUNDLE/bin/docker-runc"
  mkdir "$TARGET/docker-runc"
  install
  status_is 1
  [[ $(ls -A "$TARGET") == docker-runc ]]
}

@test "a running daemon: refused with its pid, nothing copied" {
  local words
  for words in 'docker daemon -H x' 'dockerd loop'; do
    # shellcheck disable=SC2086 # words, to be split
    pretend $words
    install
    kill -9 "$DAEMON"
    status_is 1
    has "pid $DAEMON"
    has 'systemctl stop docker'
    [[ -z $(ls -A "$TARGET") ]]
  done
}

@test "a running client, or the daemon of this bundle, is no reason" {
  pretend docker run -d busybox
  install
  status_is 0
  install --undo
  kill -9 "$DAEMON"
  cp "$(type -P bash)" "$BUNDLE/bin/docker"
  chmod 0755 "$BUNDLE/bin/docker"
  echo 'while :; do sleep 0.1; done' >"$BATS_TEST_TMPDIR/daemon"
  (cd "$BATS_TEST_TMPDIR" && exec "$BUNDLE/bin/docker" daemon >/dev/null 2>&1 3>&-) &
  DAEMON=$!
  sleep 0.2
  kill -0 "$DAEMON"
  install
  status_is 0
}

@test "with nothing to change a running daemon does not matter; --undo refuses" {
  install
  pretend docker daemon
  install
  status_is 0
  install --undo
  status_is 1
  has "pid $DAEMON"
  [[ -e $TARGET/docker ]]
}

@test "command lines: what is a daemon" {
  # shellcheck source=../../templates/lib/docker-host.sh
  KB_ROOT=$BUNDLE . "$LIBRARIES/docker-host.sh"
  is_docker_daemon /usr/bin/docker daemon
  is_docker_daemon docker -H unix:///x -l debug --tls daemon -s overlay
  is_docker_daemon /usr/bin/docker -d
  is_docker_daemon dockerd --bip=10.1.1.1/24
  is_docker_daemon /usr/bin/docker-current daemon --log-driver=journald
  for words in 'docker' 'docker run -d x' 'docker -H x run -d x' 'docker exec x daemon' 'docker -H' 'docker-containerd -l x' 'vi docker daemon'; do
    # shellcheck disable=SC2086 # words, to be split
    run is_docker_daemon $words
    status_is 1
  done
}

@test "a file of a package is left alone: dpkg" {
  run in_private '
    own_usr_bin
    KB_NAME=ls
    sed -i "s/^readonly -a KB_DOCKER_BINARIES=.*/readonly -a KB_DOCKER_BINARIES=(ls)/" "$BUNDLE/node/install-docker.sh"
    echo "exit 99" >"$BUNDLE/bin/ls"
    script node/install-docker.sh
  '
  status_is 1
  has 'belongs to the package coreutils'
  has 'apt-get remove coreutils'
}

@test "a file of a package is left alone: rpm" {
  old_docker
  mkdir "$BATS_TEST_TMPDIR/shims"
  printf '%s\n' '#!/bin/bash' '[[ $1 == -qf && $2 == -- && $# == 3 ]] || exit 99' \
    'case $3 in */docker) echo docker-1.10.3-44.el7.x86_64 ;; *) echo "file $3 is not owned by any package"; exit 1 ;; esac' \
    >"$BATS_TEST_TMPDIR/shims/rpm"
  chmod 0755 "$BATS_TEST_TMPDIR/shims/rpm"
  PATH=$BATS_TEST_TMPDIR/shims:$PATH install
  status_is 1
  has 'belongs to the package docker-1.10.3-44.el7.x86_64'
  has 'yum remove'
  has "$TARGET/docker"
}

@test "/var/run/docker.pid is removed only when its process is dead" {
  run in_private '
    mount -t tmpfs tmpfs /run
    echo 4194999 >/run/docker.pid
    script node/install-docker.sh --to "$1"
    [[ ! -e /run/docker.pid ]]
    echo $$ >/run/docker.pid
    script node/install-docker.sh --to "$1"
    [[ -e /run/docker.pid ]]
    echo nonsense >/run/docker.pid
    script node/install-docker.sh --to "$1"
    [[ -e /run/docker.pid ]]
  ' "$TARGET"
  status_is 0
  has 'its process 4194999 is dead'
}

@test "a full disk: 1, the old program is whole, and it can go on later" {
  old_docker
  head -c 300000 /dev/urandom >"$BUNDLE/bin/docker-containerd"
  run in_private '
    full_disk "$1" 128k
    rm "$1/filler"
    script node/install-docker.sh --to "$1" || echo "STATUS $?"
    cat "$1/docker.previous"
    ls -A "$1"
    mount -o remount,size=2m "$1"
    script node/install-docker.sh --to "$1"
    script node/install-docker.sh --to "$1" --undo
    cat "$1/docker"
    ls -A "$1"
  ' "$TARGET"
  status_is 0
  has 'STATUS 1'
  has 'is the disk full'
  lacks kubebale-new
  has 'is back. old docker docker docker-runc'
}

@test "a full disk of the bundle: 1, nothing changed" {
  old_docker
  picture >"$BATS_TEST_TMPDIR/before"
  run in_private '
    full_disk "$BUNDLE/run"
    script node/install-docker.sh --to "$1"
  ' "$TARGET"
  status_is 1
  has 'is the disk full'
  picture | diff "$BATS_TEST_TMPDIR/before" -
}

@test "kill -9 at each step of the installation: the next run finishes it, --undo still undoes" {
  local number when
  make_quick
  for when in before after; do
    number=0
    while :; do
      number=$((number + 1))
      rm -rf "$TARGET"
      mkdir "$TARGET"
      old_docker
      picture >"$BATS_TEST_TMPDIR/before"
      kill_at "$number" "$when"
      ((status == 137)) || break
      [[ $(cat "$TARGET/docker") == 'ours: docker' || $(cat "$TARGET/docker") == 'old docker' ]]
      # Half of the times it is undone as it is, else finished first.
      if ((number % 2)); then
        install
        status_is 0
        [[ $(cat "$TARGET/docker" "$TARGET/docker.previous") == 'ours: docker'$'\n''old docker' ]]
        [[ ! -e $TARGET/docker.previous.1 && $(count) == 5 ]]
      fi
      install --undo
      status_is 0
      picture | diff "$BATS_TEST_TMPDIR/before" -
    done
    status_is 0
    ((number > 10))
    install --undo
  done
}

@test "kill -9 at each step of --undo: the next --undo finishes it" {
  local number when
  make_quick
  for when in before after; do
    number=0
    while :; do
      number=$((number + 1))
      rm -rf "$TARGET"
      mkdir "$TARGET"
      old_docker
      picture >"$BATS_TEST_TMPDIR/before"
      install
      kill_at "$number" "$when" --undo
      ((status == 137)) || break
      install --undo
      status_is 0
      picture | diff "$BATS_TEST_TMPDIR/before" -
      [[ ! -e $RECORD ]]
    done
    status_is 0
    ((number > 5))
  done
}

@test "two at once" {
  old_docker
  picture >"$BATS_TEST_TMPDIR/before"
  for _ in 1 2 3; do
    "$KB_BASH" "$SCRIPT" --to "$TARGET" >/dev/null 3>&- &
  done
  wait
  [[ $(count) == 7 && ! -e $TARGET/docker.previous.1 ]]
  install --undo
  status_is 0
  picture | diff "$BATS_TEST_TMPDIR/before" -
}
