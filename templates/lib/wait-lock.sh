# shellcheck shell=bash
# Waiting one's turn. Needs common.sh.

# wait_lock PATH [SECONDS]: holds the kernel's lock on PATH until this process ends. PATH is a file
# to be made, or a folder that is there: a folder outside of the bundle (/etc, /usr/bin) keeps the
# scripts of two bundles on one host apart as well, and nothing has to be left behind in it.
# File descriptor 8, as try_lock: a script holds one lock.
wait_lock() {
  local path=$1 seconds=${2:-60}
  if [[ -d $path ]]; then
    if ! { exec 8<"$path"; } 2>/dev/null; then
      quote_word "$path"
      die "cannot open $path." "Look with:" "  ls -ld $QUOTED"
    fi
  elif ! { exec 8>>"$path"; } 2>/dev/null; then
    die_unwritable "$path"
  fi
  if flock -n 8; then
    return 0
  fi
  say "Another $KB_SCRIPT is at work: waiting up to $seconds s for it to end."
  flock -w "$seconds" 8 || die "another $KB_SCRIPT still holds the lock on $path after $seconds s." \
    "See what it does, and run this again when it has ended:" "  ps -ef | grep '[${KB_SCRIPT:0:1}]${KB_SCRIPT:1}'"
}
