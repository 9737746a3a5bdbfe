# shellcheck shell=bash
# node/mount-cgroup.sh: mounts the cgroup v1 hierarchies that docker and kubelet need (G8, Q4).

# shellcheck source=common.sh
. "$KB_ROOT/lib/common.sh"
# shellcheck source=options.sh
. "$KB_ROOT/lib/options.sh"
# shellcheck source=wait-lock.sh
. "$KB_ROOT/lib/wait-lock.sh"
# shellcheck source=cgroups.sh
. "$KB_ROOT/lib/cgroups.sh"

# What we mounted, one path a line, in the order of mounting: an uninstall goes through it backwards.
readonly CGROUP_RECORD=$KB_ROOT/run/cgroup-mounts
# The boot CGROUP_RECORD speaks of: a reboot takes all mounts away.
readonly CGROUP_BOOT=$KB_ROOT/run/cgroup-mounts.boot
usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [--force] [--help]" \
    '' \
    'Mounts the cgroup v1 hierarchies that docker and kubelet need: a tmpfs on' \
    '/sys/fs/cgroup and one mount for each enabled controller of /proc/cgroups.' \
    'What is mounted already stays as it is; when /etc/fstab mounts cgroups, or the' \
    'kernel has none, nothing is done. run/cgroup-mounts lists what was mounted here.' \
    '' \
    '  --force   go on although this host does not carry the address of the bundle,' \
    '            and end with 0 although a controller that is needed is missing' \
    '  --help    this text' \
    '' \
    'Exit codes: 0 done, or already so; 1 a needed controller is missing; 2 cannot' \
    'act here (usage, not root, wrong host, missing tool).'
}

