# shellcheck shell=bash
# recover-etcd.sh: the majority of the members is lost for good, and this one's data is all there is.

# shellcheck source=etcd-life.sh
. "$KB_ROOT/lib/etcd-life.sh"
# shellcheck source=etcd-refound.sh
. "$KB_ROOT/lib/etcd-refound.sh"

# shellcheck disable=SC2034 # etcd-refound.sh says it
JOIN_COMMAND=etcd/add-member.sh

recover_usage() {
  local line
  for line in \
    "Usage: $KB_SCRIPT [--yes] [--timeout S] [--force] [--help]" \
    "" \
    "When more than half of etcd's members are lost for good: makes a new cluster of" \
    "one member out of this host's data. Writes that had not reached this host when" \
    "the others were lost are gone, also acknowledged ones. If a majority can be" \
    "brought back with its disks, start that instead: then nothing is lost. The data" \
    "as it was is kept beside the new. Interrupted at any moment, it goes on when it" \
    "is typed again." \
    "" \
    "  --yes        do not ask" \
    "  --timeout S  seconds to wait for etcd's health, 0: without limit" \
    "  --force      go on although this looks like the wrong host" \
    "  --help       print this" \
    "" \
    "Exit codes: 0 done, or there is a majority. 1 failed, and the cause was said." \
    "2 cannot act here: usage, wrong host, no data here, others still run."; do
    printf '%s\n' "$line"
  done
}

etcd_recover_main() {
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { recover_usage; }
  parse_options "yes timeout= force" "$@"
  OPT_FROM='' OWN_INDEX=''
  life_begin
  require_tools chown ip nsenter unshare
  if ! refound_resumes; then
    recover_checks
  fi
  check_names ${KB_NAMES[@]+"${KB_NAMES[@]}"}
  refound_plan
  confirm "This makes a new etcd cluster on $KB_HOST out of its own data (index ${OWN_INDEX:-unknown})." \
    "WHAT MAY BE LOST: writes that the lost members had acknowledged and that had not reached this host. Which ones, nobody can tell any more. Keys that clients have read may be gone, and etcd's index may go back: restart what watches etcd (flannel, the apiservers) afterwards." \
    "It will" "- stop etcd here" ${PLAN[@]+"${PLAN[@]}"} \
    "A lost host that comes back must not start its old etcd: type etcd/add-member.sh there before anything else."
  if [[ $STEP != swapped ]]; then
    # Gently: only then its whole log, with what it knows to be committed, is on the disk.
    stop_member || die "etcd on this host does not stop (see above)."
    refuse_running
  fi
  refound
}

recover_checks() {
  if ! has_etcd_data "$KB_ETCD_DATA_DIR"; then
    refuse "there is no etcd data in $KB_ETCD_DATA_DIR: this host has nothing to recover from." \
      "Go to a host whose data survived. When there is none, restore a backup:" "  etcd/restore-etcd.sh --from BACKUP"
  fi
  survey
  if ((${#SURVEY_HEALTHY[@]} > 0)) || survey_self; then
    say "etcd has a majority of its members, so there is nothing to recover, and nothing was changed."
    if ! process_alive "$PID_FILE"; then
      say "To start this host's member:" "  $(path_of_script start)"
    fi
    exit 0
  fi
  recover_own_view
  if ((${#SURVEY_ANSWERS[@]} + 1 >= MEMBERS_TOTAL / 2 + 1)); then
    refuse "$((${#SURVEY_ANSWERS[@]} + 1)) of $MEMBERS_TOTAL members are there, and that is a majority: they find each other when all of them run. Nothing was changed." \
      "Start etcd here, and look at their logs:" "  $(path_of_script start)"
  fi
  recover_compare
  require_space "$KB_ETCD_DATA_DIR/member" "$KB_ETCD_DATA_DIR"
  FROM=$(readlink -f -- "$KB_ETCD_DATA_DIR")
  refound_begin
}

# How many members the cluster had, and how far this one got; from the list in lib/ when etcd does not run here.
recover_own_view() {
  CLUSTER=''
  if process_alive "$PID_FILE" && http_get 127.0.0.1 "$KB_ETCD_CLIENT_PORT" /v2/members 3 && [[ $HTTP_STATUS == 200 ]]; then
    CLUSTER=$(list_members "$HTTP_BODY")
  fi
  count_members
  if ((MEMBERS_TOTAL == 0)); then
    MEMBERS_TOTAL=$(awk 'END { print NR }' "$KB_ROOT/lib/etcd-members.tsv")
  elif http_get 127.0.0.1 "$KB_ETCD_CLIENT_PORT" '/v2/keys/' 3 && [[ $HTTP_STATUS == 200 ]] && read_index; then
    OWN_INDEX=$READ_INDEX
  fi
}

# Of several survivors the one that got farthest is the one to recover from; the others must be stopped.
recover_compare() {
  local row host address port
  for row in ${SURVEY_ANSWERS[@]+"${SURVEY_ANSWERS[@]}"}; do
    IFS=$'\t' read -r _ host address port < <(printf '%s\n' "$row")
    if http_get "$address" "$port" '/v2/keys/' 3 && [[ $HTTP_STATUS == 200 ]] && read_index &&
      ((READ_INDEX > ${OWN_INDEX:-0})); then
      refuse "$host survived too, and its data is newer (index $READ_INDEX, here ${OWN_INDEX:-unknown, for etcd does not run}). Nothing was changed." \
        "Stop etcd here, then go to $host and type there:" "  etcd/recover-etcd.sh"
    fi
  done
  refuse_living_others "Its data is not newer than this host's, and it must not run meanwhile. Nothing was changed." \
    "Go there, and type this in its own bundle; then run this again:" "  etcd/stop-etcd.sh"
}
