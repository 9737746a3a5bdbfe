# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# In enforcing mode it may forbid daemons under /home to start, and containers their volumes.
check_title=SELinux
check_group=host
check_phase='before after'
check_roles='etcd master node'

check() {
  local mode
  if [[ ! -r /sys/fs/selinux/enforce ]]; then
    good "off"
  fi
  mode=$(cat /sys/fs/selinux/enforce)
  if [[ $mode != 1 ]]; then
    good "permissive"
  fi
  warning "enforcing" "When something is not permitted, the kernel says so:" "  dmesg | grep -i 'avc.*denied'" \
    "To have it only report until the next boot (for good: SELINUX=permissive in /etc/selinux/config):" "  setenforce 0"
}
