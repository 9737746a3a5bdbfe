# shellcheck shell=bash
# Files that scripts and daemons left outside of the data paths. Part of uninstall.sh.

# First of all: services would start the daemons again at the next boot.
undo_services() {
  local what
  if [[ ! -e $KB_ROOT/install-services.sh ]]; then
    return 0
  fi
  what=$("$BASH" "$KB_ROOT/install-services.sh" --undo --dry-run --force 2>/dev/null 8>&-) || what=''
  if [[ $what != 'Nothing of this bundle is installed'* ]]; then
    act_script "take away the services (install-services.sh --undo)" install-services.sh --undo
  fi
}

undo_run_paths() {
  local path place
  while IFS= read -r path; do
    if [[ $BEFORE_KNOWN == yes ]] && before_has run-paths "$path"; then
      continue
    fi
    # A containerd of others may run; it is ours only when it was not there before.
    if [[ $BEFORE_KNOWN == late && ($path == /run/containerd || $path == /run/runc) ]]; then
      continue
    fi
    place=$(readlink -m -- "$path")
    # Only what lies in /run: the socket may be anywhere, and is nothing but a socket.
    if [[ $place == /run/?* || $place == /var/run/?* || -S $place ]]; then
      act "remove $path" remove_run_path "$place"
    fi
  done < <(before_run_paths | sort -u)
}

remove_run_path() {
  has_no_mounts "$1" && rm -rf --one-file-system -- "$1"
}

# has_no_mounts PLACE: or says which one is at it or in it.
has_no_mounts() {
  local line
  while read -r line; do
    mount_path "$line"
    if [[ $MOUNT_PATH == "$1" || $MOUNT_PATH == "$1"/* ]]; then
      printf '%s is a mount point\n' "$MOUNT_PATH"
      return 1
    fi
  done < <(before_mounts)
}

# The registry's certificate authority that start-docker.sh placed; the one that was there before comes back.
undo_registry_ca() {
  local ours=$KB_ROOT/$KB_DOCKER_CA folder
  if [[ -z $KB_CA_FILE || ! -r $KB_CA_FILE || ! -r $ours ]] ||
    [[ $(sha256sum <"$KB_CA_FILE") != "$(sha256sum <"$ours")" ]]; then
    return 0
  fi
  if [[ -e $KB_CA_FILE.previous ]]; then
    act "put back $KB_CA_FILE" mv -f -- "$KB_CA_FILE.previous" "$KB_CA_FILE"
  elif before_was_absent "$KB_CA_FILE"; then
    act "remove $KB_CA_FILE" rm -f -- "$KB_CA_FILE"
    if ((!OPT_DRY_RUN)); then
      for folder in "${KB_CA_FILE%/*}" /etc/docker/certs.d /etc/docker; do
        if before_was_absent "$folder"; then
          rmdir -- "$folder" 2>/dev/null || true
        fi
      done
    fi
  fi
}

undo_hosts_block() {
  if [[ -r /etc/hosts ]] && grep -qF "# BEGIN kubebale $KB_CLUSTER" /etc/hosts; then
    act_script "take the names of the cluster out of /etc/hosts" update-hosts.sh --remove
  fi
}

undo_docker_programs() {
  if [[ -e $KB_ROOT/run/install-docker.tsv ]]; then
    act_script "put back docker's programs (install-docker.sh --undo)" node/install-docker.sh --undo
  fi
}
