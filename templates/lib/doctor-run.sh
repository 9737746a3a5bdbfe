# shellcheck shell=bash disable=SC2034 # doctor-report.sh reads the lists
# Runs the checks of doctor.sh: several at a time, each in a process group of its own, with a time
# limit after which it is killed with all its children.

readonly CHECK_GROUPS='bundle host network storage etcd master flannel docker node cluster'
readonly CHECKS_AT_ONCE=8

# Sets CHECKS to the ids in the order of the report, and C_TITLE, C_GROUP, … by id.
read_checks() {
  local id title group phase roles question limit
  declare -gA C_TITLE C_GROUP C_PHASE C_ROLES C_QUESTION C_LIMIT
  CHECKS=()
  # 037 between the fields: read would swallow an empty one between tabs.
  while IFS=$'\037' read -r _ id title group phase roles question limit; do
    CHECKS+=("$id")
    C_TITLE[$id]=$title C_GROUP[$id]=$group C_PHASE[$id]=$phase
    C_ROLES[$id]=$roles C_QUESTION[$id]=$question C_LIMIT[$id]=$limit
  done < <(print_fields | sort -t $'\037' -k 1,1n -k 2,2)
}

# print_fields: the fields of every check. A file that bash cannot read is still a check: it runs, and says
# so.
print_fields() {
  local file id
  for file in "$KB_ROOT"/lib/checks/*.sh; do
    id=${file##*/}
    id=${id%.sh}
    (print_fields_of "$file" "$id") 2>/dev/null ||
      printf '0\037%s\037%s\037bundle\037before after\037etcd master node\037\03710\n' "$id" "$id"
  done
}

# print_fields_of FILE ID: the number of its group comes first.
print_fields_of() {
  local before check_title='' check_group='' check_phase='' check_roles='' check_question='' check_limit=10
  # shellcheck source=/dev/null
  . "$1" && [[ -n $check_title && " $CHECK_GROUPS " == *" $check_group "* ]] || return 1
  before=${CHECK_GROUPS%%"$check_group"*}
  # shellcheck disable=SC2086 # a list of words, to be counted
  set -- "$2" $before
  printf '%s\037' "$(($# - 1))" "$1" "$check_title" "$check_group" "$check_phase" "$check_roles" "$check_question"
  printf '%s\n' "$check_limit"
}

