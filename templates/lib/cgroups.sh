# shellcheck shell=bash
# What this host has of cgroups, and what that means for docker and kubelet. Changes nothing. Needs
# common.sh.

readonly CGROUP_FOLDER=/sys/fs/cgroup
# Without devices docker 1.11 ends at its start, without the others kubelet 1.3 never gets Ready.
readonly -a CGROUP_ESSENTIAL=(devices cpu cpuacct cpuset memory)

# cgroup_folder_is cgroup|cgroup2: what is mounted on /sys/fs/cgroup itself. By the magic number,
# because the stat of 2016 has no name for cgroup2.
cgroup_folder_is() {
  local wanted=27e0eb
  if [[ $1 == cgroup2 ]]; then
    wanted=63677270
  fi
  [[ $(stat -f -c %t "$CGROUP_FOLDER") == "$wanted" ]]
}

# cgroup_list_mounts cgroup|cgroup2: prints "option TAB mount point" for each mount of that type; an
# option is a controller or a word like "rw": cpu,cpuacct on one mount are two lines.
cgroup_list_mounts() {
  awk -v type="$1" '{
    for (i = 7; i < NF && $i != "-"; i++) continue
    if ($(i + 1) == type) {
      count = split($(i + 3), option, ",")
      for (j = 1; j <= count; j++) print option[j] "\t" $5
    }
  }' /proc/self/mountinfo
}

# cgroup_mounted CONTROLLER: it is mounted somewhere, alone or with others, and not hidden by a
# later mount on a folder above it (mountinfo lists those too).
cgroup_mounted() {
  local name path
  while IFS=$'\t' read -r name path; do
    mount_path "$path"
    if [[ $name == "$1" ]] && mountpoint -q "$MOUNT_PATH"; then
      return 0
    fi
  done < <(cgroup_list_mounts cgroup)
  return 1
}

# Sets CGROUP_MISSING to the needed controllers that are not mounted.
cgroup_find_missing() {
  local name
  CGROUP_MISSING=()
  for name in "${CGROUP_ESSENTIAL[@]}"; do
    cgroup_mounted "$name" || CGROUP_MISSING+=("$name")
  done
}

# cgroup_note_missing CONTROLLER REASON
cgroup_note_missing() {
  local what
  case $1 in
    devices) what='docker does not start without it' ;;
    cpu | cpuacct | cpuset | memory) what='kubelet does not get Ready without it' ;;
    freezer) what='docker pause and unpause will fail' ;;
    blkio) what='limits and counts of disk I/O will be missing' ;;
    pids) what='limits on the number of processes will be missing' ;;
    *) what='docker and kubelet run without it' ;;
  esac
  warn "the controller $1 cannot be mounted ($what): $2"
}

cgroup_explain_missing() {
  local name state
  complain "not mounted, though docker and kubelet need them: ${CGROUP_MISSING[*]-}."
  for name in ${CGROUP_MISSING[@]+"${CGROUP_MISSING[@]}"}; do
    state=$(awk -v name="$name" '$1 == name { print $4 }' /proc/cgroups)
    case $state in
      1) print_message '  ' "$name: the kernel has it, but the mount failed, see above. \"Busy\" means that a cgroup v2 hierarchy holds it: reboot with this on the kernel command line:" \
        "  systemd.unified_cgroup_hierarchy=0" ;;
      0) print_message '  ' "$name: turned off when the kernel was booted. Reboot with this on the kernel command line, and without cgroup_disable=$name:" \
        "  cgroup_enable=$name" ;;
      *) print_message '  ' "$name: this kernel was built without it (as cgroup v1): boot another kernel." ;;
    esac
  done >&2
}
