# shellcheck shell=bash
# A new cluster with one member, this host's, out of data that lies somewhere: of an old etcd (migrate-etcd.sh), of a
# backup (restore-etcd.sh), of this very member (recover-etcd.sh). Always on a copy, in steps that a kill between any
# two of them cannot hurt: DATA-DIR.in-progress names the last one, and the same command goes on from there.
# Needs etcd-life.sh.

# shellcheck source=etcd-isolated.sh
. "$KB_ROOT/lib/etcd-isolated.sh"

readonly PROGRESS_FILE=$KB_ETCD_DATA_DIR.in-progress ORIGIN_FILE=$KB_ETCD_DATA_DIR.origin

# refound_resumes: 0 when this script was interrupted here; sets FROM, STAMP and STEP. Another script's work has to
# be finished by that one.
refound_resumes() {
  if [[ ! -e $PROGRESS_FILE ]]; then
    return 1
  fi
  kept_value script "$PROGRESS_FILE"
  if [[ $KEPT != "$KB_SCRIPT" ]]; then
    typed "$KEPT"
    refuse "$KEPT was interrupted on this host and has to be finished first. Type:" "  $TYPED"
  fi
  kept_value from "$PROGRESS_FILE"
  if [[ -n $OPT_FROM && $(readlink -f -- "$OPT_FROM") != "$KEPT" ]]; then
    quote_word "$PROGRESS_FILE"
    refuse "an earlier run was interrupted, and it worked on other data: $KEPT" \
      "Finish it first, with --from left out. To give it up instead (that data is untouched), type:" "  rm $QUOTED"
  fi
  FROM=$KEPT
  kept_value stamp "$PROGRESS_FILE"
  STAMP=$KEPT
  kept_value step "$PROGRESS_FILE"
  STEP=$KEPT
}

# refound_plan: sets PLAN to what is going to be done.
refound_plan() {
  PLAN=()
  if [[ $STEP == copy || $STEP == founding ]]; then
    if has_etcd_data "$FROM"; then
      PLAN+=("- copy $FROM/member to ${PLACE}new; the original stays as it is"
        "- make that copy a cluster of one member, $KB_ETCD_NAME ($KB_ETCD_PEER_URL), with --force-new-cluster, once and seen by nobody; other members that the old cluster had are forgotten")
    else
      PLAN+=("- $FROM is empty: begin a new cluster of one member, $KB_ETCD_NAME ($KB_ETCD_PEER_URL)")
    fi
  fi
  if [[ $STEP != swapped ]]; then
    if [[ -e $KB_ETCD_DATA_DIR/member || -e ${PLACE}before-$STAMP ]]; then
      PLAN+=("- move $KB_ETCD_DATA_DIR/member, as it is, to ${PLACE}before-$STAMP")
    fi
    PLAN+=("- put the copy in its place: $KB_ETCD_DATA_DIR")
  fi
  PLAN+=("- start it with start-etcd.sh; the other hosts join after that, one by one")
}

# refound: from STEP on to the end.
refound() {
  if [[ $STEP == copy || $STEP == founding ]]; then
    refound_copy
    refound_found
  fi
  if [[ $STEP == founded ]]; then
    refound_swap
  fi
  refound_start
}

refound_step() {
  STEP=$1
  keep_value step "$1" "$PROGRESS_FILE"
}

# A copy that was interrupted, or on which etcd was started already, is made again: so --force-new-cluster happens
# once in the life of the data.
refound_copy() {
  local new=${PLACE}new
  isolated_end
  make_folder "$KB_ETCD_DATA_DIR"
  {
    printf '%s\n' "script=$KB_SCRIPT" "from=$FROM" "stamp=$STAMP" "step=copy" >"$PROGRESS_FILE.new" &&
      mv -f -- "$PROGRESS_FILE.new" "$PROGRESS_FILE"
  } 2>/dev/null || die_unwritable "$PROGRESS_FILE"
  rm -rf -- "$new" || die_unwritable "$new"
  make_folder "$new"
  chmod 0700 -- "$new"
  if has_etcd_data "$FROM"; then
    require_unheld "$FROM"
    require_space "$FROM/member" "$new"
    say "Copying $FROM/member ..."
    cp -a -- "$FROM/member" "$new/member" || die "the copy failed; the original was not changed." "Look with:" "  df -h"
    if [[ $(digest_of "$FROM/member") != "$(digest_of "$new/member")" ]]; then
      die "the copy is not what $FROM/member is: does something write there?" "When nothing does, run this again."
    fi
    # The copy belongs to whoever runs etcd here, not to whoever ran the old one.
    chown -R 0:0 -- "$new"
  fi
}

