# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Packets that are larger than the path lets through vanish: small answers come, large ones never.
check_title='size of packets (MTU)'
check_group=flannel
check_phase='before after'
check_roles=node

check() {
  # shellcheck source=../doctor-flannel.sh
  . "$KB_ROOT/lib/doctor-flannel.sh"
  local device mtu backend most
  device=$(interface_of_address)
  if [[ -z $device ]]; then
    unknown "no interface has $KB_ADDRESS" "See first:" "  $TYPED_ROOT/doctor.sh --only host-address"
  fi
  mtu=$(cat "/sys/class/net/$device/mtu")
  cluster_value flannel-backend
  backend=$VALUE
  # What each backend of flannel 0.5.5 puts around a packet.
  case $backend in
    udp) most=$((mtu - 28)) ;;
    vxlan) most=$((mtu - 50)) ;;
    *) most=$mtu ;;
  esac
  read_flannel_file
  if [[ -n $FLANNEL_MTU ]] && ((FLANNEL_MTU > most)); then
    bad "pods send $FLANNEL_MTU bytes, $device lets $most through ($mtu with $backend)" "Restart flanneld, then docker, so that they take the new size:" \
      "  $TYPED_ROOT/stop.sh; $TYPED_ROOT/start.sh"
  elif unit_pid docker && flag_value docker mtu && [[ -n $FLANNEL_MTU && $FLAG_VALUE != "$FLANNEL_MTU" ]]; then
    bad "docker was started with $FLAG_VALUE, flannel says $FLANNEL_MTU now" "Restart docker (pods are started anew):" \
      "  $TYPED_ROOT/node/stop-docker.sh; $TYPED_ROOT/start.sh"
  elif ((most < 1280)); then
    warning "$device takes $mtu, so pods get $most with $backend" "That is little. On the other hosts it has to be the same. To set it:" \
      "  ip link set dev $device mtu 1500"
  fi
  good "$device takes $mtu, pods get ${FLANNEL_MTU:-$most} with $backend"
}
