# shellcheck shell=bash
# A new cluster with one member, this host's, out of data that lies somewhere: of an old etcd (migrate-etcd.sh), of a
# backup (restore-etcd.sh), of this very member (recover-etcd.sh). Always on a copy, in steps that a kill between any
# two of them cannot hurt: DATA-DIR.in-progress names the last one, and the same command goes on from there.
# Needs etcd-life.sh.

# shellcheck source=etcd-isolated.sh
. "$KB_ROOT/lib/etcd-isolated.sh"
# shellcheck source=etcd-refound-checks.sh
. "$KB_ROOT/lib/etcd-refound-checks.sh"

# refound_plan: sets PLAN to what is going to be done.
refound_plan() {
  PLAN=()
  if [[ $STEP == copy || $STEP == founding ]]; then
    if [[ $SOURCE_KIND == data ]]; then
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
  # Again: the question may have stood there for an hour.
  refound_alone
  if [[ $STEP == copy || $STEP == founding ]]; then
    refound_copy
    refound_found
    refound_alone
  fi
  if [[ $STEP != swapped ]]; then
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
  refound_check_source
  make_folder "$KB_ETCD_DATA_DIR"
  {
    printf '%s\n' "script=$KB_SCRIPT" "from=$FROM" "source=$SOURCE_KIND" "place=$PLACE" "stamp=$STAMP" "step=copy" \
      >"$PROGRESS_FILE.new" && mv -f -- "$PROGRESS_FILE.new" "$PROGRESS_FILE"
  } 2>/dev/null || die_unwritable "$PROGRESS_FILE"
  rm -rf --one-file-system -- "$new" || die_unwritable "$new"
  make_folder "$new"
  chmod 0700 -- "$new"
  if [[ $SOURCE_KIND == data ]]; then
    require_unheld "$FROM"
    require_space "$FROM/member" "$new"
    say "Copying $FROM/member ..."
    if ! cp -a -- "$FROM/member" "$new/member"; then
      rm -rf --one-file-system -- "$new"
      die "the copy failed; the original was not changed." "Look at the space with the first, then run this again:" "  df -h"
    fi
    same_files "$FROM/member" "$new/member" ||
      die "the copy is not what $FROM/member is: does something write there?" "When nothing does, run this again."
    # The copy belongs to whoever runs etcd here, not to whoever ran the old one.
    chown -R 0:0 -- "$new"
  fi
}

# same_files FOLDER FOLDER: the names and contents of all files below them.
same_files() {
  local one other
  one=$(digest_of "$1") && other=$(digest_of "$2") && [[ $one == "$other" ]]
}

digest_of() {
  (cd -- "$1" && find . -type f -exec sha256sum {} + | sort | sha256sum)
}

refound_found() {
  refound_step founding
  found_cluster "${PLACE}new"
  # Before coreutils 8.24 sync takes no names, says so, and syncs everything.
  find "${PLACE}new" -type f -exec sync {} + 2>/dev/null || die_unwritable "${PLACE}new"
  keep_value keys "$KEYS" "$PROGRESS_FILE"
  refound_step founded
  say "The copy is a cluster of one member now: $KEYS keys and folders, etcd's index $READ_INDEX."
}

# The old data goes first, then the copy takes its place; where it stands is seen from STEP and from what lies where.
refound_swap() {
  local new=${PLACE}new
  if [[ $STEP == founded ]]; then
    if ! has_etcd_data "$new"; then
      refound_lost "$new, which an earlier run made, is gone"
    elif [[ -e $KB_ETCD_DATA_DIR/member ]]; then
      require_unheld "$KB_ETCD_DATA_DIR"
      set_aside "before-$STAMP"
      say "What was in $KB_ETCD_DATA_DIR is in $ASIDE now."
    fi
    refound_step swapping
  fi
  if [[ -e $new/member ]]; then
    make_folder "$KB_ETCD_DATA_DIR"
    mv -T -- "$new/member" "$KB_ETCD_DATA_DIR/member" ||
      die "cannot move $new/member to $KB_ETCD_DATA_DIR." "When that is mended, run this again."
  elif ! has_etcd_data "$KB_ETCD_DATA_DIR"; then
    refound_lost "the copy is neither in $new nor in $KB_ETCD_DATA_DIR"
  fi
  rm -f -- "$FIRST_START_FILE"
  rm -rf --one-file-system -- "$new"
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
  refound_done
}

# refound_done: etcd runs with the data.
refound_done() {
  finish_founding
  kept_value keys "$ORIGIN_FILE"
  say "Done: etcd runs here with the data of $FROM ($KEPT keys and folders at the beginning)."
  say_joins "$JOIN_COMMAND"
}
