#!/usr/bin/env bash
# First process of a host of `kubebale rehearse`: builds the host's own root out of this machine's
# programs and a folder of the host's, then waits for orphans until it is killed, and the host with it.
#
#   unshare --pid --mount --net --uts --cgroup --fork bash host-init.sh NAME FOLDER SHARED
#
# FOLDER/disk      becomes /: all that the host writes is in there, and outlives its reboots
# FOLDER/changes   what the host changes in /etc and /usr
# FOLDER/boot-id   what the host takes for the id of its boot
# SHARED           the stand-ins, and the Node.js that runs them, at /run/kubebale-lab
# Prints "ready PID" (the pid as this machine sees it) when the host is there.
set -euo pipefail

readonly NAME=$1 FOLDER=$2 SHARED=$3
readonly ROOT=$FOLDER/disk

hostname "$NAME"
mkdir -p "$ROOT"
mount --bind "$ROOT" "$ROOT"

# overlay FOLDER: this machine's, with the host's changes over it.
overlay() {
  local changes=$FOLDER/changes$1
  mkdir -p "$changes/upper" "$changes/work" "$ROOT$1"
  mount -t overlay overlay -o "lowerdir=$1,upperdir=$changes/upper,workdir=$changes/work" "$ROOT$1"
}

# make_root: the folders of /, each as this machine has it, shared, or the host's own and empty.
make_root() {
  local path
  for path in /bin /sbin /lib /lib32 /lib64 /libx32; do
    if [[ -L $path ]]; then
      ln -sfn -- "$(readlink -- "$path")" "$ROOT$path"
    elif [[ -d $path ]]; then
      mkdir -p "$ROOT$path"
      mount --bind -o ro "$path" "$ROOT$path"
    fi
  done
  overlay /etc
  overlay /usr
  mkdir -p "$ROOT"/{dev,proc,sys,run,tmp,root,home,mnt,opt,srv,var/lib,var/log,var/tmp,var/cache}
  chmod 1777 "$ROOT/tmp" "$ROOT/var/tmp"
  chmod 0700 "$ROOT/root"
  ln -sfn /run "$ROOT/var/run"
  ln -sfn /run/lock "$ROOT/var/lock"
  mount --rbind /dev "$ROOT/dev"
  mount -t proc proc "$ROOT/proc"
  mount -t sysfs sysfs "$ROOT/sys"
  mount -t tmpfs -o mode=0755 tmpfs "$ROOT/run"
  mkdir -p "$ROOT/run/lock" "$ROOT/run/kubebale-lab"
  mount --bind "$FOLDER/boot-id" "$ROOT/proc/sys/kernel/random/boot_id"
  mount --bind -o ro "$SHARED" "$ROOT/run/kubebale-lab"
}

make_root
# At the first boot; later ones find what the host has made of it.
if [[ ! -e $FOLDER/changes/etc/upper/hostname ]]; then
  printf '127.0.0.1\tlocalhost\n' >"$ROOT/etc/hosts"
  # Names are those of /etc/hosts: no server of this machine's network is asked.
  rm -f "$ROOT/etc/resolv.conf"
  : >"$ROOT/etc/resolv.conf"
  printf '%s\n' "$NAME" >"$ROOT/etc/hostname"
fi

# /proc is still this machine's, so that our own entry there has the pid that it sees.
read -r pid _ </proc/self/stat
cd "$ROOT"
mkdir -p .machine
pivot_root . .machine
umount --lazy /.machine
rmdir /.machine
printf 'ready %s\n' "$pid"
exec </dev/null >/dev/null 2>&1

# bash collects the orphans of the host while it waits.
while :; do
  sleep 86400 &
  wait "$!" || true
done
