# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# A file system without inodes takes no new file, however much room it has.
check_title='free inodes'
check_group=storage
check_phase='before after'
check_roles='etcd master node'

check() {
  # shellcheck source=../doctor-disks.sh
  . "$KB_ROOT/lib/doctor-disks.sh"
  look_at_disks -i
  judge_disks 1000 20000 "See where the small files are:" "  du -x --inodes -d1 MOUNT | sort -n | tail"
}
