# shellcheck shell=bash
# What the scripts share that change an etcd cluster: the question before, the place of the data, the space, and
# whether a process still holds data. A script here is the unit "etcd" (unit.sh) with another main function.

# shellcheck source=units/etcd.sh
. "$KB_ROOT/lib/units/etcd.sh"
# shellcheck source=etcd-survey.sh
. "$KB_ROOT/lib/etcd-survey.sh"

# Sets what all of them need and holds the lock: they change the same data and the same cluster.
life_begin() {
  TIMEOUT=${OPT_TIMEOUT:-$KB_TIMEOUT}
  require_root
  require_tools awk cp date df du find flock grep mkdir mktemp mountpoint mv od readlink rm sed setsid sha256sum sort stat sync tail timeout
  require_host
  read_command_line
  require_program
  if [[ ! -x $KB_ROOT/bin/etcdctl ]]; then
    refuse "bin/etcdctl is not in this bundle: compile with --artifacts, or copy it to" "  $TYPED_ROOT/bin/"
  fi
  refuse_odd_path "$KB_ETCD_DATA_DIR"
  case " ${KB_ARGV[*]-} " in
    *" --wal-dir"*) refuse "this etcd keeps its log in a folder of its own (--wal-dir), and this script knows only data that lies together." ;;
  esac
  make_folder "$KB_ROOT/run"
  make_folder "$KB_ROOT/log"
  # A script that was killed leaves a cp behind, which holds the lock until it ends: two must not write one copy.
  until try_lock "$KB_ROOT/run/etcd-life.lock"; do
    if past_deadline 10; then
      die "another script of etcd/ (pid ${LOCK_HOLDER:-unknown}) is at work here, or what it left behind." \
        "Wait for its end, then run this again. See what it is with:" "  ps -ef | grep '[e]tcd'"
    fi
    progress "another script of etcd/ (pid ${LOCK_HOLDER:-unknown}) is at work, waiting for it"
    pause 0.5
  done
  find_place
}

# refuse_odd_path PATH: it is kept in files of one line each.
refuse_odd_path() {
  if [[ $1 == *[[:cntrl:]]* ]]; then
    refuse "a path with control characters in it is not taken here."
  fi
}

