# shellcheck shell=bash
# One log: copied to X.log.rotating, emptied, the copy becomes X.log.1. Killed at any point, the next
# run sees from the copy how far this one was.

# size_of FILE: sets SIZE; 0 when it is not there.
size_of() {
  SIZE=$(stat -c %s -- "$1" 2>/dev/null) || SIZE=0
}

# rotate_log FILE: when it is larger than LOG_BYTES. Sets ROTATED, or NOT_ROTATED.
rotate_log() {
  local file=$1 name=${1##*/} bytes
  finish_interrupted "$file"
  size_of "$file"
  bytes=$SIZE
  if ((bytes > LOG_BYTES)); then
    if ! copy_log "$file"; then
      # shellcheck disable=SC2034 # rotate-logs.sh ends with 1 for it
      NOT_ROTATED=1
      quote_word "$file"
      complain "log/$name ($((bytes / 1024)) KiB) could not be copied: is the disk full?" \
        "Look at it. To do without what is in this log, type the second:" "  df -h $TYPED_ROOT/log" "  truncate -s 0 $QUOTED"
      return 0
    fi
    keep_copy "$file"
    # shellcheck disable=SC2034 # rotate-logs.sh says whether there was anything to do
    ROTATED=1
    say "Rotated log/$name ($((bytes / 1024)) KiB)."
  fi
  tidy_copies "$file"
}

# copy_log FILE: all of it to FILE.rotating, and the moment the copy has all, FILE is emptied. Nothing
# may come between the last read and that: what is written there is lost.
copy_log() {
  local file=$1 copy=$1.rotating round whole=0
  { : >"$copy" && chmod --reference="$file" -- "$copy"; } 2>/dev/null || return 1
  # What came while the first part was copied is copied next, until that is but a moment's work.
  for ((round = 0; round < 20; round++)); do
    copy_more "$file" || return 1
    size_of "$copy"
    COPIED=$SIZE
    size_of "$file"
    if ((SIZE - COPIED < 65536)); then
      break
    fi
  done
  # A daemon that died in the middle of a line, and writes no more.
  if ((SIZE == COPIED)) && ! ends_line "$copy"; then
    whole=1
  fi
  if ! { tail -c "+$((COPIED + 1))" -- "$file" >>"$copy" && : >"$file"; } 2>/dev/null; then
    rm -f -- "$copy"
    return 1
  fi
  # Else the half of a line that was read while the daemon wrote it: its other half is lost.
  if ((!whole)) && ! ends_line "$copy"; then
    drop_half_line "$copy"
  fi
}

# copy_more FILE: what the copy does not have. On a full disk the oldest copies make room.
copy_more() {
  local copy=$1.rotating
  while :; do
    size_of "$copy"
    if tail -c "+$((SIZE + 1))" -- "$1" 2>/dev/null >>"$copy"; then
      return 0
    elif ! drop_oldest "$1"; then
      rm -f -- "$copy"
      return 1
    fi
  done
}

# ends_line FILE: it is empty, or ends with a newline.
ends_line() {
  [[ -z $(tail -c 1 -- "$1" | tr '\n\000' '\000x' | tr -d '\000') ]]
}

drop_half_line() {
  local half
  half=$(tail -c 65536 -- "$1" | tail -n 1 | wc -c)
  truncate -s "-$half" -- "$1"
}

# finish_interrupted FILE: a copy is left of a run that was killed, or of a reboot. Is the log emptied
# already? Then the copy is all there is of it.
finish_interrupted() {
  local file=$1 copy=$1.rotating bytes
  [[ -e $copy ]] || return 0
  size_of "$copy"
  bytes=$SIZE
  size_of "$file"
  if ((bytes == 0)) || { ((SIZE >= bytes)) && same_start "$file" "$copy" "$bytes"; }; then
    rm -f -- "$copy"
  else
    keep_copy "$file"
  fi
}

# same_start FILE COPY BYTES: FILE begins with all of COPY.
same_start() {
  [[ $(head -c "$3" -- "$1" | sha256sum) == "$(sha256sum <"$2")" ]]
}

# keep_copy FILE: FILE.rotating becomes FILE.1, .1 becomes .2, and so on up to the first free number.
keep_copy() {
  local file=$1 number free=1 ending
  while ((free < LOG_KEEP)) && has_copy "$file" "$free"; do
    free=$((free + 1))
  done
  rm -f -- "$file.$free" "$file.$free.gz"
  for ((number = free; number > 1; number--)); do
    for ending in '' .gz; do
      if [[ -e $file.$((number - 1))$ending ]]; then
        mv -f -- "$file.$((number - 1))$ending" "$file.$number$ending" || die_unwritable "$file.$number"
      fi
    done
  done
  mv -f -- "$file.rotating" "$file.1" || die_unwritable "$file.1"
}

# has_copy FILE NUMBER
has_copy() {
  [[ -e $1.$2 || -e $1.$2.gz ]]
}

# drop_oldest FILE: fails when there is none.
drop_oldest() {
  local number=1
  has_copy "$1" 1 || return 1
  while has_copy "$1" $((number + 1)); do
    number=$((number + 1))
  done
  rm -f -- "$1.$number" "$1.$number.gz"
  warn "the disk is full: deleted log/${1##*/}.$number to make room."
}

# tidy_copies FILE: compresses what is not, also after a run that was killed, and drops those beyond --keep.
tidy_copies() {
  local file=$1 number
  for ((number = 1; number <= LOG_KEEP; number++)); do
    rm -f -- "$file.$number.gz~"
    if [[ ! -e $file.$number ]]; then
      continue
    elif [[ -e $file.$number.gz ]]; then
      # It was renamed when it was whole.
      rm -f -- "$file.$number"
    elif ((!OPT_PLAIN)) && type -P gzip >/dev/null; then
      compress_copy "$file.$number"
    fi
  done
  while has_copy "$file" "$number"; do
    rm -f -- "$file.$number" "$file.$number.gz"
    number=$((number + 1))
  done
}

# compress_copy FILE: on a full disk it stays as it is, and the next run tries again.
compress_copy() {
  if { gzip -c -- "$1" >"$1.gz~" && chmod --reference="$1" -- "$1.gz~"; } 2>/dev/null; then
    mv -f -- "$1.gz~" "$1.gz" && rm -f -- "$1"
  else
    rm -f -- "$1.gz~"
  fi
}
