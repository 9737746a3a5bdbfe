# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Most nights are lost between two hosts: no route, a firewall, or nothing started there yet.
check_title='other hosts'
check_group=network
check_phase='before after'
check_roles='etcd master node'
check_limit=25

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local index reached=0
  local -a pairs=() names=() weights=() silent=() unreachable=() refused=() routeless=() cure=()
  declare -A asked=() hosts=() answered=()
  list_ends
  if ((${#names[@]} == 0)); then
    skip "there is no other host that this one needs"
  fi
  probe_all 4 ${pairs[@]+"${pairs[@]}"}
  # A port that is refused or open shows that its host is there.
  for index in "${!names[@]}"; do
    case ${PROBED[index]} in open | refused) answered[${pairs[2 * index]}]=1 ;; esac
  done
  for index in "${!names[@]}"; do
    judge_end "$index"
  done
  say_result
}

# need_end HOST ADDRESS PORT UNIT: one that this host has to reach, unless it is this host.
need_end() {
  local key=$2_$3
  if [[ $2 != "$KB_ADDRESS" && -z ${asked[$key]-} ]]; then
    asked[$key]=1
    hosts[$2]=1
    pairs+=("$2" "$3")
    names+=("$1 ($2:$3, $4)")
    weights+=("$4")
  fi
}

# Sets pairs and names: members reach each other's peers, all hosts reach etcd's clients, nodes the
# control plane, masters the kubelets; of other hosts one port shows whether they are there, for pods.
list_ends() {
  local host address client peer unit protocol port purpose endpoint='' api='' flannel=''
  while IFS=$'\t' read -r _ host address client peer; do
    need_end "$host" "$address" "$client" etcd
    if has_role etcd; then need_end "$host" "$address" "$peer" etcd; fi
  done <"$KB_ROOT/lib/etcd-members.tsv"
  if has_role node; then
    if cluster_value control-plane; then endpoint=$VALUE; fi
    if cluster_value api-port; then api=$VALUE; fi
    if cluster_value flannel-port; then flannel=$VALUE; fi
    if ! has_role master; then need_end "${endpoint:-control-plane}" "$endpoint" "$api" kube-apiserver; fi
    need_end "${endpoint:-control-plane}" "$endpoint" "$flannel" flanneld-server
  fi
  while IFS=$'\t' read -r host address unit protocol port _ purpose; do
    if [[ $unit == kubelet && $purpose == 'kubelet API' && $protocol == tcp ]] &&
      { has_role master || [[ -z ${hosts[$address]-} ]]; }; then
      need_end "$host" "$address" "$port" kubelet
    fi
  done <"$KB_ROOT/lib/ports.tsv"
}

judge_end() {
  local address=${pairs[2 * $1]}
  case ${PROBED[$1]} in
    open) reached=$((reached + 1)) ;;
    refused)
      refused+=("${names[$1]}")
      reached=$((reached + 1))
      ;;
    unreachable)
      # The kernel says so too when a firewall rejects; of a host that is off there is no hardware address by now.
      if [[ -n ${answered[$address]-} ]] || ip neigh show to "$address" 2>/dev/null | grep -q lladdr; then
        silent+=("${names[$1]}, a firewall")
      else
        unreachable+=("${names[$1]}")
      fi
      ;;
    no-network) routeless+=("${names[$1]}") ;;
    # One port silent where another answers is a firewall; all of them, and it may be off.
    *) if [[ -n ${answered[$address]-} ]]; then silent+=("${names[$1]}, a firewall"); else silent+=("${names[$1]}"); fi ;;
  esac
}

say_result() {
  local count=${#names[@]} lost seen='' verdict=bad
  lost=$((${#silent[@]} + ${#unreachable[@]} + ${#routeless[@]}))
  add_kind "no route from here to" "Look at this host's own network:" "  ip addr; ip route" ${routeless[@]+"${routeless[@]}"}
  add_kind "nobody there at" "Look there: is the host on, its cable, its address? And whether the switch joins both; from here:" \
    "  ip neigh" ${unreachable[@]+"${unreachable[@]}"}
  add_kind "no answer from" "Is the host on? If so, a firewall there, or between, drops the packets; on that host:" \
    "  iptables -nL INPUT" ${silent[@]+"${silent[@]}"}
  if [[ $PHASE == after ]]; then
    add_kind "not started" "Those hosts are there; on each, in the bundle's folder:" "  ./start.sh" ${refused[@]+"${refused[@]}"}
  elif ((${#refused[@]} > 0 && lost == 0)); then
    good "all $count ports are reached; at ${#refused[@]} of them nothing runs yet"
  fi
  if [[ -z $seen ]]; then
    good "all $count ports are reached"
  fi
  if ((lost == 0)) || only_nodes; then verdict=warning; fi
  "$verdict" "$reached of $count ports are reached; $seen" ${cure[@]+"${cure[@]}"}
}

# One node that is away for a repair is no fault of the cluster; everybody away is.
only_nodes() {
  local index
  ((reached > 0)) || return 1
  for index in "${!names[@]}"; do
    case ${PROBED[index]} in
      open | refused) ;;
      *) [[ ${weights[index]} == kubelet ]] || return 1 ;;
    esac
  done
}

# add_kind WHAT SENTENCE COMMAND NAME...: to seen and cure, when there are any.
add_kind() {
  if (($# > 3)); then
    few "${@:4}"
    seen+="${seen:+; }$1 $FEW"
    cure+=("$2" "$3")
  fi
}