mount_cgroup_main() {
  parse_options force "$@"
  require_root
  require_tools awk flock mkdir mount mountpoint mv rm rmdir stat
  require_host
  if cgroup_in_fstab; then
    say "/etc/fstab mounts the cgroups: nothing is mounted here."
    cgroup_find_missing
    if ((${#CGROUP_MISSING[@]} > 0)); then
      warn "but these are not mounted now: ${CGROUP_MISSING[*]}." "Type:" "  mount -a -t cgroup"
    fi
    return 0
  fi
  if [[ ! -e /proc/cgroups ]]; then
    warn "this kernel has no cgroups (there is no /proc/cgroups): nothing to mount." \
      "docker cannot run on it: boot a kernel built with CONFIG_CGROUPS."
    return 0
  fi
  if [[ ! -d $CGROUP_FOLDER ]]; then
    die "there is no folder $CGROUP_FOLDER, though the kernel has cgroups: sysfs is not mounted, it seems." \
      "Type this, then run $KB_SCRIPT again:" "  mount -t sysfs sysfs /sys"
  fi
  make_folder "$KB_ROOT/run"
  # /sys/fs stays the same folder whatever is mounted on /sys/fs/cgroup.
  wait_lock /sys/fs
  cgroup_die_when_unified
  cgroup_forget_old_boot
  cgroup_mount_tmpfs
  cgroup_mount_controllers
  cgroup_verdict
}

# The guide skips on every line with "cgroup" in it; an entry of type cgroup2 or a path with that
# word in it does not mount what is needed, so the type decides.
cgroup_in_fstab() {
  [[ -r /etc/fstab ]] &&
    awk '$1 !~ /^#/ && $3 == "cgroup" { found = 1 } END { exit !found }' /etc/fstab
}

cgroup_die_when_unified() {
  if cgroup_folder_is cgroup2; then
    die "this host has only cgroup v2 on $CGROUP_FOLDER, and docker 1.11 and kubelet 1.3 need the v1 hierarchies." \
      "Add this to the kernel command line (GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub, or grub2-mkconfig -o /boot/grub2/grub.cfg) and reboot:" \
      "  systemd.unified_cgroup_hierarchy=0" \
      "With systemd 256 or 257 (systemctl --version) this too; systemd 258 and newer cannot do it any more:" \
      "  SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"
  fi
}

# --- the record of what is ours --------------------------------------------------------------

cgroup_forget_old_boot() {
  local boot recorded=''
  read -r boot </proc/sys/kernel/random/boot_id
  if [[ -e $CGROUP_BOOT ]]; then
    read -r recorded <"$CGROUP_BOOT" || true
  fi
  if [[ $recorded != "$boot" || ! -e $CGROUP_RECORD ]]; then
    # First the list, then the boot: killed in between, the next run empties an empty list.
    cgroup_write "$CGROUP_RECORD"
    cgroup_write "$CGROUP_BOOT" "$boot"
  fi
}

# cgroup_write FILE LINE...: by a rename, so that a full disk leaves the old content.
cgroup_write() {
  local file=$1
  shift
  if ! { { (($# == 0)) || printf '%s\n' "$@"; } >"$file.new"; } 2>/dev/null; then
    rm -f -- "$file.new"
    die_unwritable "$file"
  fi
  mv -f -- "$file.new" "$file"
}

# cgroup_record add|drop PATH. Added before the mount: killed in between, the list has a path that
# is no mount point, which the next run mounts; the other order would leave a mount nobody knows.
cgroup_record() {
  local line
  local -a lines=()
  while read -r line; do
    if [[ $line != "$2" ]]; then
      lines+=("$line")
    fi
  done <"$CGROUP_RECORD"
  if [[ $1 == add ]]; then
    lines+=("$2")
  fi
  cgroup_write "$CGROUP_RECORD" ${lines[@]+"${lines[@]}"}
}

# --- mounting --------------------------------------------------------------------------------

# cgroup_mount PATH ARGUMENT...: mount with ARGUMENTs on PATH; sets CGROUP_REASON and fails.
cgroup_mount() {
  local path=$1 output
  shift
  cgroup_record add "$path"
  if output=$(LC_ALL=C mount -n "$@" cgroup "$path" 2>&1); then
    return 0
  fi
  cgroup_record drop "$path"
  output=${output%%$'\n'*}
  CGROUP_REASON=${output#mount: }
  return 1
}

cgroup_mount_tmpfs() {
  if mountpoint -q "$CGROUP_FOLDER"; then
    return 0
  fi
  cgroup_mount "$CGROUP_FOLDER" -t tmpfs -o uid=0,gid=0,mode=0755 ||
    die "cannot mount a tmpfs on $CGROUP_FOLDER: $CGROUP_REASON" \
      "In a container this needs CAP_SYS_ADMIN: run it on the host itself."
  say "Mounted a tmpfs on $CGROUP_FOLDER."
}

cgroup_mount_controllers() {
  local line name options path
  local -a lines=()
  # Controllers that share a hierarchy (mounted together before, or in another namespace) can only
  # be mounted together again: the second column is all names with the same hierarchy number.
  while read -r line; do
    lines+=("$line")
  done < <(awk '!/^#/ && $4 == 1 {
    name[++count] = $1; number[count] = $2
    if ($2 > 0) group[$2] = group[$2] (group[$2] == "" ? "" : ",") $1
  } END {
    for (i = 1; i <= count; i++) print name[i], (number[i] > 0 ? group[number[i]] : name[i])
  }' /proc/cgroups)
  for line in ${lines[@]+"${lines[@]}"}; do
    name=${line% *} options=${line#* }
    path=$CGROUP_FOLDER/$name
    if cgroup_mounted "$name"; then
      continue
    fi
    if mountpoint -q "$path"; then
      cgroup_note_missing "$name" "something else is mounted on $path"
    elif cgroup_folder_is cgroup; then
      # A folder made there would be a cgroup.
      cgroup_note_missing "$name" "$CGROUP_FOLDER is itself a hierarchy, of other controllers"
    elif ! CGROUP_REASON=$(LC_ALL=C mkdir -p -- "$path" 2>&1); then
      cgroup_note_missing "$name" "${CGROUP_REASON##*: } (folder $path; read-only? mount -o remount,rw $CGROUP_FOLDER)"
    elif cgroup_mount "$path" -t cgroup -o "$options"; then
      say "Mounted $name on $path."
    else
      cgroup_note_missing "$name" "$CGROUP_REASON"
      # An empty folder would look like a controller to those who only look at names.
      rmdir -- "$path" 2>/dev/null || true
    fi
  done
}

# --- the end ---------------------------------------------------------------------------------

cgroup_verdict() {
  local second
  second=$(cgroup_list_mounts cgroup2 | tail -n 1)
  second=${second#*$'\t'}
  if [[ -n $second ]] && mountpoint -q "$second"; then
    warn "a cgroup v2 hierarchy is mounted on $second beside the v1 ones. If docker or kubelet fails with \"no subsystem for mount\", reboot with this on the kernel command line:" \
      "  systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1"
  fi
  cgroup_find_missing
  if ((${#CGROUP_MISSING[@]} == 0)); then
    say "The cgroup hierarchies are mounted: docker can start."
    return 0
  fi
  cgroup_explain_missing
  if ((OPT_FORCE)); then
    warn "going on without them because of --force."
    return 0
  fi
  return "$EXIT_FAILED"
}
