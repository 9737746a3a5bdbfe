# shellcheck shell=bash
# Writing /etc/hosts so that it is whole at every moment. Needs common.sh, HOSTS_FILE and the lock.

# hosts_replace COMPOSE DONE ALREADY: COMPOSE prints the new content of HOSTS_FILE.
hosts_replace() {
  local done=$2 already=$3
  HOSTS_COMPOSE=$1
  # Also what a written file is checked against: a full disk may cut out the middle.
  HOSTS_DIGEST=$("$HOSTS_COMPOSE" | sha256sum)
  if [[ -e $HOSTS_FILE && $HOSTS_DIGEST == "$(sha256sum <"$HOSTS_FILE")" ]]; then
    say "$done${already:+ $already}."
    return 0
  fi
  # In containers /etc/hosts is a mount of its own, which nothing can be renamed onto.
  if is_mount "$HOSTS_FILE"; then
    hosts_write_in_place
  else
    hosts_write_by_rename
  fi
  say "$done."
}

is_mount() {
  WANTED=$1 awk '$5 == ENVIRON["WANTED"] { found = 1 } END { exit !found }' /proc/self/mountinfo
}

hosts_write_by_rename() {
  local temporary=${HOSTS_FILE%/*}/.hosts.kubebale-new
  rm -f -- "$temporary"
  # A copy first, and then its content: mode, owner and SELinux label stay as they are.
  if [[ -e $HOSTS_FILE ]]; then
    cp -a -- "$HOSTS_FILE" "$temporary" 2>/dev/null || hosts_give_up "$temporary"
  fi
  hosts_compose_into "$temporary" || hosts_give_up "$temporary"
  mv -f -- "$temporary" "$HOSTS_FILE" 2>/dev/null || hosts_give_up "$temporary"
}

# hosts_compose_into FILE: FILE gets the new content, all of it, or this fails.
hosts_compose_into() {
  { "$HOSTS_COMPOSE" >"$1"; } 2>/dev/null && [[ $(sha256sum <"$1") == "$HOSTS_DIGEST" ]]
}

hosts_give_up() {
  rm -f -- "$1"
  die "cannot write $HOSTS_FILE: is the disk full, read-only, or the file immutable? Nothing was changed." \
    "Look with:" "  df -h ${HOSTS_FILE%/*}; lsattr $HOSTS_FILE"
}

# The content before is kept in run/hosts.backup for as long as the writing lasts: when that file is
# there at the next start, this was cut off. Old content is overwritten rather than truncated,
# because its blocks on the disk are then still ours when a full disk makes us go back.
hosts_write_in_place() {
  local backup=$KB_ROOT/run/hosts.backup new=$KB_ROOT/run/hosts.new
  hosts_compose_into "$new" || die_unwritable "$new"
  { cat "$HOSTS_FILE" >"$backup.new" && mv -f -- "$backup.new" "$backup"; } 2>/dev/null || die_unwritable "$backup"
  if ! hosts_overwrite "$new"; then
    hosts_overwrite "$backup" || die "cannot write $HOSTS_FILE, and it is half written now: is the disk full?" \
      "Make room, then run this again; what was in it before is in" "  $backup"
    rm -f -- "$backup" "$new"
    die "cannot write $HOSTS_FILE: is the disk full, or read-only? Nothing was changed." \
      "Look with:" "  df -h $HOSTS_FILE"
  fi
  rm -f -- "$backup" "$new"
}

# hosts_overwrite FILE: HOSTS_FILE gets its content.
hosts_overwrite() {
  {
    dd if="$1" of="$HOSTS_FILE" bs=64k conv=notrunc,fsync &&
      truncate -s "$(stat -c %s "$1")" "$HOSTS_FILE"
  } 2>/dev/null
}

# Brings /etc/hosts back to what it was before a run that was killed while it wrote in place.
hosts_finish_interrupted() {
  local backup=$KB_ROOT/run/hosts.backup new=$KB_ROOT/run/hosts.new now
  if [[ ! -e $backup ]]; then
    return 0
  fi
  now=$(sha256sum <"$HOSTS_FILE")
  if [[ $now != "$(sha256sum <"$backup")" && ! (-e $new && $now == "$(sha256sum <"$new")") ]]; then
    cp -- "$HOSTS_FILE" "$KB_ROOT/run/hosts.interrupted" 2>/dev/null || die_unwritable "$KB_ROOT/run/hosts.interrupted"
    hosts_overwrite "$backup" || die_unwritable "$HOSTS_FILE"
    warn "an earlier run was cut off while it wrote $HOSTS_FILE: first put back what was there before." \
      "If you have edited the file since, your text is in" "  $TYPED_ROOT/run/hosts.interrupted"
  fi
  rm -f -- "$backup" "$new"
}
