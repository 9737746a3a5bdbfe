#!/usr/bin/env bash
# Installs, through apt, what the tests need from the system and what is not there yet. Silent when all is there.
# Exit codes: 0 all is there, 1 apt failed, 2 cannot install here (not root, or no apt): says what to install.
set -euo pipefail

# Program, and the package of Debian 12 and Ubuntu 22.04 (and newer) that has it.
readonly NEEDED='
shellcheck shellcheck
shfmt shfmt
etcd etcd-server
etcdctl etcd-client
dockerd docker.io
docker-registry docker-registry
ip iproute2
iptables iptables
busybox busybox-static
ps procps
modprobe kmod
unshare util-linux
openssl openssl
systemd-analyze systemd
logrotate logrotate
'
readonly POLICY=/usr/sbin/policy-rc.d

# npm puts node_modules/.bin in front, whose shellcheck only downloads another one; iptables lives in sbin.
clean_path() {
  local folder path=''
  local -a folders
  IFS=: read -r -a folders <<<"$PATH"
  for folder in ${folders[@]+"${folders[@]}"}; do
    [[ $folder == *node_modules* ]] || path+=$folder:
  done
  PATH=$path/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
}

# Sets MISSING: packages whose program is not there.
find_missing() {
  local program package
  MISSING=()
  while read -r program package; do
    [[ -z $program ]] || type -P "$program" >/dev/null || MISSING+=("$package")
  done <<<"$NEEDED"
}

known_to_apt() {
  apt-cache show "$1" >/dev/null 2>&1
}

# Before Debian 12 and Ubuntu 20.04 etcd was one package; some have only one of the two busyboxes.
use_known_names() {
  local package
  local -a known=()
  for package in ${MISSING[@]+"${MISSING[@]}"}; do
    case $package in
      etcd-server | etcd-client) known_to_apt "$package" || package=etcd ;;
      busybox-static) known_to_apt "$package" || package=busybox ;;
    esac
    [[ " ${known[*]-} " == *" $package "* ]] || known+=("$package")
  done
  MISSING=(${known[@]+"${known[@]}"})
}

all_known() {
  local package
  for package in ${MISSING[@]+"${MISSING[@]}"}; do
    known_to_apt "$package" || return 1
  done
}

quiet_apt() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null >>"$LOG" 2>&1
}

# The packages may start no daemon: the tests start their own.
forbid_daemons() {
  [[ ! -e $POLICY ]] || return 0
  printf '#!/bin/sh\nexit 101\n' >"$POLICY"
  chmod 0755 "$POLICY"
  FORBIDDEN=1
}

clean_up() {
  ((!FORBIDDEN)) || rm -f "$POLICY"
  rm -f "$LOG"
}

# Nor may what came now start at the next boot, or run because somebody else's policy let it.
keep_off() {
  local service package
  for package in ${MISSING[@]+"${MISSING[@]}"}; do
    case $package in
      etcd | etcd-server) service=etcd ;;
      docker.io) service=docker ;;
      docker-registry) service=docker-registry ;;
      *) continue ;;
    esac
    if [[ -d /run/systemd/system ]]; then
      systemctl disable --now "$service.service" >/dev/null 2>&1 || true
    elif [[ -x /etc/init.d/$service ]]; then
      update-rc.d "$service" disable >/dev/null 2>&1 || true
    fi
  done
}

die_with_log() {
  cat "$LOG" >&2
  printf 'install-tools.sh: apt could not install: %s\n' "${MISSING[*]-}" >&2
  exit 1
}

main() {
  clean_path
  find_missing
  ((${#MISSING[@]} > 0)) || exit 0
  if ! type -P apt-get >/dev/null; then
    printf 'The tests need these packages (names of Debian), and there is no apt here: %s\n' "${MISSING[*]}" >&2
    exit 2
  fi
  if ((EUID != 0)); then
    use_known_names
    printf 'The tests need packages that are missing. Type:\n  sudo apt-get install -y %s\n' "${MISSING[*]-}" >&2
    exit 2
  fi
  FORBIDDEN=0
  LOG=$(mktemp)
  trap clean_up EXIT
  forbid_daemons
  printf 'installing for the tests: %s\n' "${MISSING[*]}"
  local -a wanted=("${MISSING[@]}") # never empty: checked above
  use_known_names
  if ! all_known || ! quiet_apt install -y --no-install-recommends ${MISSING[@]+"${MISSING[@]}"}; then
    quiet_apt update || die_with_log
    MISSING=("${wanted[@]}") # never empty: checked above
    use_known_names
    quiet_apt install -y --no-install-recommends ${MISSING[@]+"${MISSING[@]}"} || die_with_log
  fi
  keep_off
  find_missing
  ((${#MISSING[@]} == 0)) || die_with_log
}

main "$@"
