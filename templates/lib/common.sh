# shellcheck shell=bash
# What every script of a bundle uses: messages, exit codes, quoting, checks of the host, locks.
# Sourced with KB_ROOT (the unpacked bundle) set. Plain bash 4.2 and newer.

# Exit codes of all host scripts; 0 is "done, or already so".
# shellcheck disable=SC2034 # read by the scripts that source this
readonly EXIT_FAILED=1 # failed, and the cause was said
readonly EXIT_CANNOT=2 # cannot act here: usage, not root, wrong host, missing tool
# shellcheck disable=SC2034 # read by the scripts that source this
readonly EXIT_WAITING=3 # started and left running, but waiting for others

# One meaning for letters, cases and bytes on every host: ${x^^} of "i" is no "I" in Turkish, and
# grep takes a log with a stray byte for a binary file in UTF-8.
export LC_ALL=C

# What the script's data block did not set comes from the caller's environment, and means nothing.
for name in ${!KB_*}; do
  if [[ $name != KB_ROOT ]]; then
    # Those of the data block are readonly, and stay.
    unset -v "$name" 2>/dev/null || true
  fi
done
unset -v name

KB_SCRIPT=${0##*/}

# A login without "-" has no sbin in PATH, and ip, modprobe and iptables live there.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
export PATH

# Files made here are to be readable by status.sh of any user, whatever umask the caller has.
umask 022

# bash 5.2 gives "&" in ${text//a/b} a meaning, and a folder may be called "a&b".
shopt -u patsub_replacement 2>/dev/null || true

# --- messages --------------------------------------------------------------------------------

# print_wrapped PREFIX TEXT: TEXT in lines of 80 columns. No here-documents anywhere in messages:
# bash before 5.1 needs a temporary file for them, and "the disk is full" is one of the messages.
print_wrapped() {
  local line=$1 rest=$2 gap='' word
  while [[ -n $rest ]]; do
    word=${rest%% *}
    if [[ $rest == *' '* ]]; then rest=${rest#* }; else rest=''; fi
    if [[ -n $gap ]] && ((${#line} + 1 + ${#word} > 80)); then
      printf '%s\n' "$line"
      line="  $word"
    else
      line+=$gap$word
    fi
    gap=' '
  done
  printf '%s\n' "$line"
}

# print_message PREFIX LINE...: the first line after PREFIX, the others indented. A line that
# starts with a blank is something to type or to quote: it is never wrapped.
print_message() {
  local prefix=$1 line
  shift
  for line in "$@"; do
    if [[ $line == ' '* ]]; then
      printf '  %s\n' "$line"
    else
      print_wrapped "$prefix" "$line"
    fi
    prefix='  '
  done
}

# say LINE...: progress and results, on stdout.
# Output that nobody can take (a closed pipe, a full disk) is no reason to stop half-way.
say() {
  {
    progress_end
    print_message '' "$@"
  } || true
}

# warn LINE...: what a person should know although it goes on.
warn() {
  {
    progress_end
    print_message 'warning: ' "$@" >&2
  } || true
}

# complain LINE...: an error message alone; the caller decides how it goes on.
complain() {
  {
    progress_end
    print_message "$KB_SCRIPT: " "$@" >&2
  } || true
}

# die LINE...: it failed: what is wrong, then what to type next. Exit 1.
die() {
  complain "$@"
  exit "$EXIT_FAILED"
}

# refuse LINE...: it cannot be done here. Exit 2.
refuse() {
  complain "$@"
  exit "$EXIT_CANNOT"
}

# --- time and progress -----------------------------------------------------------------------

# Sets NOW: seconds of the machine's uptime, because the wall clock may jump while we wait.
read_clock() {
  local uptime
  read -r uptime _ </proc/uptime
  NOW=${uptime%%.*}
}
read_clock
STARTED_AT=$NOW
PROGRESS_LINE=''
PROGRESS_NEXT=0

# progress TEXT: what is waited for, and since when. A live line on a terminal, where the text is cut
# rather than the time, else one line every 5 seconds.
progress() {
  local elapsed
  read_clock
  elapsed="... $((NOW - STARTED_AT)) s"
  if ((${OPT_SERVICE:-0})); then
    service_progress "$1"
  elif [[ -t 1 ]]; then
    PROGRESS_LINE="${1:0:78-${#elapsed}} $elapsed"
    printf '\r\033[K%s' "$PROGRESS_LINE" || true
  elif ((NOW >= PROGRESS_NEXT)); then
    print_wrapped '' "$1 $elapsed" || true
    PROGRESS_NEXT=$((NOW + 5))
  fi
}

# Wipes the live line before anything else is printed.
progress_end() {
  if [[ -n $PROGRESS_LINE ]]; then
    printf '\r\033[K'
    PROGRESS_LINE=''
  fi
}

# pause SECONDS: a sleep that does not hold the lock, so that kill -9 of us frees it at once.
pause() {
  sleep "$1" 8>&- || true
  if [[ -n ${KUBEBALE_STARTER-} && ! -d /proc/$KUBEBALE_STARTER ]]; then
    starter_is_gone
  fi
}

# start.sh, which had called this, was ended: nobody waits for the result any more.
starter_is_gone() {
  complain "start.sh has ended, so this ends too; what runs already goes on running."
  exit 143
}

# past_deadline SECONDS: SECONDS have gone by since the script began; 0 is "without limit".
past_deadline() {
  read_clock
  (($1 > 0 && NOW - STARTED_AT >= $1))
}

# shellcheck source=quote.sh
. "$KB_ROOT/lib/quote.sh"

# --- checks of this host ---------------------------------------------------------------------

require_root() {
  if ((EUID != 0)); then
    quote_word "$(readlink -f -- "$0")"
    refuse "this has to run as root." "Type:" "  sudo $QUOTED"
  fi
}

# require_tools NAME...: programs that a normal Linux host has.
require_tools() {
  local tool
  local -a missing=()
  for tool in "$@"; do
    type -P "$tool" >/dev/null || missing+=("$tool")
  done
  if ((${#missing[@]} > 0)); then
    refuse "this host lacks: ${missing[*]}." \
      "They come with coreutils, util-linux, iproute2, kmod or iptables: install the package, then run this again."
  fi
}

# require_host: this host carries KB_ADDRESS. With --force (OPT_FORCE=1) it only says so.
require_host() {
  local address
  local -a found=()
  require_tools ip awk
  while read -r address; do
    if [[ $address == "$KB_ADDRESS" ]]; then
      return 0
    fi
    found+=("$address")
  done < <(ip -4 -o addr show 2>/dev/null | awk '{ sub("/.*", "", $4); print $4 }')
  if ((${OPT_FORCE:-0})) || [[ -n ${KUBEBALE_ANY_HOST-} ]]; then
    warn "this host does not carry $KB_ADDRESS; going on because of --force."
    return 0
  fi
  refuse "this is the bundle of $KB_HOST ($KB_ADDRESS), and no interface here carries that address." \
    "Found: ${found[*]-none}" \
    "Unpack the tarball of this host instead, or add --force when this is right."
}

# mount_path TEXT: sets MOUNT_PATH to a path as /proc/self/mountinfo writes it: blanks and the like as \040. printf %b
# would read \0401 as one number.
mount_path() {
  MOUNT_PATH=$1
  MOUNT_PATH=${MOUNT_PATH//\\040/ }
  MOUNT_PATH=${MOUNT_PATH//\\011/$'\t'}
  MOUNT_PATH=${MOUNT_PATH//\\012/$'\n'}
  MOUNT_PATH=${MOUNT_PATH//\\134/\\}
}

# --- files -----------------------------------------------------------------------------------

# die_unwritable PATH: one message for a full disk, a read-only one and a missing permission.
die_unwritable() {
  quote_word "${1%/*}"
  die "cannot write $1: is the disk full, or read-only?" "Look with:" "  df -h $QUOTED; ls -ld $QUOTED"
}

# make_folder PATH: mkdir -p with a message that says what to do.
make_folder() {
  local reason
  if ! reason=$(mkdir -p -- "$1" 2>&1); then
    quote_words "$1" "${1%/*}"
    die "cannot make the folder $1: ${reason##*: }." "Look with:" "  df -h; ls -ld $QUOTED"
  fi
}

# --- locks -----------------------------------------------------------------------------------

# try_lock FILE: takes the lock on file descriptor 8, or sets LOCK_HOLDER (a pid, or nothing) and
# returns 1. The lock is the kernel's: it ends with the process, however that ends.
try_lock() {
  if ! { exec 8>>"$1"; } 2>/dev/null; then
    die_unwritable "$1"
  fi
  if flock -n 8; then
    # Only so that others can say who is at work: a full disk is no reason to stop here.
    { printf '%s\n' "$$" >"$1"; } 2>/dev/null || true
    return 0
  fi
  LOCK_HOLDER=''
  # shellcheck disable=SC2034 # the caller says who it is
  read -r LOCK_HOLDER <"$1" || true
  exec 8>&-
  return 1
}
