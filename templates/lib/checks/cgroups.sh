# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# docker 1.11 and kubelet 1.3 know cgroup v1 alone; docker ends at its start without it (Q4).
check_title='cgroup v1'
check_group=docker
check_phase='before after'
check_roles=node
check_question=Q4

check() {
  # shellcheck source=../cgroups.sh
  . "$KB_ROOT/lib/cgroups.sh"
  local name state held=''
  local -a off=() lacking=()
  cgroup_find_missing
  if ((${#CGROUP_MISSING[@]} == 0)); then
    good "mounted: ${CGROUP_ESSENTIAL[*]-}"
  fi
  for name in "${CGROUP_MISSING[@]}"; do # never empty: see above
    state=$(awk -v name="$name" '$1 == name { print $4 }' /proc/cgroups 2>/dev/null) || state=''
    case $state in
      1) ;;
      0) off+=("$name") ;;
      *) lacking+=("$name") ;;
    esac
  done
  if ((${#lacking[@]} > 0)); then
    bad "this kernel was built without: ${lacking[*]}" "Boot another kernel, one with cgroup v1."
  elif ((${#off[@]} > 0)); then
    kernel_line "cgroup_enable=${off[0]}"
    bad "turned off when the kernel was booted: ${off[*]}" "${LINE_CURE[@]}"
  fi
  held=$(held_by_version_2)
  if [[ -n $held ]]; then
    kernel_line systemd.unified_cgroup_hierarchy=0
    bad "this system uses cgroup v2 for: $held" "${LINE_CURE[@]}" \
      "systemd 256 and 257 want SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1 there too; newer ones cannot do it."
  elif [[ $PHASE == after ]]; then
    bad "not mounted: ${CGROUP_MISSING[*]-}" "Mount them, then go on:" "  $TYPED_ROOT/node/mount-cgroup.sh" "  $TYPED_ROOT/start.sh"
  fi
  warning "not mounted yet: ${CGROUP_MISSING[*]-}" "start.sh does it, or now:" "  $TYPED_ROOT/node/mount-cgroup.sh"
}

# held_by_version_2: prints the missing controllers that a cgroup2 hierarchy has in use: they cannot be mounted.
held_by_version_2() {
  local path controllers name held=''
  while IFS=$'\t' read -r _ path; do
    { read -r controllers <"$path/cgroup.subtree_control"; } 2>/dev/null || continue
    for name in ${CGROUP_MISSING[@]+"${CGROUP_MISSING[@]}"}; do
      if [[ " $controllers " == *" $name "* && " $held " != *" $name "* ]]; then
        held+=${held:+ }$name
      fi
    done
  done < <(cgroup_list_mounts cgroup2)
  printf '%s\n' "$held"
}

# kernel_line WORD: sets LINE_CURE to how this host gets WORD onto its kernel command line.
kernel_line() {
  local make='update-grub'
  if [[ -e /boot/grub2/grub.cfg ]]; then
    make='grub2-mkconfig -o /boot/grub2/grub.cfg'
  fi
  # CentOS and its like: right whatever the boot loader.
  if type -P grubby >/dev/null; then
    LINE_CURE=("Type:" "  grubby --update-kernel=ALL --args=$1 && reboot")
    return 0
  fi
  if [[ -e /etc/default/grub ]]; then
    LINE_CURE=("In /etc/default/grub, add this inside of the quotes of GRUB_CMDLINE_LINUX:" "  $1" "then type:" "  $make && reboot")
  elif [[ -e /etc/kernel/cmdline ]]; then
    LINE_CURE=("In /etc/kernel/cmdline, add this to the line:" "  $1" "then type:" "  kernel-install add $(uname -r) /boot/vmlinuz-$(uname -r) && reboot")
  else
    LINE_CURE=("Add this to the kernel command line, where this host's boot loader has it, and reboot:" "  $1")
  fi
}
