# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# A full disk ends etcd at its next write, and docker in the middle of a layer.
check_title='free space'
check_group=storage
check_phase='before after'
check_roles='etcd master node'

check() {
  # shellcheck source=../doctor-disks.sh
  . "$KB_ROOT/lib/doctor-disks.sh"
  look_at_disks -k
  # In KiB, because df counts so.
  judge_disks $((512 * 1024)) $((2 * 1024 * 1024)) "See what takes it:" "  du -xhd1 MOUNT | sort -h | tail"
}
