# shellcheck shell=bash
# The living cluster as its members describe it. Needs unit.sh and units/etcd.sh.

# survey: asks every member of lib/etcd-members.tsv but this one, all at once. Sets SURVEY_ANSWERS and SURVEY_HEALTHY
# (rows of member, host, address, client port, as in the list), and CLUSTER, the rows of list_members that a healthy
# one gave, with SOURCE_ADDRESS and SOURCE_PORT of it.
survey() {
  local member host address client_port peer_port folder index
  local -a rows=()
  SURVEY_ANSWERS=() SURVEY_HEALTHY=()
  CLUSTER='' SOURCE_ADDRESS='' SOURCE_PORT=''
  folder=$(mktemp -d "$KB_ROOT/run/survey.XXXXXX") || die_unwritable "$KB_ROOT/run/survey"
  # shellcheck disable=SC2034 # a row has five columns, whichever of them are of use
  while IFS=$'\t' read -r member host address client_port peer_port; do
    if [[ $member != "$KB_ETCD_NAME" ]]; then
      rows+=("$member"$'\t'"$host"$'\t'"$address"$'\t'"$client_port")
      survey_one "$address" "$client_port" >"$folder/$((${#rows[@]} - 1))" 8>&- &
    fi
  done <"$KB_ROOT/lib/etcd-members.tsv"
  wait
  for ((index = 0; index < ${#rows[@]}; index++)); do
    read_survey "${rows[index]}" "$folder/$index"
    rm -f -- "$folder/$index"
  done
  rmdir -- "$folder"
}

# survey_one ADDRESS PORT: a word (none, answers, healthy), then the rows.
survey_one() {
  local state=answers body try
  if ! http_get "$1" "$2" /v2/members 3 || [[ $HTTP_STATUS != 200 ]]; then
    printf 'none\n'
    return 0
  fi
  body=$HTTP_BODY
  for try in 1 2 3; do
    # Up to 3.0 an idle member says 503 now and then, see unit_healthy.
    if etcd_says_healthy "$1" "$2"; then
      state=healthy
      break
    fi
    sleep "0.$try"
  done
  printf '%s\n' "$state"
  list_members "$body"
}

read_survey() {
  local state address port
  IFS= read -r state <"$2" || state=none
  if [[ $state == none ]]; then
    return 0
  fi
  SURVEY_ANSWERS+=("$1")
  if [[ $state == healthy ]]; then
    SURVEY_HEALTHY+=("$1")
    if [[ -z $CLUSTER ]]; then
      CLUSTER=$(sed 1d "$2")
      IFS=$'\t' read -r _ _ address port < <(printf '%s\n' "$1")
      SOURCE_ADDRESS=$address SOURCE_PORT=$port
    fi
  fi
}

# survey_self: this member's own view, as CLUSTER, when it is healthy.
survey_self() {
  if unit_healthy && http_get 127.0.0.1 "$KB_ETCD_CLIENT_PORT" /v2/members 3 && [[ $HTTP_STATUS == 200 ]]; then
    CLUSTER=$(list_members "$HTTP_BODY")
    # shellcheck disable=SC2034 # the callers read them
    SOURCE_ADDRESS=127.0.0.1 SOURCE_PORT=$KB_ETCD_CLIENT_PORT
    return 0
  fi
  return 1
}

# find_member URL: sets MEMBER_ID and MEMBER_CLIENTS of the one in CLUSTER with that peer URL.
find_member() {
  local id name peers clients
  MEMBER_ID='' MEMBER_CLIENTS=''
  while IFS=$'\t' read -r id name peers clients; do
    if [[ ,$peers, == *",$1,"* ]]; then
      # shellcheck disable=SC2034 # the callers read them
      MEMBER_ID=$id MEMBER_CLIENTS=$clients
      return 0
    fi
  done < <(printf '%s\n' "$CLUSTER")
  return 1
}

# count_members: sets MEMBERS_TOTAL, and MEMBERS_UNSTARTED to the peer URLs of those that were announced and never
# started.
count_members() {
  local id name peers clients
  MEMBERS_TOTAL=0
  MEMBERS_UNSTARTED=()
  # shellcheck disable=SC2034 # a row has four columns, whichever of them are of use
  while IFS=$'\t' read -r id name peers clients; do
    if [[ -n $id ]]; then
      MEMBERS_TOTAL=$((MEMBERS_TOTAL + 1))
      if [[ $clients == - ]]; then MEMBERS_UNSTARTED+=("$peers"); fi
    fi
  done < <(printf '%s\n' "$CLUSTER")
}

# etcdctl_at ADDRESS PORT WORD...: the bundle's etcdctl, speaking with that member and no other. nice, which changes
# nothing, is there because env takes a path with "=" in it for a variable.
etcdctl_at() {
  local address=$1 port=$2
  shift 2
  timeout --foreground 20 ${HTTP_THROUGH[@]+"${HTTP_THROUGH[@]}"} \
    env -i "PATH=$PATH" ${KB_ETCDCTL_API:+"ETCDCTL_API=$KB_ETCDCTL_API"} nice -n 0 "$KB_ROOT/bin/etcdctl" --no-sync \
    "${KB_ETCDCTL_ENDPOINTS:---endpoints}" "http://$address:$port" "$@" 2>&1 8>&-
}

# etcdctl_typed WORD...: sets TYPED to that etcdctl command on the member that was asked, as it is typed here.
etcdctl_typed() {
  # shellcheck disable=SC2034 # the callers say it
  TYPED="${KB_ETCDCTL_API:+ETCDCTL_API=$KB_ETCDCTL_API }$TYPED_ROOT/bin/etcdctl ${KB_ETCDCTL_ENDPOINTS:---endpoints} http://$SOURCE_ADDRESS:$SOURCE_PORT $*"
}

# quorum_read ADDRESS PORT: a read that a majority has to agree to; sets READ_INDEX to etcd's index.
quorum_read() {
  http_get "$1" "$2" '/v2/keys/?quorum=true' 10 && [[ $HTTP_STATUS == 200 ]] && read_index
}

# Sets READ_INDEX from the headers of the last answer.
read_index() {
  local line
  READ_INDEX=''
  while IFS= read -r line; do
    line=${line%$'\r'}
    if [[ $line == [Xx]-[Ee]tcd-[Ii]ndex:\ * ]]; then READ_INDEX=${line#*: }; fi
  done < <(printf '%s\n' "$HTTP_HEADERS")
  [[ $READ_INDEX =~ ^[0-9]+$ ]]
}

# say_joins COMMAND: on which hosts of the list a member is still missing in CLUSTER, and what to type there.
say_joins() {
  local member host address client_port peer_port
  local -a missing=()
  # shellcheck disable=SC2034 # a row has five columns, whichever of them are of use
  while IFS=$'\t' read -r member host address client_port peer_port; do
    # Whether URLs hold names or addresses is the specification's choice.
    if ! find_member "http://$host:$peer_port" && ! find_member "http://$address:$peer_port"; then
      missing+=("$host")
    fi
  done <"$KB_ROOT/lib/etcd-members.tsv"
  if ((${#missing[@]} == 0)); then
    say "All members of this cluster's list are in it."
    return 0
  fi
  join_words ${missing[@]+"${missing[@]}"}
  say "Not in the cluster yet: $JOINED." \
    "Next, go to ${missing[0]}, and type this in the folder of its own bundle; it says which host comes after it:" \
    "  $1"
}
