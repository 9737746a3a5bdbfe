# shellcheck shell=bash
# This host becomes a member of the living cluster: add-member.sh, replace-member.sh, migrate-etcd.sh --join. "member
# add" comes first, then the start with --initial-cluster-state existing, one host at a time. What was done already is
# seen from the cluster itself, so it goes on wherever it was interrupted.

# shellcheck source=etcd-life.sh
. "$KB_ROOT/lib/etcd-life.sh"
# shellcheck source=etcd-join-checks.sh
. "$KB_ROOT/lib/etcd-join-checks.sh"

join_usage() {
  local line
  printf '%s\n' "Usage: $KB_SCRIPT [--yes] [--timeout S] [--force] [--help]" ""
  if [[ $JOIN_MODE == add ]]; then
    printf '%s\n' "Makes this host a member of etcd's living cluster: announces it there, starts" \
      "etcd here, and waits until it has caught up. Hosts are added one at a time."
  else
    printf '%s\n' "For a member whose host died and came back empty: takes the old entry out of" \
      "etcd's living cluster, announces this host there, and starts etcd here."
  fi
  for line in \
    "Data of an earlier cluster that lies here is moved aside, never deleted." \
    "Interrupted at any moment, it goes on when it is typed again." \
    "" \
    "  --yes        do not ask" \
    "  --timeout S  seconds to wait for etcd's health, 0: without limit" \
    "  --force      go on although this looks like the wrong host" \
    "  --help       print this" \
    "" \
    "Exit codes: 0 done, or so already. 1 failed, and the cause was said. 2 cannot" \
    "act here: usage, wrong host, the cluster is not in the state for it."; do
    printf '%s\n' "$line"
  done
}

# etcd_join_main add|replace OPTION...
etcd_join_main() {
  JOIN_MODE=$1
  JOIN_COMMAND=etcd/add-member.sh
  shift
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { join_usage; }
  parse_options "yes timeout= force" "$@"
  join_main "$JOIN_MODE"
}

join_main() {
  life_begin
  if [[ -e $KB_ETCD_DATA_DIR.in-progress ]]; then
    kept_value step "$KB_ETCD_DATA_DIR.in-progress"
    if [[ $KEPT != swapped ]]; then
      give_up_lines
      refuse "another script's work was interrupted on this host ($KB_ETCD_DATA_DIR.in-progress)." ${GIVE_UP[@]+"${GIVE_UP[@]}"}
    fi
  fi
  check_names ${KB_NAMES[@]+"${KB_NAMES[@]}"}
  survey
  if [[ -z $CLUSTER ]]; then
    join_without_cluster
  fi
  join_if_member "$1"
  if process_alive "$PID_FILE"; then
    refuse "etcd runs here (pid $FILE_PID), but not as a member of the cluster that $SOURCE_ADDRESS:$SOURCE_PORT belongs to. Nothing was changed." \
      "Stop it, and run this again:" "  $(path_of_script stop)"
  fi
  require_unheld "$KB_ETCD_DATA_DIR"
  refuse_stranger
  join_judge
  join_plan
  join_do
}

join_plan() {
  local -a plan=()
  STAMP=$(date +%Y%m%d-%H%M%S)
  if [[ -e $KB_ETCD_DATA_DIR/member ]]; then
    plan+=("- move what lies in $KB_ETCD_DATA_DIR/member, of no use there, to ${PLACE}before-$STAMP")
  fi
  if [[ -n $REMOVE_ID ]]; then
    plan+=("- take the old entry of this host (id $REMOVE_ID) out of the cluster")
  fi
  if ((!ANNOUNCED)); then
    plan+=("- announce this host: member add $KB_ETCD_NAME $KB_ETCD_PEER_URL")
    if ((MEMBERS_TOTAL == 1)); then
      plan+=("- from then on the one member that there is takes no writes until etcd runs here, some seconds later")
    fi
  fi
  plan+=("- start etcd here, which fetches all data from the others")
  confirm "$KB_HOST joins the etcd cluster of $SOURCE_ADDRESS:$SOURCE_PORT ($MEMBERS_TOTAL members):" ${plan[@]+"${plan[@]}"}
}

join_do() {
  if [[ -e $KB_ETCD_DATA_DIR/member ]]; then
    set_aside "before-$STAMP"
    say "What was in $KB_ETCD_DATA_DIR is in $ASIDE now."
  fi
  # A cluster that was founded here, but never ran, was given up with its data.
  rm -f -- "$KB_ETCD_DATA_DIR.in-progress"
  if [[ -n $REMOVE_ID ]]; then
    change_members "the old entry is taken out" removed "$REMOVE_ID" member remove "$REMOVE_ID"
  fi
  if ((!ANNOUNCED)); then
    change_members "this host is announced" listed "$KB_ETCD_PEER_URL" member add "$KB_ETCD_NAME" "$KB_ETCD_PEER_URL"
  fi
  join_start
}

# change_members WHAT removed|listed KEY WORD...: etcdctl WORD..., until the list of members says it is so. etcd
# refuses while its members choose a leader or have just met ("unhealthy cluster"), and an answer may get lost.
change_members() {
  local what=$1 wanted=$2 key=$3 output=''
  shift 3
  read_clock
  # shellcheck disable=SC2034 # past_deadline counts from here
  STARTED_AT=$NOW
  while :; do
    if http_get "$SOURCE_ADDRESS" "$SOURCE_PORT" /v2/members 5 && [[ $HTTP_STATUS == 200 ]]; then
      CLUSTER=$(list_members "$HTTP_BODY")
      if [[ $wanted == listed ]] && find_member "$key"; then break; fi
      if [[ $wanted == removed && $'\n'$CLUSTER != *$'\n'"$key"$'\t'* ]]; then break; fi
    fi
    if past_deadline 60; then
      etcdctl_typed cluster-health
      die "etcdctl $1 $2 did not work within 60 s. It says: ${output:-nothing}" \
        "Look at the cluster with the first, then run this again:" "  $TYPED"
    fi
    output=$(etcdctl_at "$SOURCE_ADDRESS" "$SOURCE_PORT" "$@") || progress "etcd says: ${output:0:160}"
    pause 0.5
  done
  say "Done: $what."
}

join_start() {
  local code=0
  start_member || code=$?
  if ((code != 0)); then
    complain "the cluster counts on this host now, but etcd here is not healthy (see above). Take no other step before it is." \
      "When the cause is mended, type:" "  $(path_of_script start)"
    exit "$EXIT_FAILED"
  fi
  if ! survey_self || ! find_member "$KB_ETCD_PEER_URL" || [[ $MEMBER_CLIENTS == - ]] ||
    ! quorum_read 127.0.0.1 "$KB_ETCD_CLIENT_PORT"; then
    die "etcd runs here, but does not take part in the cluster yet." "Look with:" "  $TYPED_ROOT/status.sh"
  fi
  say "Done: this host is a healthy member (id $MEMBER_ID)."
  say_joins "$JOIN_COMMAND"
}