# digest_of FOLDER: of all names and contents below it.
digest_of() {
  (cd -- "$1" && find . -type f -exec sha256sum {} + | sort | sha256sum)
}

refound_found() {
  refound_step founding
  found_cluster "${PLACE}new"
  find "${PLACE}new" -type f -exec sync {} +
  keep_value keys "$KEYS" "$PROGRESS_FILE"
  refound_step founded
  say "The copy is a cluster of one member now: $KEYS keys and folders, etcd's index $READ_INDEX."
}

refound_swap() {
  local new=${PLACE}new
  # Without member/ in the copy it is in its place already.
  if [[ -e $new/member ]]; then
    if [[ -e $KB_ETCD_DATA_DIR/member ]]; then
      require_unheld "$KB_ETCD_DATA_DIR"
      set_aside "before-$STAMP"
      say "What was in $KB_ETCD_DATA_DIR is in $ASIDE now."
    fi
    mv -- "$new/member" "$KB_ETCD_DATA_DIR/member" || die "cannot move $new/member to $KB_ETCD_DATA_DIR."
  fi
  rm -f -- "$FIRST_START_FILE"
  rm -rf -- "$new"
  refound_step swapped
}

refound_start() {
  local code=0
  start_member || code=$?
  if ((code != 0)); then
    typed "$KB_SCRIPT"
    complain "the data is in its place, but etcd did not become healthy (see above)." \
      "When the cause is mended, run this again:" "  $TYPED"
    exit "$EXIT_FAILED"
  fi
  # Ours, at our address, and it takes part in a read that needs the majority.
  if ! survey_self || ! find_member "$KB_ETCD_PEER_URL" || ! quorum_read 127.0.0.1 "$KB_ETCD_CLIENT_PORT"; then
    # shellcheck disable=SC2034 # etcdctl_typed says them
    SOURCE_ADDRESS=127.0.0.1 SOURCE_PORT=$KB_ETCD_CLIENT_PORT
    etcdctl_typed member list
    die "etcd runs, but it does not list itself as $KB_ETCD_PEER_URL." "Look with:" "  $TYPED"
  fi
  mv -f -- "$PROGRESS_FILE" "$ORIGIN_FILE" || die_unwritable "$ORIGIN_FILE"
  kept_value keys "$ORIGIN_FILE"
  say "Done: etcd runs here with the data of $FROM ($KEPT keys and folders at the beginning)."
  say_joins "$JOIN_COMMAND"
}

# refuse_living_others TEXT LINE...: no other member of the list may run meanwhile.
refuse_living_others() {
  local row host
  local -a hosts=()
  if ((${#SURVEY_ANSWERS[@]} == 0)); then
    return 0
  fi
  for row in "${SURVEY_ANSWERS[@]}"; do
    IFS=$'\t' read -r _ host _ < <(printf '%s\n' "$row")
    hosts+=("$host")
  done
  join_words ${hosts[@]+"${hosts[@]}"}
  refuse "etcd runs on $JOINED, and answers. $1" "${@:2}"
}

# refuse_running: neither this bundle's etcd nor another one on its port.
refuse_running() {
  if process_alive "$PID_FILE"; then
    refuse "etcd runs on this host (pid $FILE_PID). Nothing was changed." "Stop it first:" "  $(path_of_script stop)"
  fi
  if tcp_open 127.0.0.1 "$KB_ETCD_CLIENT_PORT" || tcp_open "$KB_ADDRESS" "$KB_ETCD_PEER_PORT"; then
    refuse "something that this bundle did not start listens on etcd's port $KB_ETCD_CLIENT_PORT or $KB_ETCD_PEER_PORT: the old etcd? Nothing was changed." \
      "Stop it, and see that nothing starts it again. Which process it is shows:" \
      "  ss -ltnp 'sport = :$KB_ETCD_CLIENT_PORT or sport = :$KB_ETCD_PEER_PORT'"
  fi
}
