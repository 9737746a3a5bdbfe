# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# flannel leads packets for other hosts' pods over its own device, or to the host itself; a route that
# another program made in between leads them away.
check_title='routes to pods'
check_group=flannel
check_phase=after
check_roles=node

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local index body='' subnet address key backend
  local -a wrong=() subnets=()
  declare -A owner=()
  cluster_value flannel-backend
  backend=$VALUE
  cluster_value flannel-key
  read_members
  ask_members "/v2/keys${VALUE%/config}/subnets" 4
  for index in "${!MEMBER_NAME[@]}"; do
    if [[ ${ANSWER_STATUS[index]} == 200 ]]; then body=${ANSWER_BODY[index]}; fi
  done
  if [[ -z $body ]]; then
    unknown "etcd does not tell the leases of the hosts" "Type:" "  $TYPED_ROOT/doctor.sh --only etcd-majority,flannel-key"
  fi
  while read -r key address; do
    if [[ $address != "$KB_ADDRESS" ]]; then
      subnets+=("$key")
      owner[$key]=$address
    fi
  done < <(list_leases "$body")
  if ((${#subnets[@]} == 0)); then
    skip "no other host has a subnet"
  fi
  look_at_routes
  if ((${#wrong[@]} == 0)); then
    good "all ${#subnets[@]} subnets of other hosts are led right ($backend)"
  fi
  typed_start flanneld
  few ${wrong[@]+"${wrong[@]}"}
  bad "$FEW" "Take away what leads them elsewhere (another network's route, a VPN), or start flanneld again:" "  ip route" "  $TYPED_RESTART"
}

# list_leases JSON: "address-of-the-subnet public-address" lines.
list_leases() {
  printf '%s' "$1" | tr -d '\\\n ' | grep -o '"key":"[^"]*/subnets/[0-9.]*-[0-9]*","value":"[^}]*"PublicIP":"[0-9.]*"' |
    sed 's|.*/subnets/\([0-9.]*\)-[0-9]*".*"PublicIP":"\([0-9.]*\)"|\1 \2|'
}

# By the kernel's own answer, all of them in one process.
look_at_routes() {
  local line target device via
  while IFS= read -r line; do
    target=${line%% *}
    [[ -n ${owner[$target]-} ]] || continue
    device='' via=''
    if [[ $line =~ \ dev\ ([^ ]+) ]]; then device=${BASH_REMATCH[1]}; fi
    if [[ $line =~ \ via\ ([^ ]+) ]]; then via=${BASH_REMATCH[1]}; fi
    if [[ $device != flannel* && $via != "${owner[$target]}" ]]; then
      wrong+=("$target of ${owner[$target]} goes ${via:+via $via }over ${device:-nothing}")
    fi
    unset "owner[$target]"
  done < <(printf 'route get %s\n' ${subnets[@]+"${subnets[@]}"} | ip -4 -o -force -batch - 2>/dev/null || true)
  for target in "${!owner[@]}"; do
    wrong+=("$target of ${owner[$target]} has no route")
  done
}
