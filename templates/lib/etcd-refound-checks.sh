# shellcheck shell=bash
# Before a cluster is founded anew: is the source what it was when this began, is a copy of it a copy, and does no other
# cluster live? For etcd-refound.sh.

# shellcheck disable=SC2034 # etcd-refound.sh reads them
readonly PROGRESS_FILE=$KB_ETCD_DATA_DIR.in-progress ORIGIN_FILE=$KB_ETCD_DATA_DIR.origin

# refound_begin: FROM is chosen; sets the rest for a run from the beginning.
refound_begin() {
  STAMP=$(date +%Y%m%d-%H%M%S)
  STEP=copy
  source_kind
  SOURCE_KIND=$KIND
  refound_check_source
  if [[ -e ${PLACE}new || -L ${PLACE}new ]]; then
    quote_words "${PLACE}new" "${PLACE}new.old"
    refuse "the copy would be made in ${PLACE}new, and that is there already. Nothing was changed." \
      "Is it of use? Then move it away, else delete it; and run this again:" "  mv $QUOTED"
  fi
}

# refound_resumes: 0 when this script was interrupted here; sets FROM, SOURCE_KIND, STAMP and STEP. Another script's
# work has to be finished by that one. Ends the script when all is done but the last word.
refound_resumes() {
  local place_then
  if [[ ! -e $PROGRESS_FILE ]]; then
    return 1
  fi
  kept_value script "$PROGRESS_FILE"
  if [[ $KEPT != "$KB_SCRIPT" ]]; then
    give_up_lines
    refuse "$KEPT was interrupted on this host and has to be finished first." ${GIVE_UP[@]+"${GIVE_UP[@]}"}
  fi
  kept_value from "$PROGRESS_FILE"
  FROM=$KEPT
  kept_value source "$PROGRESS_FILE"
  SOURCE_KIND=$KEPT
  kept_value stamp "$PROGRESS_FILE"
  STAMP=$KEPT
  kept_value step "$PROGRESS_FILE"
  STEP=$KEPT
  kept_value place "$PROGRESS_FILE"
  place_then=$KEPT
  if [[ -n $OPT_FROM && $(readlink -m -- "$OPT_FROM") != "$FROM" ]]; then
    give_up_lines
    refuse "an earlier run was interrupted, and it worked on other data: $FROM" ${GIVE_UP[@]+"${GIVE_UP[@]}"}
  fi
  if [[ $place_then != "$PLACE" ]]; then
    refound_lost "the disk of $KB_ETCD_DATA_DIR is not as it was when this began"
  fi
  if [[ $STEP == swapped ]]; then
    if survey_self && find_member "$KB_ETCD_PEER_URL"; then
      refound_done
      exit 0
    fi
    return 0
  fi
  refound_check_source
  refound_alone
}

# source_kind: sets KIND to what lies in FROM: data or empty.
source_kind() {
  KIND=empty
  if has_etcd_data "$FROM"; then
    KIND=data
  fi
}

# refound_check_source: it is what it was at the beginning, and lies elsewhere than its copy.
refound_check_source() {
  local odd new
  local -A changed=([data]="etcd's data is not there any more; is its disk mounted?" [empty]="it was empty.")
  if [[ $STEP != copy && $STEP != founding ]]; then
    return 0
  fi
  source_kind
  if [[ $KIND != "$SOURCE_KIND" || ! -d $FROM ]]; then
    quote_word "$FROM"
    refuse "$FROM is not what it was when this began: ${changed[$SOURCE_KIND]} Nothing was changed." \
      "When it is as it was, run this again. Look with:" "  ls -la $QUOTED; df -h $QUOTED"
  fi
  if [[ $KIND == empty ]]; then
    return 0
  fi
  new=$(readlink -m -- "${PLACE}new")
  if [[ $FROM == "$new" || $FROM == "$new"/* || $new == "$FROM/member"/* ]]; then
    quote_words "$FROM" "$FROM.old"
    refuse "$FROM is where the copy of it would be made. Nothing was changed." \
      "Give it another name, and use that with --from:" "  mv $QUOTED"
  fi
  odd=$(find "$FROM/member" ! -type f ! -type d -print | head -n 1)
  if [[ -n $odd ]]; then
    quote_words "$FROM" "$FROM.whole"
    refuse "$odd is neither a file nor a folder, but a link for example, so a copy would not be one. Nothing was changed." \
      "Put what it leads to in its place. A whole copy is made with:" "  cp -aL $QUOTED"
  fi
}

# refound_alone: while the new cluster has not run, no other member of the list may: its cluster would be a second one.
refound_alone() {
  if [[ $STEP == swapped ]]; then
    return 0
  fi
  survey
  refuse_living_others "The cluster made here would be a second one beside it. It was not started." \
    "Go to each of these hosts, and type this in its own bundle; then run this again:" "  etcd/stop-etcd.sh"
}

# refound_lost TEXT: what an earlier run made is not there.
refound_lost() {
  local -a cure=()
  quote_word "$PROGRESS_FILE"
  if [[ -e ${PLACE}before-$STAMP/member && ! -e $KB_ETCD_DATA_DIR/member ]]; then
    quote_words "${PLACE}before-$STAMP/member" "$KB_ETCD_DATA_DIR/member"
    cure=("  mv $QUOTED")
    quote_word "$PROGRESS_FILE"
  fi
  die "$1: is a disk not mounted? Nothing was changed." "Bring it back, and run this again." \
    "To begin anew instead, type this, then the command with its --from again:" ${cure[@]+"${cure[@]}"} "  rm $QUOTED"
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
