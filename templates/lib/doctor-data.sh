# shellcheck shell=bash disable=SC2034 # the checks read what is set here
# What the checks of doctor.sh read: the bundle's own data, and the command lines of its units.

# Each setting of one value becomes a variable, as in the unit's own script. Those that several units
# have with different values do not.
set_variables() {
  local index name
  for ((index = 0; index + 2 < ${#KB_SETTINGS[@]}; index += 3)); do
    name=${KB_SETTINGS[index + 1]}
    case $name in
      KB_HEALTH_PORT | KB_NAMES | KB_HOME | KB_DOCKER_HELPERS) continue ;;
    esac
    if [[ -z ${!name+set} ]]; then
      readonly "$name=${KB_SETTINGS[index + 2]}"
    fi
  done
}

has_role() {
  local role
  for role in ${KB_ROLES[@]+"${KB_ROLES[@]}"}; do
    if [[ $role == "$1" ]]; then
      return 0
    fi
  done
  return 1
}

# setting UNIT NAME: sets SETTING to its values, or fails.
setting() {
  local index
  SETTING=()
  for ((index = 0; index + 2 < ${#KB_SETTINGS[@]}; index += 3)); do
    if [[ ${KB_SETTINGS[index]} == "$1" && ${KB_SETTINGS[index + 1]} == "$2" && -n ${KB_SETTINGS[index + 2]} ]]; then
      SETTING+=("${KB_SETTINGS[index + 2]}")
    fi
  done
  ((${#SETTING[@]} > 0))
}

# cluster_value KEY: sets VALUE to what lib/cluster.tsv has for it, or fails.
cluster_value() {
  local key value
  VALUE=''
  while IFS=$'\t' read -r key value; do
    if [[ $key == "$1" ]]; then
      VALUE=$value
      break
    fi
  done <"$KB_ROOT/lib/cluster.tsv"
  [[ -n $VALUE ]]
}

# unit_script UNIT: sets UNIT_SCRIPT to its start script, or fails when this host has no such unit.
unit_script() {
  local index
  for ((index = 0; index + 1 < ${#KB_UNITS[@]}; index += 2)); do
    if [[ ${KB_UNITS[index]} == "$1" ]]; then
      UNIT_SCRIPT=$KB_ROOT/${KB_UNITS[index + 1]}
      return 0
    fi
  done
  return 1
}

# unit_pid UNIT: sets UNIT_PID, or fails when it does not run from this bundle.
unit_pid() {
  UNIT_PID=''
  process_alive "$KB_ROOT/run/$1.pid" || return 1
  UNIT_PID=$FILE_PID
}

# unit_words UNIT: sets UNIT_WORDS to the command line that runs, else to the one that would, and
# UNIT_SOURCE to running or script.
unit_words() {
  local word line
  UNIT_WORDS=()
  UNIT_SOURCE=running
  if unit_pid "$1"; then
    while IFS= read -r -d '' word; do
      UNIT_WORDS+=("$word")
    done 2>/dev/null <"/proc/$UNIT_PID/cmdline" || true
  fi
  if ((${#UNIT_WORDS[@]} == 0)); then
    UNIT_SOURCE=script
    unit_script "$1" && line=$("$BASH" "$UNIT_SCRIPT" --print 2>/dev/null) || return 1
    # Our own script's line of quoted words; what only the running host knows becomes empty.
    set +u
    eval "UNIT_WORDS=($line)"
    set -u
  fi
}

# flag_value UNIT FLAG: sets FLAG_VALUE to what its command line has for it, the last one where it is
# given more than once; fails when it is not given. The kube-* take "_" for "-".
flag_value() {
  local index word name wanted=${2//_/-} found=1
  FLAG_VALUE=''
  unit_words "$1" || return 1
  for ((index = 1; index < ${#UNIT_WORDS[@]}; index++)); do
    word=${UNIT_WORDS[index]}
    if [[ $word != -?* ]]; then
      continue
    fi
    name=${word#-}
    name=${name#-}
    name=${name%%=*}
    if [[ ${name//_/-} == "$wanted" ]]; then
      found=0
      if [[ $word == *=* ]]; then
        FLAG_VALUE=${word#*=}
      else
        FLAG_VALUE=${UNIT_WORDS[index + 1]-}
      fi
    fi
  done
  return "$found"
}

# need_root: a check that cannot see what it needs without it.
need_root() {
  if ((EUID != 0)); then
    unknown "only root can see this" "Type:" "  sudo $TYPED_ROOT/doctor.sh --only $CHECK_ID"
  fi
}

# interface_of_address: prints the name of the interface that has KB_ADDRESS, or nothing.
interface_of_address() {
  ip -4 -o addr show 2>/dev/null |
    awk -v want="$KB_ADDRESS" '{ sub("/.*", "", $4); if ($4 == want) name = $2 } END { print name }' || true
}
