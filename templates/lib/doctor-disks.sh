# shellcheck shell=bash
# The file systems that this host's data and bundle are on, for the checks of doctor.sh.

# look_at_disks -k|-i: sets DISK_MOUNT, DISK_TOTAL, DISK_FREE (KiB or inodes) and DISK_UNITS, one for
# each file system.
look_at_disks() {
  local index path name total free mount seen
  DISK_MOUNT=() DISK_TOTAL=() DISK_FREE=() DISK_UNITS=()
  local -a pairs=(${KB_DATA_PATHS[@]+"${KB_DATA_PATHS[@]}"} "$KB_ROOT" 'this bundle')
  for ((index = 0; index + 1 < ${#pairs[@]}; index += 2)); do
    path=${pairs[index]} name=${pairs[index + 1]}
    # What is not there yet will be made on the file system of the folder above it.
    while [[ ! -e $path && $path == */* && -n ${path%/*} ]]; do
      path=${path%/*}
    done
    if [[ ! -e $path ]]; then
      path=/
    fi
    read -r total free mount < <(df -P "$1" -- "$path" | awk 'NR == 2 { rest = $0; for (i = 1; i < 6; i++) sub(/^[^ ]+ +/, "", rest); print $2, $4, rest }')
    for ((seen = 0; seen < ${#DISK_MOUNT[@]}; seen++)); do
      if [[ ${DISK_MOUNT[seen]} == "$mount" ]]; then
        break
      fi
    done
    if ((seen == ${#DISK_MOUNT[@]})); then
      DISK_MOUNT+=("$mount") DISK_TOTAL+=("$total") DISK_FREE+=("$free") DISK_UNITS+=("$name")
    elif [[ ", ${DISK_UNITS[seen]}, " != *", $name, "* ]]; then
      DISK_UNITS[seen]+=", $name"
    fi
  done
}

# judge_disks BAD WARNING CURE...: ends the check. Bad with less than BAD left, a warning with less
# than WARNING or a tenth. MOUNT in the cure is the file system.
judge_disks() {
  local index text line verdict=good worst='' observed='' low=$1 lower=$2
  shift 2
  for ((index = 0; index < ${#DISK_MOUNT[@]}; index++)); do
    free_text "$index" "$low"
    text="$FREE_TEXT on ${DISK_MOUNT[index]} (${DISK_UNITS[index]})"
    # btrfs makes inodes as it needs them, and says 0.
    if ((DISK_TOTAL[index] == 0)); then
      continue
    elif ((DISK_FREE[index] < low)); then
      verdict=bad worst=${DISK_MOUNT[index]}
    elif [[ $verdict != bad ]] && ((DISK_FREE[index] < lower || DISK_FREE[index] * 10 < DISK_TOTAL[index])); then
      verdict=warning worst=${DISK_MOUNT[index]}
    fi
    observed+=${observed:+, }$text
  done
  if [[ $verdict == good ]]; then
    good "${observed:-without a limit}"
  fi
  quote_word "$worst"
  local -a cure=()
  for line in "$@"; do
    cure+=("${line//MOUNT/$QUOTED}")
  done
  "$verdict" "$observed" "${cure[@]}" # never empty: all callers give one
}

# free_text INDEX UNIT: sets FREE_TEXT. Space counts in MiB or GiB, inodes as they are.
free_text() {
  local free=${DISK_FREE[$1]} total=${DISK_TOTAL[$1]}
  if (($2 < 10000)); then
    FREE_TEXT=$free
  elif ((free < 10 * 1024 * 1024)); then
    FREE_TEXT="$((free / 1024)) MiB"
  else
    FREE_TEXT="$((free / 1024 / 1024)) GiB"
  fi
  if ((total > 0)); then
    FREE_TEXT+=" ($((free * 100 / total))%)"
  fi
}
