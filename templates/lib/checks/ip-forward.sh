# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Pods of different hosts reach each other through this host's routing.
check_title='IP forwarding'
check_group=network
check_phase='before after'
check_roles=node

check() {
  local value
  value=$(cat /proc/sys/net/ipv4/ip_forward)
  if [[ $value == 1 ]]; then
    good "on"
  elif ! unit_pid docker; then
    good "off; docker turns it on when it starts"
  fi
  bad "off, though docker runs: no pod is reached from another host" "Type:" "  sysctl -w net.ipv4.ip_forward=1"
}
