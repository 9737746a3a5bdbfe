# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Memory limits of pods do not hold with swap, and an etcd that is swapped out loses its leader.
check_title=swap
check_group=host
check_phase='before after'
check_roles='etcd node'

check() {
  local devices
  devices=$(awk 'NR > 1 { printf "%s%s (%d MiB, %d used)", gap, $1, $3 / 1024, $4 / 1024; gap = ", " }' /proc/swaps)
  if [[ -z $devices ]]; then
    good "off"
  fi
  warning "on: $devices" "Turn it off, and take its line out of /etc/fstab:" "  swapoff -a"
}
