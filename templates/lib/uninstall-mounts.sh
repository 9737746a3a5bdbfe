# shellcheck shell=bash
# Mounts that daemons left: volumes of pods, and what docker mounts for its containers and their networks. Part of
# uninstall.sh.

# Sets OUR_MOUNTS: the mount points at or below the data paths and docker's folder in /run that daemons made, later ones
# first, because these lie on or in earlier ones. OTHER_MOUNTS: those there that somebody else made.
find_mounts() {
  local path place folder
  local -a all=() folders=()
  OUR_MOUNTS=() OTHER_MOUNTS=()
  while IFS= read -r path; do
    folder=$(readlink -m -- "$path") && folders+=("$folder")
  done < <(printf '%s\n' ${KB_DATA[@]+"${KB_DATA[@]}"} ${KB_DOCKER_SOCKET:+/var/run/docker} && before_made_paths)
  while read -r path; do
    mount_path "$path"
    all=("$MOUNT_PATH" ${all[@]+"${all[@]}"})
  done < <(before_mounts)
  for place in ${all[@]+"${all[@]}"}; do
    for folder in ${folders[@]+"${folders[@]}"}; do
      if [[ $place == "$folder" || $place == "$folder"/* ]]; then
        if is_our_mount "$place"; then OUR_MOUNTS+=("$place"); else OTHER_MOUNTS+=("$place"); fi
        break
      fi
    done
  done
}

# is_our_mount PLACE: it was not there before the first start since this boot. Where that is not known, only what is
# named as kubelet and docker name theirs.
is_our_mount() {
  local coded
  if [[ $BEFORE_KNOWN == yes ]]; then
    # As mountinfo writes it.
    coded=${1//\\/\\134} coded=${coded// /\\040} coded=${coded//$'\t'/\\011} coded=${coded//$'\n'/\\012}
    ! before_has mounts "$coded"
    return
  fi
  case $1 in
    */pods/*/volumes/?*/?* | */plugins/kubernetes.io/?* | */containers/*/shm | */netns/?*) return 0 ;;
    */overlay | */overlay/?* | */overlay2 | */overlay2/?* | */aufs | */aufs/?* | */devicemapper | */devicemapper/?*) return 0 ;;
  esac
  return 1
}

# Nothing else is done while one of them is in use.
undo_mounts() {
  local place
  local -a busy=() reasons=()
  for place in ${OUR_MOUNTS[@]+"${OUR_MOUNTS[@]}"}; do
    if ((OPT_DRY_RUN)); then
      say "would: unmount $place"
      find_holders "$place"
      ((${#HOLDERS[@]} == 0)) || print_holders "$place"
    elif unmount "$place"; then
      DONE=$((DONE + 1))
      say "done: unmount $place"
      # The kernel's handle of a network namespace is a file that docker makes.
      if [[ $place == */netns/* ]]; then
        rm -f -- "$place" || true
      fi
    else
      busy+=("$place")
      reasons+=("${UNMOUNT_REASON##*: }")
    fi
  done
  if ((${#busy[@]} > 0)); then
    refuse_busy
  fi
}

# Reads busy and reasons of undo_mounts.
refuse_busy() {
  local index
  for ((index = 0; index < ${#busy[@]}; index++)); do
    quote_word "${busy[index]}"
    complain "a volume is still in use: ${busy[index]} (${reasons[index]})."
    find_holders "${busy[index]}"
    print_holders "${busy[index]}"
    print_message '  ' "End what uses it, then:" "  umount $QUOTED" >&2
  done
  refuse "while a volume is in use nothing else is undone, and nothing deleted. When it is unmounted, run this again:" \
    "  $TYPED_ROOT/$KB_SCRIPT$TYPED_OPTIONS"
}

# unmount PLACE: fails, with UNMOUNT_REASON. Already gone is fine.
unmount() {
  local try
  for try in 1 2 3; do
    if UNMOUNT_REASON=$(umount -- "$1" 2>&1 8>&-) || ! mountpoint -q -- "$1"; then
      return 0
    fi
    # Something may be in its last moments.
    ((try == 3)) || pause 0.3
  done
  return 1
}

# unmount_or_say PLACE: why not, and who holds it.
unmount_or_say() {
  if ! unmount "$1"; then
    find_holders "$1"
    printf '%s\n' "$UNMOUNT_REASON" ${HOLDERS[@]+"${HOLDERS[@]}"}
    return 1
  fi
}

# find_holders PLACE: sets HOLDERS to who has something open, runs from, or is in it.
find_holders() {
  local pattern=$1 link pid name seen=' '
  HOLDERS=()
  pattern=${pattern//\\/\\\\} pattern=${pattern//\*/\\*} pattern=${pattern//\?/\\?} pattern=${pattern//\[/\\[}
  while IFS= read -r link; do
    pid=${link#/proc/}
    pid=${pid%%/*}
    if [[ $seen != *" $pid "* && $pid != "$$" ]]; then
      seen+="$pid "
      name='?'
      { read -r name <"/proc/$pid/comm"; } 2>/dev/null || true
      HOLDERS+=("  pid $pid ($name): $({ tr '\0' ' ' <"/proc/$pid/cmdline" | head -c 60; } 2>/dev/null || true)")
    fi
  done < <(find /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/exe /proc/[0-9]*/fd /proc/[0-9]*/map_files -maxdepth 1 \
    \( -lname "$pattern" -o -lname "$pattern/*" \) 2>/dev/null || true)
}

# print_holders PLACE: HOLDERS.
print_holders() {
  if ((${#HOLDERS[@]} > 0)); then
    print_message '  ' "It is held by:" "${HOLDERS[@]}" >&2
  else
    print_message '  ' "No process here has it open: a swap file, a loop device or another mount in it may be what holds it. Look with:" \
      "  cat /proc/self/mountinfo; losetup -a; swapon -s" >&2
  fi
}
