# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# A subnet of another cluster's network gives pods addresses that nobody routes here.
check_title='flannel of an earlier cluster'
check_group=flannel
check_phase='before after'
check_roles=node

check() {
  # shellcheck source=../doctor-flannel.sh
  . "$KB_ROOT/lib/doctor-flannel.sh"
  local network device address
  cluster_value pod-network
  network=$VALUE
  read_flannel_file
  if [[ -n $FLANNEL_NETWORK && $FLANNEL_NETWORK != "$network" ]]; then
    if unit_pid flanneld; then
      bad "flannel works in $FLANNEL_NETWORK, the specification has $network" "See what etcd holds, and compare:" \
        "  $TYPED_ROOT/doctor.sh --only flannel-key"
    fi
    warning "$SUBNET_FILE is of another cluster: $FLANNEL_NETWORK, this one has $network" "It is written anew at the start. To have it gone:" \
      "  rm $SUBNET_FILE"
  fi
  for device in /sys/class/net/flannel*; do
    device=${device##*/}
    address=$(ip -4 -o addr show dev "$device" 2>/dev/null | awk 'NR == 1 { sub("/.*", "", $4); print $4 }') || address=''
    if [[ -n $address ]] && ! in_network "$address" "$network"; then
      bad "$device has $address, which is not in $network" "It is left from another cluster. With flanneld stopped, type:" "  ip link del $device"
    fi
  done
  if [[ -z $FLANNEL_SUBNET ]]; then
    good "nothing of it here"
  fi
  good "nothing of it here; $FLANNEL_SUBNET is of $network"
}
