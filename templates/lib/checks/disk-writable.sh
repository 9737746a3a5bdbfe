# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# After an error Linux often goes on with a disk read-only, and all that wants to write fails.
check_title='disks can be written'
check_group=storage
check_phase='before after'
check_roles='etcd master node'

check() {
  # shellcheck source=../doctor-disks.sh
  . "$KB_ROOT/lib/doctor-disks.sh"
  local index options mount
  local -a wrong=()
  look_at_disks -k
  for ((index = 0; index < ${#DISK_MOUNT[@]}; index++)); do
    mount=${DISK_MOUNT[index]}
    # Of the mount and of its file system, either of which may be read-only.
    options=,$(findmnt -n -o OPTIONS -T "$mount" | tail -n 1),
    if [[ $options == *,ro,* ]]; then
      wrong+=("$mount")
    fi
  done
  if ((${#wrong[@]} == 0)); then
    good "yes"
  fi
  quote_word "${wrong[0]}"
  bad "read-only: ${wrong[*]-}" "The kernel may say why (a broken disk?), then:" "  dmesg | tail -n 50" "  mount -o remount,rw $QUOTED"
}
