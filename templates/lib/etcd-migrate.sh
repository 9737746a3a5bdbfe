# shellcheck shell=bash
# migrate-etcd.sh (G2): the new cluster begins with the data of an old etcd, or with none.

# shellcheck source=etcd-join.sh
. "$KB_ROOT/lib/etcd-join.sh"
# shellcheck source=etcd-refound.sh
. "$KB_ROOT/lib/etcd-refound.sh"

JOIN_COMMAND='etcd/migrate-etcd.sh --join'

migrate_usage() {
  local line
  for line in \
    "Usage: $KB_SCRIPT --from DATA_DIR [--yes] [--timeout S] [--force]" \
    "       $KB_SCRIPT --join          [--yes] [--timeout S] [--force]" \
    "       $KB_SCRIPT --help" \
    "" \
    "Makes a new etcd cluster out of the data folder of an old etcd. The old etcd" \
    "has to be stopped for good. On the host that has the data, type the first; it" \
    "works on a copy, and the original stays as it is. Then, on each other host, one" \
    "after the other, the second. An empty folder gives a new cluster the same way." \
    "Interrupted at any moment, it goes on when it is typed again." \
    "" \
    "  --from DATA_DIR  the old etcd's --data-dir: the folder that has member/ in it" \
    "  --join           this host joins the cluster that was begun on another host" \
    "  --yes            do not ask" \
    "  --timeout S      seconds to wait for etcd's health, 0: without limit" \
    "  --force          go on although this looks like the wrong host" \
    "  --help           print this" \
    "" \
    "Exit codes: 0 done, or done before. 1 failed, and the cause was said. 2 cannot" \
    "act here: usage, wrong host, an etcd still runs on the data, no space."; do
    printf '%s\n' "$line"
  done
}

etcd_migrate_main() {
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { migrate_usage; }
  parse_options "from= join yes timeout= force" "$@"
  if ((OPT_JOIN)) && [[ -n $OPT_FROM ]]; then
    usage_error "--from is for the first host and --join for the others: not both"
  fi
  if ((OPT_JOIN)); then
    join_main add
    return 0
  fi
  life_begin
  require_tools chown ip nsenter unshare
  if ! refound_resumes; then
    migrate_checks
  fi
  check_names ${KB_NAMES[@]+"${KB_NAMES[@]}"}
  if [[ $STEP != swapped ]]; then
    refuse_running
  fi
  refound_plan
  confirm "This makes a new etcd cluster on $KB_HOST out of $FROM:" ${PLAN[@]+"${PLAN[@]}"} \
    "The old etcd must never be started again. What it had not written to its disk is not there: if it was killed rather than stopped, its last writes; if it had several members, what had not reached this one."
  refound
}

# Sets FROM, STAMP and STEP for a run from the beginning.
migrate_checks() {
  if [[ -z $OPT_FROM ]]; then
    usage_error "--from DATA_DIR is needed on the first host, --join on the others"
  fi
  FROM=$(readlink -f -- "$OPT_FROM") || FROM=$OPT_FROM
  refuse_odd_path "$FROM"
  migrate_done_before
  check_source
  refound_begin
  if [[ $FROM != "$(readlink -f -- "$KB_ETCD_DATA_DIR")" ]] && has_etcd_data "$KB_ETCD_DATA_DIR"; then
    quote_words "$KB_ETCD_DATA_DIR/member" "$KB_ETCD_DATA_DIR.unused"
    refuse "$KB_ETCD_DATA_DIR, where this cluster's data is to be, holds data of an etcd already. Nothing was changed." \
      "If that is the old etcd's, give it with --from. If it is of no use, move it away:" "  mv $QUOTED"
  fi
  require_unheld "$FROM"
  if has_etcd_data "$FROM"; then
    require_space "$FROM/member" "$KB_ETCD_DATA_DIR"
  fi
  survey
  typed "$KB_SCRIPT"
  refuse_living_others "This cluster lives already, so its data would not be the old one's." \
    "To have this host in it, type:" "  $TYPED --join"
}

migrate_done_before() {
  kept_value script "$ORIGIN_FILE"
  if [[ $KEPT != "$KB_SCRIPT" ]]; then
    return 0
  fi
  kept_value from "$ORIGIN_FILE"
  if [[ $KEPT != "$FROM" ]] || ! has_etcd_data "$KB_ETCD_DATA_DIR"; then
    return 0
  fi
  say "Done before: this host's etcd has the data of $FROM."
  if survey_self; then
    say_joins "$JOIN_COMMAND"
  else
    say "It is not healthy now. To start it:" "  $(path_of_script start)"
  fi
  exit 0
}

# The folder is what the old etcd had as --data-dir, or an empty one; not a typing mistake.
check_source() {
  local entry
  if [[ ! -d $FROM ]]; then
    refuse "there is no folder $OPT_FROM." "It has to be the old etcd's --data-dir; what runs here shows:" "  ps -ef | grep '[e]tcd'"
  fi
  if has_etcd_data "$FROM"; then
    return 0
  fi
  if [[ -d $FROM/wal || ${FROM##*/} == wal || ${FROM##*/} == snap ]]; then
    refuse "$FROM is inside of etcd's data folder: the folder that has member/ in it is wanted."
  fi
  while IFS= read -r entry; do
    refuse "$FROM holds no data of an etcd (no member/wal/*.wal), and is not empty either: $entry" \
      "Give the old etcd's --data-dir, or an empty folder for a cluster without old data."
  done < <(find "$FROM" -mindepth 1 -maxdepth 1 ! -name lost+found | head -n 1)
}
