# shellcheck shell=bash
# May this host join the cluster, and will the cluster have a majority meanwhile? For etcd-join.sh.

# No member is healthy, seen from here.
join_without_cluster() {
  local row host
  local -a hosts=()
  if join_awaited; then
    return 0
  fi
  if ((${#SURVEY_ANSWERS[@]} > 0)); then
    for row in "${SURVEY_ANSWERS[@]}"; do
      IFS=$'\t' read -r _ host _ < <(printf '%s\n' "$row")
      hosts+=("$host")
    done
    join_words ${hosts[@]+"${hosts[@]}"}
    refuse "etcd answers on $JOINED, but has no majority of its members, and only a majority takes members in." \
      "Start the members that are down. If they are lost for good, go to the host with the newest data and type:" \
      "  etcd/recover-etcd.sh"
  fi
  if [[ $JOIN_COMMAND == *migrate* ]]; then
    typed migrate-etcd.sh
    refuse "no other member of this cluster answers, so there is nothing to join." \
      "Begin on the host that has the old data, and there type:" "  etcd/migrate-etcd.sh --from DATA_DIR"
  fi
  refuse "no other member of this cluster answers, so there is nothing to join." \
    "Start etcd on the other hosts first. On a new cluster's first host type instead:" "  $(path_of_script start)"
}

# join_awaited: 0 when the members have announced this host already, and it is what their majority is short of; sets
# CLUSTER from one of them.
join_awaited() {
  local row address port
  for row in ${SURVEY_ANSWERS[@]+"${SURVEY_ANSWERS[@]}"}; do
    IFS=$'\t' read -r _ _ address port < <(printf '%s\n' "$row")
    if http_get "$address" "$port" /v2/members 3 && [[ $HTTP_STATUS == 200 ]]; then
      CLUSTER=$(list_members "$HTTP_BODY")
      # shellcheck disable=SC2034 # etcd-join.sh asks there
      SOURCE_ADDRESS=$address SOURCE_PORT=$port
      # Where its own etcd has begun, the rest is start-etcd.sh's.
      if find_member "$KB_ETCD_PEER_URL" && { [[ $MEMBER_CLIENTS == - ]] || has_etcd_data "$KB_ETCD_DATA_DIR"; }; then
        return 0
      fi
    fi
  done
  CLUSTER=''
  return 1
}

# join_if_member MODE: a member with its data needs no joining: it is started, and that is all.
join_if_member() {
  if ! find_member "$KB_ETCD_PEER_URL"; then
    return 0
  fi
  if has_etcd_data "$KB_ETCD_DATA_DIR" && [[ ! -e $KB_ETCD_DATA_DIR.in-progress ]]; then
    say "This host is a member of the cluster already (id $MEMBER_ID), and its data is here."
    join_start
    exit 0
  elif [[ $MEMBER_CLIENTS != - && $1 == add ]]; then
    typed replace-member.sh
    if [[ -e $KB_ETCD_DATA_DIR.in-progress ]]; then
      refuse "the cluster has this host as a member (id $MEMBER_ID), but the data here was made a new cluster." \
        "Replace the member, which moves that data aside:" "  $TYPED"
    fi
    refuse "the cluster has this host as a member (id $MEMBER_ID), and its data is gone: $KB_ETCD_DATA_DIR is empty." \
      "When the data is only elsewhere (a disk that is not mounted), bring it back. Else replace the member:" "  $TYPED"
  fi
}

# Sets REMOVE_ID (an old entry of this host), ANNOUNCED and MEMBERS_TOTAL, or refuses.
join_judge() {
  local others quorum healthy
  # shellcheck disable=SC2034 # etcd-join.sh acts on them
  REMOVE_ID='' ANNOUNCED=0
  count_members
  others=$MEMBERS_TOTAL
  if find_member "$KB_ETCD_PEER_URL"; then
    if [[ $MEMBER_CLIENTS == - ]]; then
      # shellcheck disable=SC2034 # etcd-join.sh acts on it
      ANNOUNCED=1
      return 0
    fi
    # shellcheck disable=SC2034 # etcd-join.sh acts on it
    REMOVE_ID=$MEMBER_ID
    others=$((MEMBERS_TOTAL - 1))
  else
    refuse_other_address
  fi
  if ((${#MEMBERS_UNSTARTED[@]} > 0)); then
    join_words "${MEMBERS_UNSTARTED[@]}"
    refuse "one at a time: the cluster still waits for the first start of $JOINED." \
      "Go to that host, and type this in its own bundle; then come back:" "  $JOIN_COMMAND"
  fi
  quorum=$(((others + 1) / 2 + 1))
  count_healthy
  healthy=$HEALTHY
  # From "member add" on this host counts, and it may fail to start: the others alone have to be a majority. One cannot
  # be; it waits for this host.
  if ((healthy < quorum && !(others == 1 && healthy == 1))); then
    etcdctl_typed cluster-health
    refuse "only $healthy of the $others other members are healthy, and once this host counts, the cluster needs $quorum of $((others + 1)) for its writes." \
      "Start the others first, or take those out that are lost for good (etcd/remove-member.sh). What they are shows:" "  $TYPED"
  fi
}

# count_healthy: sets HEALTHY to how many healthy ones are members of this very cluster.
count_healthy() {
  local row name
  HEALTHY=0
  for row in ${SURVEY_HEALTHY[@]+"${SURVEY_HEALTHY[@]}"}; do
    name=${row%%$'\t'*}
    if awk -F '\t' -v name="$name" '$2 == name { found = 1 } END { exit !found }' < <(printf '%s\n' "$CLUSTER"); then
      HEALTHY=$((HEALTHY + 1))
    fi
  done
}

# The name is taken: the host had another address once.
refuse_other_address() {
  local id name peers
  while IFS=$'\t' read -r id name peers _; do
    if [[ $name == "$KB_ETCD_NAME" ]]; then
      typed remove-member.sh
      refuse "the cluster has a member $name at another address: $peers (id $id)." \
        "Take that out first:" "  $TYPED --member $id"
    fi
  done < <(printf '%s\n' "$CLUSTER")
}
