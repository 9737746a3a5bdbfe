# shellcheck shell=bash
# Is the daemon that runs still the one that this bundle would start? A new tarball unpacked over an
# old one changes no running daemon.

# Sets IDENTITY: a line for the program, and for each that docker starts, with its hash from
# SHA256SUMS, which saves reading it; a program that was copied by hand goes by its inode and size.
program_identity() {
  local name sum
  IDENTITY=''
  for name in "${PROGRAM##*/}" ${KB_DOCKER_HELPERS[@]+"${KB_DOCKER_HELPERS[@]}"}; do
    sum=$(awk -v path="bin/$name" 'substr($0, 67) == path { print substr($0, 1, 64); exit }' \
      "$KB_ROOT/SHA256SUMS" 2>/dev/null) || sum=''
    if [[ -z $sum ]]; then
      sum=$(stat -L -c '%i %s %Y' -- "$KB_ROOT/bin/$name" 2>/dev/null) || sum=-
    fi
    IDENTITY+=$'\n'"$name $sum"
  done
}

# what_changed: 0 when the running daemon (FILE_PID) is not that of this bundle; CHANGED says how.
what_changed() {
  local command='' rest='' file
  {
    IFS= read -r command
    IFS= read -r -d '' rest
  } 2>/dev/null <"$COMMAND_FILE" || true
  if [[ $command != "$PRINT_LINE" ]]; then
    CHANGED="it runs with another command line than this bundle has now"
    return 0
  fi
  program_identity
  if [[ -n $rest && $'\n'${rest%$'\n'} != "$IDENTITY" ]]; then
    CHANGED="its program is another one than this bundle has now"
    return 0
  fi
  # Also without notes of an older kubebale: tar has put a new file in the place of the one that runs.
  file=$(readlink -- "/proc/$FILE_PID/exe" 2>/dev/null) || file=''
  if [[ $file == "$KB_ROOT/bin/"*' (deleted)' ]]; then
    # shellcheck disable=SC2034 # the caller says it
    CHANGED="its program was replaced while it ran"
    return 0
  fi
  return 1
}

# --changed: for start.sh and status.sh.
report_changed() {
  if process_alive "$PID_FILE" && what_changed; then
    say "$CHANGED"
    exit "$EXIT_FAILED"
  fi
  exit 0
}
