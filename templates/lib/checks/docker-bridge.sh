# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# A bridge left from another subnet gives pods addresses that flannel routes to another host.
check_title='bridge docker0'
check_group=docker
check_phase='before after'
check_roles=node

check() {
  # shellcheck source=../doctor-flannel.sh
  . "$KB_ROOT/lib/doctor-flannel.sh"
  local address
  if [[ ! -d /sys/class/net/docker0 ]]; then
    if unit_pid docker; then
      bad "docker runs, and there is no docker0" "Restart docker:" "  $TYPED_ROOT/node/stop-docker.sh; $TYPED_ROOT/start.sh"
    fi
    good "none yet; docker makes it"
  fi
  address=$(ip -4 -o addr show dev docker0 2>/dev/null | awk 'NR == 1 { print $4 }') || address=''
  read_flannel_file
  if [[ -n $address && $address == "$FLANNEL_SUBNET" ]]; then
    good "$address, as flannel gave it"
  elif unit_pid docker; then
    bad "it has ${address:-no address}, flannel gave ${FLANNEL_SUBNET:-none}" "Stop docker, take the bridge away, and start again:" \
      "  $TYPED_ROOT/node/stop-docker.sh; ip link del docker0; $TYPED_ROOT/start.sh"
  elif [[ -z $address || -z $FLANNEL_SUBNET ]]; then
    good "${address:-without an address}, left from before; start-docker.sh looks at it"
  fi
  warning "it has $address, left from before; flannel gave $FLANNEL_SUBNET" "start-docker.sh takes it away when no container hangs on it. By hand:" \
    "  ip link del docker0"
}
