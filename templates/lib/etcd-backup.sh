# shellcheck shell=bash
# backup-etcd.sh: etcd's keys as a folder that restore-etcd.sh takes. etcdctl backup reads the member's files while it
# runs; it is the same command in 2.x and, for the v2 store, in 3.x (ETCDCTL_API=2).

# shellcheck source=etcd-life.sh
. "$KB_ROOT/lib/etcd-life.sh"
# shellcheck source=etcd-isolated.sh
. "$KB_ROOT/lib/etcd-isolated.sh"

backup_usage() {
  local line
  for line in \
    "Usage: $KB_SCRIPT --to FOLDER [--yes] [--force] [--help]" \
    "" \
    "Writes a backup of etcd's keys into a new folder in FOLDER. It holds every write" \
    "that was acknowledged before it began; etcd goes on running. A copy of it is" \
    "started, unseen by all others, to prove that it can be restored. Copy it to" \
    "another machine: here it is lost with the disk." \
    "" \
    "  --to FOLDER  where the backup's folder is made" \
    "  --yes        do not ask" \
    "  --force      also when etcd has no majority, so that newest writes may be" \
    "               missing; also when this looks like the wrong host" \
    "  --help       print this" \
    "" \
    "Exit codes: 0 done. 1 failed, and the cause was said; no backup is left then." \
    "2 cannot act here: usage, wrong host, no majority, no space."; do
    printf '%s\n' "$line"
  done
}

etcd_backup_main() {
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { backup_usage; }
  parse_options "to= yes force" "$@"
  OPT_TIMEOUT=''
  if [[ -z $OPT_TO ]]; then
    usage_error "--to FOLDER is needed: where the backup is to be written"
  fi
  refuse_odd_path "$OPT_TO"
  life_begin
  require_tools chmod ip nsenter unshare
  BACKUP_FOLDER=$(readlink -m -- "$OPT_TO")
  if ! has_etcd_data "$KB_ETCD_DATA_DIR"; then
    refuse "there is no etcd data in $KB_ETCD_DATA_DIR, so there is nothing to back up."
  fi
  if [[ $BACKUP_FOLDER/ == "$(readlink -f -- "$KB_ETCD_DATA_DIR")"/* ]]; then
    refuse "a backup inside of etcd's own data folder is none: choose another folder than $BACKUP_FOLDER."
  fi
  if [[ $BACKUP_FOLDER/ == "$KB_ROOT"/* ]]; then
    refuse "a backup inside of this bundle would be deleted with it: choose another folder than $BACKUP_FOLDER."
  fi
  # The backup and the copy of it that is tried.
  require_space "$KB_ETCD_DATA_DIR/member" "$BACKUP_FOLDER" 2
  BACKUP_TARGET=$BACKUP_FOLDER/etcd-$KB_HOST-$(date +%Y%m%d-%H%M%S)
  confirm "This writes a backup of etcd on $KB_HOST to" "  $BACKUP_TARGET"
  make_folder "$BACKUP_FOLDER"
  backup_barrier
  backup_write
}

# What etcd has acknowledged is not yet all in this member's files as committed: that mark of a write gets there with
# the next entries, and --force-new-cluster drops what has no mark. Reads with quorum=true are such entries, and leave
# no trace among the keys. Sets BACKUP_INDEX: what has to be in the backup.
backup_barrier() {
  local round
  BACKUP_INDEX=0
  if ! process_alive "$PID_FILE"; then
    require_unheld "$KB_ETCD_DATA_DIR"
    warn "etcd does not run on this host, so the backup holds what it had when it was stopped."
    return 0
  fi
  for round in 1 2 3; do
    if ! quorum_read 127.0.0.1 "$KB_ETCD_CLIENT_PORT"; then
      BACKUP_INDEX=0
      if ((OPT_FORCE)); then
        warn "etcd here has no majority: writes that only the others know are not in this backup. Going on because of --force."
        return 0
      fi
      refuse "etcd here has no majority of its members, so a backup may lack what the others know. Nothing was written." \
        "Start the others first, take the backup on another host, or add --force."
    fi
    if ((round == 1)); then BACKUP_INDEX=$READ_INDEX; fi
  done
}

# Under a name of its own until it is proven.
backup_write() {
  local work=$BACKUP_FOLDER/.etcd-backup-$KB_HOST output='' try
  rm -rf -- "$work" || die_unwritable "$work"
  # Keys hold passwords.
  mkdir -m 0700 -- "$work" || die_unwritable "$work"
  # A running etcd may throw an old file away at the moment it is read.
  for try in 1 2 3; do
    rm -rf -- "$work/backup"
    # nice: as in etcdctl_at.
    if output=$(env -i "PATH=$PATH" ${KB_ETCDCTL_API:+"ETCDCTL_API=$KB_ETCDCTL_API"} nice -n 0 "$KB_ROOT/bin/etcdctl" backup \
      --data-dir "$KB_ETCD_DATA_DIR" --backup-dir "$work/backup" 2>&1 8>&-) && has_etcd_data "$work/backup"; then
      break
    elif ((try == 3)); then
      rm -rf -- "$work"
      die "etcdctl backup failed: ${output:0:400}" "Is the disk full? Look with:" "  df -h"
    fi
  done
  cp -a -- "$work/backup" "$work/tried" || die_unwritable "$work/tried"
  ISOLATED_DROP=$work
  found_cluster "$work/tried"
  if ((READ_INDEX < BACKUP_INDEX)); then
    rm -rf -- "$work"
    die "the backup ends at etcd's index $READ_INDEX, but etcd had acknowledged $BACKUP_INDEX. It was removed." "Run this again."
  fi
  {
    printf '%s\n' "cluster=$KB_CLUSTER" "host=$KB_HOST" "member=$KB_ETCD_NAME" "written=$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
      "index=$READ_INDEX" "keys=$KEYS" >"$work/backup/BACKUP" &&
      (cd -- "$work/backup" && find . -type f -exec sha256sum {} + >../sums) &&
      mv -f -- "$work/sums" "$work/backup/SHA256SUMS" && chmod -R go= -- "$work/backup" && find "$work/backup" -type f -exec sync {} + && mv -T -- "$work/backup" "$BACKUP_TARGET"
  } 2>/dev/null || die_unwritable "$BACKUP_TARGET"
  rm -rf -- "$work"
  say "Done: $BACKUP_TARGET" "A copy of it was started and works: $KEYS keys and folders, etcd's index $READ_INDEX." \
    "Copy the folder to another machine. To restore it, on one host, after etcd was stopped on all:" \
    "  etcd/restore-etcd.sh --from FOLDER"
}
