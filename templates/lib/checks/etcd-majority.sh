# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# etcd answers only while more than half of its members run; below that everything stands still (Q1).
check_title='etcd majority'
check_group=etcd
check_phase=after
check_roles='etcd master node'
check_question=Q1
check_limit=20

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local index try total up=0 healthy=0
  local -a pairs=() asked=() down=() waiting=() cure=()
  read_members
  total=${#MEMBER_NAME[@]}
  # Up to 3.0 a member of an idle cluster says 503 now and then (etcd 2.3, etcdserver/etcdhttp/client.go).
  for try in 1 2 3; do
    ask_members /health 3
    if [[ " ${ANSWER_STATUS[*]-} " != *' 503 '* ]]; then break; fi
  done
  for index in "${!MEMBER_NAME[@]}"; do
    if says_healthy "$index"; then
      healthy=$((healthy + 1))
      up=$((up + 1))
    else
      asked+=("$index")
      pairs+=("${MEMBER_ADDRESS[index]}" "${MEMBER_PEER[index]}")
    fi
  done
  probe_all 3 ${pairs[@]+"${pairs[@]}"}
  look_at_others
  if ((healthy == total)); then
    good "all $total members answer, healthy"
  elif ((healthy * 2 > total)); then
    say_cure
    warning "$healthy of $total members are healthy; not: $FEW. etcd works while $((total / 2 + 1)) are" ${cure[@]+"${cure[@]}"}
  elif ((up * 2 > total)); then
    unknown "$up of $total members run, and none leads yet; they may just be finding each other" \
      "In some seconds, look again; a clock or a network between them may be wrong:" \
      "  $TYPED_ROOT/doctor.sh --only etcd-majority,clock,hosts-reachable"
  fi
  say_cure
  bad "$up of $total members run, and $((total / 2 + 1)) have to; not healthy: $FEW" ${cure[@]+"${cure[@]}"}
}

# Those that are not healthy: without their peer port open, they do not run.
look_at_others() {
  local index number=0
  for index in ${asked[@]+"${asked[@]}"}; do
    if [[ ${PROBED[number]} == open ]]; then
      up=$((up + 1))
      waiting+=("${MEMBER_NAME[index]} (${MEMBER_HOST[index]}, runs)")
    else
      down+=("$index")
    fi
    number=$((number + 1))
  done
}

# Sets cure and FEW: what to start where, and what is left when that is no longer possible.
say_cure() {
  local index
  local -a texts=() hosts=()
  for index in ${down[@]+"${down[@]}"}; do
    texts+=("${MEMBER_NAME[index]} (${MEMBER_HOST[index]})")
    if [[ ${MEMBER_HOST[index]} == "$KB_HOST" ]]; then
      typed_start etcd
      cure+=("Start the member of this host:" "  $TYPED_START")
    else
      hosts+=("${MEMBER_HOST[index]}")
    fi
  done
  if ((${#hosts[@]} > 0)); then
    few "${hosts[@]}"
    cure+=("Start the next one, in the bundle's folder on $FEW:" "  etcd/start-etcd.sh")
  fi
  if ((${#down[@]} > 0 && healthy * 2 > total)); then
    cure+=("Only when its data is lost for good, in the bundle's folder there:" "  etcd/replace-member.sh")
  elif ((${#down[@]} > 0 && healthy * 2 <= total)); then
    say_recovery
  fi
  few ${texts[@]+"${texts[@]}"} ${waiting[@]+"${waiting[@]}"}
}

say_recovery() {
  local line="  $TYPED_ROOT/etcd/recover-etcd.sh" where=''
  if ! has_role etcd; then
    line='  etcd/recover-etcd.sh'
    where=", in the bundle's folder on a member's host"
  fi
  cure+=("Only when so many are lost for good: a new cluster of the data of one member; it says what may be lost, and asks$where:" "$line")
}
