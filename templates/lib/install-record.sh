# shellcheck shell=bash
# What install-docker.sh put where: run/install-docker.tsv, so that it can be undone exactly. One row
# for each version of a file that came from this bundle: target, where the old one is kept ("-": there
# was none), SHA-256 of ours, SHA-256 of the old one. Needs common.sh.

readonly RECORD_FILE=$KB_ROOT/run/install-docker.tsv

# Sets RECORD_ROWS, and RECORD_TARGETS: each target once.
record_read() {
  local row target seen=$'\n'
  RECORD_ROWS=()
  RECORD_TARGETS=()
  if [[ ! -e $RECORD_FILE ]]; then
    return 0
  fi
  while read -r row; do
    RECORD_ROWS+=("$row")
    target=${row%%$'\t'*}
    if [[ $seen != *$'\n'"$target"$'\n'* ]]; then
      RECORD_TARGETS+=("$target")
      seen+=$target$'\n'
    fi
  done <"$RECORD_FILE"
}

# record_find TARGET: sets FOUND_KEEP and FOUND_OLD, or fails. All rows of a target have the same.
# shellcheck disable=SC2034 # read by install-docker.sh and install-undo.sh
record_find() {
  local row target
  for row in ${RECORD_ROWS[@]+"${RECORD_ROWS[@]}"}; do
    IFS=$'\t' read -r target FOUND_KEEP _ FOUND_OLD < <(printf '%s\n' "$row")
    if [[ $target == "$1" ]]; then
      return 0
    fi
  done
  return 1
}

# record_is_ours TARGET DIGEST: a version that this bundle put there.
record_is_ours() {
  local row target ours
  for row in ${RECORD_ROWS[@]+"${RECORD_ROWS[@]}"}; do
    IFS=$'\t' read -r target _ ours _ < <(printf '%s\n' "$row")
    if [[ $target == "$1" && $ours == "$2" ]]; then
      return 0
    fi
  done
  return 1
}

# record_add TARGET KEEP OURS OLD, unless it is there.
record_add() {
  local row=$1$'\t'$2$'\t'$3$'\t'$4
  record_is_ours "$1" "$3" && return 0
  RECORD_ROWS+=("$row")
  record_write
}

# record_drop TARGET
record_drop() {
  local row
  local -a rows=()
  for row in ${RECORD_ROWS[@]+"${RECORD_ROWS[@]}"}; do
    if [[ ${row%%$'\t'*} != "$1" ]]; then
      rows+=("$row")
    fi
  done
  RECORD_ROWS=(${rows[@]+"${rows[@]}"})
  record_write
}

# By a rename, so that a full disk leaves the old record.
record_write() {
  if ((${#RECORD_ROWS[@]} == 0)); then
    rm -f -- "$RECORD_FILE"
  elif { printf '%s\n' ${RECORD_ROWS[@]+"${RECORD_ROWS[@]}"} >"$RECORD_FILE.new"; } 2>/dev/null; then
    mv -f -- "$RECORD_FILE.new" "$RECORD_FILE" || die_unwritable "$RECORD_FILE"
  else
    rm -f -- "$RECORD_FILE.new"
    die_unwritable "$RECORD_FILE"
  fi
}

# --- files -----------------------------------------------------------------------------------

# digest FILE: sets DIGEST to its SHA-256, or to '' when there is no such file.
digest() {
  DIGEST=''
  if [[ -e $1 ]]; then
    # From stdin: with a name, a backslash in it would be escaped in the output.
    if ! DIGEST=$(sha256sum <"$1"); then
      quote_word "$1"
      die "cannot read $1." "Look with:" "  ls -ld $QUOTED"
    fi
    DIGEST=${DIGEST%% *}
  fi
}

# same_file PATH PATH: two names of one file. -ef would follow links, and fail for those to nowhere.
same_file() {
  [[ $(stat -c %d:%i -- "$1" 2>/dev/null) == "$(stat -c %d:%i -- "$2" 2>/dev/null || echo none)" ]]
}

# free_name PATH: sets FREE to PATH, or PATH.1 and so on when that is taken: an older .previous,
# of the guide's own script for example, is never overwritten.
free_name() {
  local number=0
  FREE=$1
  while [[ -e $FREE || -L $FREE ]]; do
    number=$((number + 1))
    FREE=$1.$number
  done
}
