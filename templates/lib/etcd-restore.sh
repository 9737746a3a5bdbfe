# shellcheck shell=bash
# restore-etcd.sh: the cluster begins again with what a backup holds.

# shellcheck source=etcd-life.sh
. "$KB_ROOT/lib/etcd-life.sh"
# shellcheck source=etcd-refound.sh
. "$KB_ROOT/lib/etcd-refound.sh"

# shellcheck disable=SC2034 # etcd-refound.sh says it
JOIN_COMMAND=etcd/add-member.sh

restore_usage() {
  local line
  for line in \
    "Usage: $KB_SCRIPT --from BACKUP [--yes] [--timeout S] [--force] [--help]" \
    "" \
    "Makes a new etcd cluster out of a backup that backup-etcd.sh wrote: everything" \
    "written after it is gone. Stop etcd on all hosts first, then type this on one of" \
    "them. It says on which hosts to type etcd/add-member.sh after that. The data" \
    "that lies here is moved aside, never deleted. Interrupted at any moment, it goes" \
    "on when it is typed again." \
    "" \
    "  --from BACKUP  the backup's folder, the one with the file BACKUP in it" \
    "  --yes          do not ask" \
    "  --timeout S    seconds to wait for etcd's health, 0: without limit" \
    "  --force        go on although this looks like the wrong host or cluster" \
    "  --help         print this" \
    "" \
    "Exit codes: 0 done. 1 failed, and the cause was said. 2 cannot act here: usage," \
    "wrong host, a damaged backup, etcd still runs somewhere, no space."; do
    printf '%s\n' "$line"
  done
}

etcd_restore_main() {
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { restore_usage; }
  parse_options "from= yes timeout= force" "$@"
  life_begin
  require_tools chown ip nsenter unshare
  if ! refound_resumes; then
    restore_checks
  elif [[ $STEP == copy || $STEP == founding ]]; then
    check_backup
  fi
  check_names ${KB_NAMES[@]+"${KB_NAMES[@]}"}
  if [[ $STEP != swapped ]]; then
    refuse_running
  fi
  refound_plan
  kept_value written "$FROM/BACKUP"
  confirm "This makes a new etcd cluster on $KB_HOST out of the backup of $KEPT; what was written after that is gone:" \
    ${PLAN[@]+"${PLAN[@]}"}
  refound
}

restore_checks() {
  if [[ -z $OPT_FROM ]]; then
    usage_error "--from BACKUP is needed: the folder that backup-etcd.sh wrote"
  fi
  FROM=$(readlink -f -- "$OPT_FROM") || FROM=$OPT_FROM
  refuse_odd_path "$FROM"
  if [[ ! -f $FROM/BACKUP || ! -f $FROM/SHA256SUMS ]] || ! has_etcd_data "$FROM"; then
    refuse "$OPT_FROM is no backup that backup-etcd.sh wrote: BACKUP, SHA256SUMS or member/ is missing in it." \
      "For the data folder of an old etcd there is migrate-etcd.sh."
  fi
  check_backup
  kept_value cluster "$FROM/BACKUP"
  if [[ $KEPT != "$KB_CLUSTER" ]] && ((!OPT_FORCE)); then
    refuse "this is a backup of the cluster $KEPT, and this host belongs to $KB_CLUSTER." "If that is meant, add --force."
  fi
  refound_begin
  require_space "$FROM/member" "$KB_ETCD_DATA_DIR"
  survey
  refuse_living_others "The restored cluster would be a second one beside it. Nothing was changed." \
    "Go to each of these hosts, and type this in its own bundle; then run this again:" "  etcd/stop-etcd.sh"
}

# The backup's files are what was written.
check_backup() {
  if ! (cd -- "$FROM" && sha256sum -c --status SHA256SUMS 2>/dev/null); then
    quote_word "$FROM"
    refuse "the backup is damaged: a file in it is not what was written. Nothing was changed." \
      "Take another one. Which file it is shows:" "  cd $QUOTED && sha256sum -c --quiet SHA256SUMS"
  fi
}