# Sets CHOSEN to the ids that run: those of --only, or all of this phase and of this host's roles.
choose_checks() {
  local id role
  CHOSEN=()
  if ((${#ONLY[@]} > 0)); then
    for id in "${ONLY[@]}"; do
      [[ -n ${C_TITLE[$id]-} ]] || unknown_id "$id"
    done
    for id in ${CHECKS[@]+"${CHECKS[@]}"}; do
      if [[ " ${ONLY[*]-} " == *" $id "* ]]; then
        CHOSEN+=("$id")
      fi
    done
    return 0
  fi
  for id in ${CHECKS[@]+"${CHECKS[@]}"}; do
    # shellcheck disable=SC2153 # doctor.sh sets it
    if [[ " ${C_PHASE[$id]} " != *" $PHASE "* ]]; then
      continue
    fi
    for role in ${C_ROLES[$id]}; do
      if has_role "$role"; then
        CHOSEN+=("$id")
        break
      fi
    done
  done
}

unknown_id() {
  complain "there is no check $1. These are there:"
  list_checks >&2
  exit "$EXIT_CANNOT"
}

# --- inside of a check -----------------------------------------------------------------------

good() { verdict good "$@"; }
warning() { verdict warning "$@"; }
bad() { verdict bad "$@"; }
unknown() { verdict unknown "$@"; }
skip() { verdict skip "$@"; }

# verdict KIND OBSERVED CURE...: the check's one result, and its end.
verdict() {
  if [[ -e $WORK/$CHECK_ID.result ]]; then
    printf '%s\n' "said $1 after its result was there" >>"$WORK/$CHECK_ID.twice"
  else
    printf '%s\0' "$@" >"$WORK/$CHECK_ID.result"
  fi
  exit 0
}

# run_one ID: the process of one check.
run_one() {
  # Nobody else's mistake is this check's: the shell's own options again, whoever called.
  set -euo pipefail
  # shellcheck disable=SC2034 # need_root reads it
  CHECK_ID=$1
  # shellcheck source=/dev/null
  . "$KB_ROOT/lib/checks/$1.sh"
  check
}

# --- around the checks -----------------------------------------------------------------------

# Runs what is in CHOSEN; results are then in $WORK.
run_checks() {
  local id running=0 done=0 next=0 count=${#CHOSEN[@]}
  declare -A ends=()
  declare -gA CHECK_PIDS
  CHECK_PIDS=()
  make_work_folder
  # A process group for each check, so that the end of its time ends all its children.
  set -m
  while ((done < count)); do
    while ((running < CHECKS_AT_ONCE && next < count)); do
      id=${CHOSEN[next]}
      launch "$id"
      read_clock
      CHECK_PIDS[$id]=$!
      # Else bash would print a line when one has to be killed.
      disown "$!" 2>/dev/null || true
      ends[$id]=$((NOW + ${C_LIMIT[$id]}))
      next=$((next + 1))
      running=$((running + 1))
    done
    # One that was ended may have told of itself before.
    if IFS= read -r -t 0.5 id <&7 && [[ -n ${CHECK_PIDS[$id]-} ]]; then
      unset "CHECK_PIDS[$id]"
      running=$((running - 1))
      done=$((done + 1))
    fi
    end_late_checks
    show_progress "$done" "$count" "${!CHECK_PIDS[@]}"
  done
  set +m
  progress_end
}

# launch ID: in the background. Whatever becomes of the check, its id comes back on 7.
launch() {
  {
    trap - INT TERM HUP EXIT
    set +e
    (run_one "$1") </dev/null >"$WORK/$1.output" 2>&1 7>&-
    printf '%s\n' "$?" >"$WORK/$1.code"
    printf '%s\n' "$1" >&7
  } &
}

# Kills those whose time is over; the variables are those of run_checks.
end_late_checks() {
  local id
  read_clock
  for id in "${!CHECK_PIDS[@]}"; do
    if ((NOW >= ends[$id])); then
      kill -KILL -- "-${CHECK_PIDS[$id]}" 2>/dev/null || true
      : >"$WORK/$id.late"
      unset "CHECK_PIDS[$id]"
      running=$((running - 1))
      done=$((done + 1))
    fi
  done
}

# show_progress DONE COUNT ID...: the live line, on a terminal only.
show_progress() {
  local names="${*:3}"
  if [[ -t 1 ]] && ((!OPT_JSON && $1 < $2)); then
    progress "$1 of $2 checks done; at work: ${names// /, }"
  fi
}

# Sets WORK: a folder for the results, in memory where possible, for a full disk is one of the things
# that are looked for. It goes with the script.
make_work_folder() {
  local folder
  for folder in /dev/shm /run "${TMPDIR:-/tmp}" "$KB_ROOT/run"; do
    if WORK=$(mktemp -d "$folder/doctor.XXXXXXXX" 2>/dev/null) && mkfifo "$WORK/done" 2>/dev/null; then
      break
    fi
    if [[ -n $WORK ]]; then
      rm -rf -- "$WORK"
    fi
    WORK=''
  done
  if [[ -z $WORK ]]; then
    refuse "no room for the results: neither /dev/shm nor ${TMPDIR:-/tmp} can be written." "Look with:" "  df -h /dev/shm ${TMPDIR:-/tmp}; df -i ${TMPDIR:-/tmp}"
  fi
  trap 'end_checks' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  # Opened for both, so that neither side waits for the other.
  exec 7<>"$WORK/done"
}

end_checks() {
  local id
  for id in "${!CHECK_PIDS[@]}"; do
    kill -KILL -- "-${CHECK_PIDS[$id]}" 2>/dev/null || true
  done
  rm -rf -- "$WORK"
}
