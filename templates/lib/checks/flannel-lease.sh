# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Pods get addresses of docker's subnet, and other hosts send packets by flannel's: they have to be one.
check_title="this host's subnet"
check_group=flannel
check_phase=after
check_roles=node

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local subnet='' bridge lease docker_again
  local file=${KB_FLANNEL_SUBNET_FILE:-/run/flannel/subnet.env}
  typed_start docker
  docker_again=$TYPED_RESTART
  typed_start flanneld
  if [[ -r $file ]]; then
    subnet=$(sed -n 's/^FLANNEL_SUBNET=//p' "$file")
  fi
  if [[ -z $subnet ]]; then
    bad "flanneld has not written $file" "Start it again, and see what it says:" "  $TYPED_RESTART"
  fi
  bridge=$(ip -4 -o addr show dev docker0 2>/dev/null | awk 'NR == 1 { print $4 }') || bridge=''
  if [[ -n $bridge && $bridge != "$subnet" ]]; then
    bad "docker0 has $bridge, and flannel gave $subnet: pods here are not reached" \
      "Start docker again, which gives it the right one (its containers end, and the kubelet makes them anew):" "  $docker_again"
  elif unit_pid docker && flag_value docker bip && [[ $FLAG_VALUE != "$subnet" ]]; then
    bad "docker runs with --bip=$FLAG_VALUE, and flannel gave $subnet" "Start docker again (its containers end, and the kubelet makes them anew):" "  $docker_again"
  fi
  find_lease
  case $lease in
    "$KB_ADDRESS") if [[ -n $bridge ]]; then good "$subnet, also in etcd and on docker0"; else good "$subnet, also in etcd; docker0 is not there yet"; fi ;;
    '') unknown "$subnet; etcd does not tell whose lease it is" "Type:" "  $TYPED_ROOT/doctor.sh --only etcd-majority" ;;
    none) bad "$subnet is leased to nobody in etcd, so another host may get it" "Start flanneld again, then docker:" "  $TYPED_RESTART" "  $docker_again" ;;
  esac
  bad "$subnet is leased to $lease in etcd, not to $KB_ADDRESS" "Start flanneld again, then docker:" "  $TYPED_RESTART" "  $docker_again"
}

# Sets lease to the address that etcd has for the subnet, none, or '' when no member tells.
find_lease() {
  local index key network=''
  cluster_value flannel-key
  # 10.1.28.1/24 is leased as 10.1.28.0-24: the subnet's first address.
  network=$(network_of "$subnet")
  key=${VALUE%/config}/subnets/$network-${subnet#*/}
  lease=''
  read_members
  ask_members "/v2/keys$key?quorum=true" 4
  for index in "${!MEMBER_NAME[@]}"; do
    if [[ ${ANSWER_STATUS[index]} == 404 ]]; then
      lease=none
    elif [[ ${ANSWER_STATUS[index]} == 200 && ${ANSWER_BODY[index]} =~ PublicIP\\*\":\ *\\*\"([0-9.]+) ]]; then
      lease=${BASH_REMATCH[1]}
      return 0
    fi
  done
}

# network_of A.B.C.D/N: its first address, on stdout.
network_of() {
  local IFS=. bits=${1#*/} number
  local -a part
  # shellcheck disable=SC2206 # numbers, to be split at the dots
  part=(${1%/*})
  number=$((((part[0] << 24) | (part[1] << 16) | (part[2] << 8) | part[3]) & (0xffffffff << (32 - bits))))
  printf '%s.%s.%s.%s' $((number >> 24 & 255)) $((number >> 16 & 255)) $((number >> 8 & 255)) $((number & 255))
}
