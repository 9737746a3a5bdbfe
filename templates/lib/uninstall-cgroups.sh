# shellcheck shell=bash
# The cgroup hierarchies that mount-cgroup.sh mounted, and the cgroups of docker and kubelet. Part of uninstall.sh.

# First the cgroups that daemons left: with them a hierarchy outlives its last mount.
undo_cgroups() {
  local folder path
  if [[ $BEFORE_KNOWN == yes ]]; then
    while IFS= read -r folder; do
      # Since this one was mounted, nothing of ours was started.
      before_has cgroups "$folder" || continue
      while IFS= read -r path; do
        if ! before_has cgroups "$path"; then
          act "remove the cgroup $path" remove_cgroups "$path"
        fi
      done < <(before_cgroups "$folder")
    done < <(before_hierarchies)
  fi
  undo_cgroup_mounts
}

undo_cgroup_mounts() {
  local path boot='' record=$KB_ROOT/run/cgroup-mounts
  local -a places=()
  { read -r boot <"$record.boot"; } 2>/dev/null || true
  if [[ -r $record && $boot == "$BOOT_ID" ]]; then
    while IFS= read -r path; do
      places=("$path" ${places[@]+"${places[@]}"})
    done <"$record"
  fi
  for path in ${places[@]+"${places[@]}"}; do
    if [[ $path == /sys/fs/cgroup* ]] && mountpoint -q -- "$path"; then
      act "unmount $path" unmount_or_say "$path"
    fi
    # In a tmpfs that was there before, the folder was made for the mount.
    if [[ $path == /sys/fs/cgroup/?* && -d $path ]] && ! mountpoint -q -- "$path" && ((!OPT_DRY_RUN)); then
      rmdir -- "$path" 2>/dev/null || true
    fi
  done
  if ((!OPT_DRY_RUN && ${#FAILED[@]} == 0)); then
    rm -f -- "$record" "$record.boot"
  fi
}

# remove_cgroups FOLDER: with those in it; or says which processes are still there.
remove_cgroups() {
  local -a pids=()
  local folder pid
  find "$1" -depth -type d -exec rmdir -- {} \; 2>/dev/null || true
  if [[ ! -d $1 ]]; then
    return 0
  fi
  while IFS= read -r folder; do
    while read -r pid; do
      pids+=("$pid")
    done <"$folder/cgroup.procs"
  done < <(find "$1" -type d)
  printf 'processes are still in it: %s\n' "${pids[*]-}"
  return 1
}
