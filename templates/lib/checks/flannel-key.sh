# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# The flanneld server answers everybody with HTTP 500 while the network's key is missing in etcd (Q5).
check_title='network key of flannel'
check_group=flannel
check_phase=after
check_roles=master
check_question=Q5

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  # shellcheck source=../etcd-value.sh
  . "$KB_ROOT/lib/etcd-value.sh"
  local index key=$KB_FLANNEL_KEY said='' told='' status
  read_members
  # quorum: a member that lags behind must not say "missing" when it is not.
  ask_members "/v2/keys$key?quorum=true" 4
  for index in "${!MEMBER_NAME[@]}"; do
    status=${ANSWER_STATUS[index]}
    if [[ $status == 200 || $status == 404 && ${ANSWER_BODY[index]} == *'"errorCode":100'* ]]; then
      said=$index
      told=${ANSWER_BODY[index]}
      break
    fi
  done
  if [[ -z $said ]]; then
    find_leader || true
    bad "no member of etcd can tell it ($(join_statuses)); $LEADER_TEXT" \
      "Without a majority nothing can be read or written (Q1):" "  $TYPED_ROOT/doctor.sh --only etcd-majority"
  fi
  find_leader || LEADER=$said
  etcdctl_typed "$LEADER"
  quote_words "$key" "$KB_FLANNEL_CONFIG"
  if [[ $status == 404 ]]; then
    bad "$key is missing" "Write it; $LEADER_TEXT, so to that member:" "  $ETCDCTL set $QUOTED"
  fi
  json_value "$told"
  if [[ ${JSON_VALUE//[[:space:]]/} != "${KB_FLANNEL_CONFIG//[[:space:]]/}" ]]; then
    compare_value
  fi
  ask_server
}

# join_statuses: what each member said, on stdout.
join_statuses() {
  local index
  local -a words=()
  for index in "${!MEMBER_NAME[@]}"; do
    case ${ANSWER_STATUS[index]} in
      000) words+=("${MEMBER_NAME[index]}: no answer") ;;
      *) words+=("${MEMBER_NAME[index]}: HTTP ${ANSWER_STATUS[index]}") ;;
    esac
  done
  few ${words[@]+"${words[@]}"}
  printf '%s' "$FEW"
}

# The key is there and is not ours: without a network in it nobody can live, with another one somebody may.
compare_value() {
  if [[ $JSON_VALUE != *'"Network"'*.*.*.*/* ]]; then
    bad "$key is '$JSON_VALUE', which is no network" "Write it anew; $LEADER_TEXT, so to that member:" "  $ETCDCTL set $QUOTED"
  fi
  bad "$key is $JSON_VALUE, here it is $KB_FLANNEL_CONFIG" \
    "Put what is there into the specification and compile again. Only when the change is meant: it moves the network under all pods. Stop all nodes first, then type:" \
    "  $ETCDCTL set $QUOTED"
}

# The key is right: then this host's server has to serve it.
ask_server() {
  typed_start flanneld-server
  if http_get 127.0.0.1 "$KB_FLANNEL_PORT" /v1/_/config 4 && [[ $HTTP_STATUS == 200 ]]; then
    good "$key is $JSON_VALUE, and flanneld-server gives it out"
  elif ! unit_pid flanneld-server; then
    bad "$key is $JSON_VALUE, but flanneld-server does not run" "Type:" "  $TYPED_START"
  fi
  bad "$key is $JSON_VALUE, but flanneld-server does not give it out (HTTP $HTTP_STATUS)" "Start it again:" "  $TYPED_RESTART"
}
