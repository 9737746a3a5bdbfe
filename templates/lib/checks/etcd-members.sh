# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# A member list that is not that of the specification means that hosts talk to the wrong one, or to nobody.
check_title='etcd member list'
check_group=etcd
check_phase=after
check_roles='etcd master'

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  # shellcheck source=../etcd-list.sh
  . "$KB_ROOT/lib/etcd-list.sh"
  local index id name peers at='' answered='' known=' ' seen=''
  local -a wrong=() cure=()
  read_members
  ask_members /v2/members 3
  for index in "${!MEMBER_NAME[@]}"; do
    if [[ ${ANSWER_STATUS[index]} == 200 ]]; then
      answered=$index
      break
    fi
  done
  if [[ -z $answered ]]; then
    unknown "no member gives its list" "Type:" "  $TYPED_ROOT/doctor.sh --only etcd-majority"
  fi
  etcdctl_typed "$answered"
  while IFS=$'\t' read -r id name peers _; do
    judge_member
  done < <(list_members "${ANSWER_BODY[answered]}")
  for index in "${!MEMBER_NAME[@]}"; do
    if [[ $known != *" $index "* ]]; then
      wrong+=("${MEMBER_NAME[index]} (${MEMBER_HOST[index]}) is missing")
      cure+=("It joins with this, in the bundle's folder on ${MEMBER_HOST[index]}:" "  etcd/add-member.sh")
    fi
  done
  if ((${#wrong[@]} > 0)); then
    few "${wrong[@]}"
    warning "$FEW" ${cure[@]+"${cure[@]}"}
  fi
  good "$seen"
}

# One that the cluster tells of: id, name and peers.
judge_member() {
  find_member
  if [[ -z $at ]]; then
    wrong+=("$name ($id, $peers) is not in the specification")
    cure+=("Take it away when nothing runs there that is meant to:" "  $ETCDCTL member remove $id")
    return 0
  fi
  known+="$at "
  seen+="${seen:+, }${MEMBER_NAME[at]} $id"
  # One that never started has no name yet.
  if [[ $name != - && $name != "${MEMBER_NAME[at]}" ]]; then
    wrong+=("the member of ${MEMBER_HOST[at]} is called $name, not ${MEMBER_NAME[at]}")
    cure+=("A name does no harm by itself. Write \"memberName\": \"$name\" for ${MEMBER_HOST[at]} in the specification, and compile again.")
  fi
}

# Sets at to the index of the member that has one of these peer URLs, by name or by address, or to ''.
find_member() {
  local index
  at=''
  for index in "${!MEMBER_NAME[@]}"; do
    case ,$peers, in
      *",http://${MEMBER_ADDRESS[index]}:${MEMBER_PEER[index]},"* | *",http://${MEMBER_HOST[index]}:${MEMBER_PEER[index]},"*)
        at=$index
        return 0
        ;;
    esac
  done
}