# Sets PLACE, to which a word is added for a folder beside the data on the same file system; where a disk is mounted
# right at the data folder, that is in it.
find_place() {
  local folder
  # Beside where it is, not beside a link to it.
  folder=$(readlink -m -- "$KB_ETCD_DATA_DIR")
  PLACE=$folder.
  if mountpoint -q -- "$folder" || [[ -d $folder && $(stat -c %d -- "$folder") != "$(stat -c %d -- "${folder%/*}/")" ]]; then
    PLACE=$folder/
  fi
}

# confirm LINE...: what will be done; asks, unless --yes was given.
confirm() {
  local answer=''
  say "Cluster $KB_CLUSTER, host $KB_HOST:" "$@"
  if ((OPT_YES)); then
    return 0
  fi
  if [[ ! -t 0 ]]; then
    refuse "this asks before it does anything, and there is no terminal to ask on." "Add --yes when it is right."
  fi
  printf 'Type yes to go on: '
  read -r answer || true
  if [[ $answer != yes ]]; then
    say "Nothing was changed."
    exit "$EXIT_FAILED"
  fi
}

# require_unheld FOLDER: no process holds this data. etcd 2.x locks its log with flock, 3.x with a lock of the open
# file description, which flock does not see, and its database with flock (pkg/fileutil/lock_*.go; bbolt).
require_unheld() {
  local file
  for file in "$1"/member/wal/*.wal "$1"/member/snap/db; do
    if [[ ! -e $file ]]; then
      continue
    fi
    HOLDER=''
    if flock -n "$file" true 8>&- && ! kernel_lock "$file" && ! find_holder "$file"; then
      continue
    fi
    [[ -n $HOLDER ]] || find_holder "$file" || true
    refuse "an etcd still runs on $1${HOLDER:+ (pid $HOLDER)}: it holds ${file##*/}. Nothing was changed." \
      "Stop it first, and see that nothing starts it again. Which process it is shows:" "  ps -fp ${HOLDER:-PID}"
  done
}

# kernel_lock FILE: /proc/locks has a lock of any kind on it, by MAJOR:MINOR:INODE, the first two in hexadecimal.
kernel_lock() {
  awk -v device="$(stat -c %d -- "$1")" -v inode="$(stat -c %i -- "$1")" '
    function number(text,   value, i) {
      for (i = 1; i <= length(text); i++) value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
      return value
    }
    BEGIN {
      major = int(device / 256) % 4096
      minor = device % 256 + int(device / 1048576) * 256
    }
    {
      for (i = 1; i <= NF; i++)
        if (split($i, part, ":") == 3 && part[3] == inode && number(part[1]) == major && number(part[2]) == minor) found = 1
    }
    END { exit !found }' /proc/locks
}

# find_holder FILE: sets HOLDER to the pid of a process that has it open for writing.
find_holder() {
  local link
  HOLDER=''
  for link in /proc/[0-9]*/fd/*; do
    if [[ $link -ef $1 ]] && [[ $(stat -c %A -- "$link" 2>/dev/null) == ??w* ]]; then
      HOLDER=${link#/proc/}
      HOLDER=${HOLDER%%/*}
      return 0
    fi
  done
  return 1
}

# require_space SOURCE TARGET [COPIES]: TARGET's file system has room for copies of SOURCE and what etcd adds when it
# starts: two pieces of its log, 64 MB each, that it lays out in advance.
require_space() {
  local needed free folder=$2
  until [[ -d $folder ]]; do folder=$(dirname -- "$folder"); done
  needed=$(du -sk -- "$1" | awk -v copies="${3-1}" '{ print int($1 * 1.1) * copies + 131072 }')
  free=$(df -Pk -- "$folder" | awk 'NR == 2 { print $4 }')
  if ((free < needed)); then
    quote_word "$folder"
    refuse "there is not enough space in $folder: $((needed / 1024)) MB are needed, $((free / 1024)) MB are free. Nothing was changed." \
      "Look with:" "  df -h $QUOTED"
  fi
}

# keep_value KEY VALUE FILE: replaces the line of KEY, in one step that a kill cannot halve.
keep_value() {
  {
    {
      if [[ -e $3 ]]; then grep -v "^$1=" "$3" || true; fi
      printf '%s=%s\n' "$1" "$2"
    } >"$3.new" && sync -- "$3.new" && mv -f -- "$3.new" "$3"
  } 2>/dev/null || die_unwritable "$3"
}

# kept_value KEY FILE: sets KEPT, '' when there is none.
kept_value() {
  local line
  KEPT=''
  if [[ -r $2 ]]; then
    while IFS= read -r line; do
      # shellcheck disable=SC2034 # the callers read it
      if [[ $line == "$1="* ]]; then KEPT=${line#*=}; fi
    done <"$2"
  fi
}

# set_aside NAME: this member's data, whole, into a folder of that name beside it; nothing is ever deleted.
set_aside() {
  ASIDE=$PLACE$1
  make_folder "$ASIDE"
  if [[ -e $KB_ETCD_DATA_DIR/member ]]; then
    mv -T -- "$KB_ETCD_DATA_DIR/member" "$ASIDE/member" ||
      die "cannot move $KB_ETCD_DATA_DIR/member to $ASIDE." "When that is mended, run this again."
  fi
  rm -f -- "$FIRST_START_FILE"
}

# start_member: by this bundle's own start script; returns its exit code. With the time given it does not end early
# because hosts of the list are missing that this cluster does not have yet.
start_member() {
  local -a options=(--timeout "$TIMEOUT")
  if ((OPT_FORCE)); then
    options+=(--force)
  fi
  KUBEBALE_GUARD_STANDS=1 "$BASH" "$KB_ROOT/etcd/start-etcd.sh" ${options[@]+"${options[@]}"} 8>&-
}

stop_member() {
  local -a options=()
  if ((OPT_FORCE)); then
    options+=(--force)
  fi
  "$BASH" "$KB_ROOT/etcd/stop-etcd.sh" ${options[@]+"${options[@]}"} 8>&-
}

# typed SCRIPT: sets TYPED to its path as it is typed on this host.
typed() {
  quote_word "$KB_ROOT/etcd/$1"
  # shellcheck disable=SC2034 # the callers say it
  TYPED=$QUOTED
}

# give_up_lines: sets GIVE_UP to how the work in DATA-DIR.in-progress is finished, or given up.
give_up_lines() {
  local script stamp step
  kept_value script "$KB_ETCD_DATA_DIR.in-progress"
  script=$KEPT
  kept_value stamp "$KB_ETCD_DATA_DIR.in-progress"
  stamp=$KEPT
  kept_value step "$KB_ETCD_DATA_DIR.in-progress"
  step=$KEPT
  typed "$script"
  GIVE_UP=("To finish it (without --from), type:" "  $TYPED")
  case $step in
    copy | founding | founded)
      if [[ ! -e ${PLACE}before-$stamp ]]; then
        quote_words "$KB_ETCD_DATA_DIR.in-progress" "${PLACE}new"
        GIVE_UP+=("To give it up instead, which deletes the copy that it made and nothing else:" "  rm -rf $QUOTED")
      fi
      ;;
  esac
}
