# shellcheck shell=bash
# Pid files that cannot lie, and processes that outlive the script that started them.
#
# A pid alone is no proof: after a crash or a reboot the number may belong to something else. So a
# pid file has three lines: pid, start time of the process, boot id of the machine.

BOOT_ID=''
if [[ -r /proc/sys/kernel/random/boot_id ]]; then
  read -r BOOT_ID </proc/sys/kernel/random/boot_id
fi

# read_stat PID: sets STAT_STATE, STAT_PARENT and STAT_START from /proc/PID/stat.
read_stat() {
  local text='' IFS=' '
  local -a fields
  # The second field is the program's name in parentheses and may hold blanks, parentheses and
  # newlines: what counts comes after the last ")".
  { read -r -d '' text <"/proc/$1/stat"; } 2>/dev/null || true
  if [[ $text != *') '* ]]; then
    return 1
  fi
  # shellcheck disable=SC2206 # numbers and one letter: to be split, and nothing to expand
  fields=(${text##*) })
  STAT_STATE=${fields[0]}
  STAT_PARENT=${fields[1]}
  STAT_START=${fields[19]}
}

# read_pid_file FILE: sets FILE_PID, FILE_START, FILE_BOOT; 1 when it is missing or no pid file.
read_pid_file() {
  FILE_PID='' FILE_START='' FILE_BOOT=''
  {
    read -r FILE_PID
    read -r FILE_START
    read -r FILE_BOOT
  } 2>/dev/null <"$1" || true
  [[ $FILE_PID =~ ^[1-9][0-9]*$ ]]
}

# process_alive FILE: the process that wrote this pid file still runs.
process_alive() {
  read_pid_file "$1" 2>/dev/null || return 1
  [[ $FILE_BOOT == "$BOOT_ID" ]] && same_process "$FILE_PID" "$FILE_START"
}

# same_process PID START: that very process is there, and not a zombie.
same_process() {
  read_stat "$1" && [[ $STAT_START == "$2" && $STAT_STATE != [ZXx] ]]
}

# write_pid_file FILE: of the process that calls this, which may be a subshell.
write_pid_file() {
  local pid=$BASHPID temporary=$1.new
  read_stat "$pid" || return 1
  # Renamed into place, so that nobody ever reads half a pid file.
  { printf '%s\n' "$pid" "$STAT_START" "$BOOT_ID" >"$temporary" && mv -f -- "$temporary" "$1"; } 2>/dev/null
}

# become WORD...: this process becomes the daemon, with a clean environment (etcd would read
# ETCD_*, flanneld FLANNELD_*), in the bundle's folder, and holding no file of ours, above all
# not the lock.
become() {
  local file number home=/root
  # The kubelet looks for the registry's credentials in its home, which is then in the bundle.
  if [[ -n ${KB_HOME-} ]]; then
    home=$KB_ROOT/$KB_HOME
  fi
  cd -- "$KB_ROOT" || exit "$EXIT_FAILED"
  for file in "/proc/$BASHPID/fd"/*; do
    number=${file##*/}
    # 255 is bash's own and closes itself.
    if ((number > 2 && number != 255)); then
      eval "exec $number>&-"
    fi
  done
  # The program is never the first word after the variables: env would take a path with "=" in
  # it for one more variable. setsid and nice (which changes nothing) both exec in place.
  exec env -i "PATH=$KB_ROOT/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    "HOME=$home" LANG=C ${KB_ENVIRONMENT[@]+"${KB_ENVIRONMENT[@]}"} "${BECOME_WITH[@]}" "$@"
}

# spawn PID_FILE LOG WORD...: starts the daemon in the background and sets SPAWNED to its pid.
# The child writes the pid file itself and then becomes the daemon: whenever this script is
# killed, there is never a daemon that no pid file knows. It holds the lock until then.
spawn() {
  local pid_file=$1 log=$2
  shift 2
  (
    trap - INT TERM HUP
    if ! write_pid_file "$pid_file"; then
      complain "cannot write $pid_file, so nothing was started: is the disk full?" \
        "Look with:" "  df -h $TYPED_ROOT"
      exit "$EXIT_FAILED"
    fi
    exec </dev/null >>"$log" 2>&1 || exit "$EXIT_FAILED"
    BECOME_WITH=(setsid)
    become "$@"
  ) &
  # shellcheck disable=SC2034 # unit.sh waits for it
  SPAWNED=$!
  # Else bash would print a line of its own when the daemon is killed while we wait.
  # It may have ended already, and disown fails then.
  disown "$SPAWNED" 2>/dev/null || true
}

# children_of_bundle PID: sets CHILDREN to "pid:start" words of its children from bin/.
children_of_bundle() {
  local folder pid program
  CHILDREN=()
  for folder in /proc/[0-9]*; do
    pid=${folder#/proc/}
    if read_stat "$pid" && [[ $STAT_PARENT == "$1" ]]; then
      program=$(readlink -- "$folder/exe" 2>/dev/null) || true
      if [[ $program == "$KB_ROOT/bin/"* ]]; then
        CHILDREN+=("$pid:$STAT_START")
      fi
    fi
  done
}

# age_of_process PID: sets AGE to a short text such as "3h 12m".
age_of_process() {
  local uptime seconds
  AGE='?'
  read_stat "$1" || return 0
  read -r uptime _ </proc/uptime
  # The kernel counts start times in hundredths of a second for every program, on every machine.
  seconds=$((${uptime%%.*} - STAT_START / 100))
  if ((seconds < 0)); then seconds=0; fi
  if ((seconds < 60)); then
    AGE="${seconds}s"
  elif ((seconds < 3600)); then
    AGE="$((seconds / 60))m $((seconds % 60))s"
  elif ((seconds < 86400)); then
    AGE="$((seconds / 3600))h $((seconds % 3600 / 60))m"
  else
    # shellcheck disable=SC2034 # status.sh prints it
    AGE="$((seconds / 86400))d $((seconds % 86400 / 3600))h"
  fi
}
