# shellcheck shell=bash
# install-docker.sh --undo: exactly what was there before is there again. Needs install-record.sh and
# docker-host.sh. Each file is put back by one rename and only then forgotten, so that a run that
# was killed is finished by the next one.

undo_main() {
  local target
  local -a targets=()
  for target in ${RECORD_TARGETS[@]+"${RECORD_TARGETS[@]}"}; do
    if [[ -z $OPT_TO || ${target%/*} == "$TARGET_FOLDER" ]]; then
      targets+=("$target")
    fi
  done
  if ((${#targets[@]} == 0)); then
    say "Nothing to put back: run/install-docker.tsv of this bundle lists no file."
    return 0
  fi
  refuse_running_daemon "its executables cannot be taken away under it"
  UNDO_FAILED=0
  for target in ${targets[@]+"${targets[@]}"}; do
    rm -f -- "${target%/*}/.${target##*/}.kubebale-new"
    if undo_binary "$target"; then
      record_drop "$target"
    else
      UNDO_FAILED=1
    fi
  done
  if ((UNDO_FAILED)); then
    return "$EXIT_FAILED"
  fi
  say "Done: what was there before is back."
}

# undo_binary TARGET: fails, with a message, when it cannot be put back.
undo_binary() {
  local target=$1 is_ours=0
  record_find "$target"
  digest "$target"
  if [[ -n $DIGEST ]] && record_is_ours "$target" "$DIGEST"; then
    is_ours=1
  fi
  if [[ $FOUND_KEEP == - ]]; then
    if ((is_ours)); then
      rm -f -- "$target" || die_unwritable "$target"
      say "Removed $target."
    elif [[ -n $DIGEST ]]; then
      undo_changed "$target" "nothing was there"
    fi
  elif [[ -e $FOUND_KEEP || -L $FOUND_KEEP ]]; then
    if same_file "$target" "$FOUND_KEEP"; then
      # The install was killed before its rename: one file with two names.
      rm -f -- "$FOUND_KEEP" || die_unwritable "$FOUND_KEEP"
    elif [[ -z $DIGEST || $DIGEST == "$FOUND_OLD" ]] || ((is_ours)); then
      mv -f -- "$FOUND_KEEP" "$target" || die_unwritable "$target"
      say "Put back $target."
    else
      undo_changed "$target" "it is kept as $FOUND_KEEP"
    fi
  elif [[ ${DIGEST:--} != "$FOUND_OLD" ]]; then
    undo_changed "$target" "$FOUND_KEEP, where it was kept, is gone"
  fi
}

# undo_changed TARGET WHERE: what is there is left alone; with --force that is fine.
undo_changed() {
  if ((OPT_FORCE)); then
    warn "$1 is left as it is, because of --force."
    return 0
  fi
  complain "$1 cannot be put back: it was changed since, or what was there before is gone." \
    "What was there before: $2." \
    "To leave it as it is and forget about it, type:" "  $QUOTED_SCRIPT --undo --force"
  return 1
}
