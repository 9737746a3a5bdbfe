# shellcheck shell=bash
# remove-member.sh: a member leaves the living cluster, this host's or one that is dead for good.

# shellcheck source=etcd-join.sh
. "$KB_ROOT/lib/etcd-join.sh"

remove_usage() {
  local line
  for line in \
    "Usage: $KB_SCRIPT [--member NAME] [--yes] [--force] [--help]" \
    "" \
    "Takes a member out of etcd's living cluster: this host's own, or the one named." \
    "Refused when the members that stay would have no majority of healthy ones. This" \
    "host's data is moved aside then, never deleted." \
    "" \
    "  --member NAME  the name (or the id) that etcdctl member list shows" \
    "  --yes          do not ask" \
    "  --force        go on although this looks like the wrong host" \
    "  --help         print this" \
    "" \
    "Exit codes: 0 done, or so already. 1 failed, and the cause was said. 2 cannot" \
    "act here: usage, wrong host, the cluster would lose its majority."; do
    printf '%s\n' "$line"
  done
}

etcd_remove_main() {
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { remove_usage; }
  parse_options "member= yes force" "$@"
  OPT_TIMEOUT=''
  life_begin
  survey
  if [[ -z $CLUSTER ]] && ! survey_self; then
    refuse "no healthy member of this cluster answers, and only a majority lets a member go." \
      "Start the members that are down. If they are lost for good, go to the host with the newest data and type:" \
      "  etcd/recover-etcd.sh"
  fi
  STAMP=$(date +%Y%m%d-%H%M%S)
  if remove_find; then
    remove_judge
    remove_plan
    change_members "$TARGET_NAME is out of the cluster" removed "$TARGET_ID" member remove "$TARGET_ID"
  else
    say "The cluster of $SOURCE_ADDRESS:$SOURCE_PORT has no member ${OPT_MEMBER:-$KB_ETCD_NAME ($KB_ETCD_PEER_URL)}."
    if [[ -n $OPT_MEMBER && $OPT_MEMBER != "$KB_ETCD_NAME" ]]; then
      exit 0
    fi
    OWN=1
    remove_plan
  fi
  if ((OWN)); then
    remove_own_data
  else
    say "If its host still runs etcd, go there and type this in its own bundle:" "  etcd/stop-etcd.sh"
  fi
  say "Every bundle of this cluster still names that member. To leave it out for good, take the host out of the specification and compile again; to have it back, type on its host:" \
    "  etcd/add-member.sh"
}

# remove_find: 0 when the member is in CLUSTER; sets TARGET_ID, TARGET_NAME, TARGET_PEERS and OWN.
remove_find() {
  local id name peers
  OWN=0 TARGET_ID='' TARGET_NAME='' TARGET_PEERS=''
  while IFS=$'\t' read -r id name peers _; do
    if [[ -z $OPT_MEMBER && ,$peers, == *",$KB_ETCD_PEER_URL,"* ]] ||
      [[ -n $OPT_MEMBER && ($name == "$OPT_MEMBER" || $id == "$OPT_MEMBER") ]]; then
      TARGET_ID=$id TARGET_NAME=$name TARGET_PEERS=$peers
    fi
  done < <(printf '%s\n' "$CLUSTER")
  if [[ -n $TARGET_ID && ,$TARGET_PEERS, == *",$KB_ETCD_PEER_URL,"* ]]; then
    OWN=1
  fi
  if [[ $TARGET_NAME == - ]]; then
    TARGET_NAME=$TARGET_PEERS
  fi
  [[ -n $TARGET_ID ]]
}

remove_judge() {
  local row member healthy=0 quorum
  count_members
  if ((MEMBERS_TOTAL == 1)); then
    refuse "$TARGET_NAME is the last member: without it there is no cluster, and no data." \
      "To end etcd here, stop it:" "  $(path_of_script stop)"
  fi
  for row in ${SURVEY_HEALTHY[@]+"${SURVEY_HEALTHY[@]}"}; do
    IFS=$'\t' read -r member _ < <(printf '%s\n' "$row")
    if [[ $member != "$TARGET_NAME" ]]; then healthy=$((healthy + 1)); fi
  done
  if ((!OWN)) && unit_healthy; then
    healthy=$((healthy + 1))
  fi
  quorum=$(((MEMBERS_TOTAL - 1) / 2 + 1))
  if ((healthy < quorum)); then
    refuse "without $TARGET_NAME the cluster has $((MEMBERS_TOTAL - 1)) members and needs $quorum healthy ones, but only $healthy are. Nothing was changed." \
      "Start the others first, or replace the dead one, on its host:" "  etcd/replace-member.sh"
  fi
  # The one that leaves cannot answer for the result.
  if ((!OWN)) && ! survey_self; then
    refuse_target_as_source
  fi
}

# Without a member of its own this host asks another one, which must not be the one that leaves.
refuse_target_as_source() {
  local row member address port
  for row in ${SURVEY_HEALTHY[@]+"${SURVEY_HEALTHY[@]}"}; do
    IFS=$'\t' read -r member _ address port < <(printf '%s\n' "$row")
    if [[ $member != "$TARGET_NAME" ]]; then
      SOURCE_ADDRESS=$address SOURCE_PORT=$port
      return 0
    fi
  done
}

remove_plan() {
  local -a plan=()
  if [[ -n $TARGET_ID ]]; then
    plan+=("- take $TARGET_NAME (id $TARGET_ID, $TARGET_PEERS) out of the cluster of $MEMBERS_TOTAL members")
  fi
  if ((OWN)); then
    plan+=("- stop etcd on this host, if it runs" "- move $KB_ETCD_DATA_DIR/member, if it is there, to ${PLACE}removed-$STAMP")
  fi
  confirm "This will" ${plan[@]+"${plan[@]}"}
}

# It was told to leave, so its data must not come back as a member; nothing is deleted.
remove_own_data() {
  stop_member || die "etcd on this host does not stop (see above)."
  if [[ -e $KB_ETCD_DATA_DIR/member ]]; then
    require_unheld "$KB_ETCD_DATA_DIR"
    set_aside "removed-$STAMP"
    say "What was in $KB_ETCD_DATA_DIR is in $ASIDE now."
  fi
  say "Done: this host is no member any more."
}
