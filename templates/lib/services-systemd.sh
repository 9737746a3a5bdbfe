# shellcheck shell=bash
# The units of install-services.sh; docs/reboots-and-logs.md says what they do, and docs/decisions/ why.

readonly SYSTEMD_FOLDER=/etc/systemd/system
readonly TARGET=kubebale-$KB_CLUSTER.target
readonly TARGET_LINK=$SYSTEMD_FOLDER/multi-user.target.wants/$TARGET

# unit_name UNIT: sets UNIT_NAME.
unit_name() {
  UNIT_NAME=kubebale-$KB_CLUSTER-$1.service
}

# mount_word PATH: sets UNIT_WORD to PATH as one word of a list of paths in a unit file: systemd takes "%"
# for a specifier, a backslash and quotes as C does.
mount_word() {
  UNIT_WORD=${1//\\/\\\\}
  UNIT_WORD=${UNIT_WORD//'"'/\\'"'}
  UNIT_WORD=\"${UNIT_WORD//%/%%}\"
}

# command_text SCRIPT WORD...: sets COMMAND_TEXT. bash reads the script, as on a disk that is mounted
# noexec. In a command line "$" is more than itself too.
command_text() {
  mount_word "$KB_ROOT/$1"
  COMMAND_TEXT="/bin/bash ${UNIT_WORD//'$'/'$$'}${2:+ ${*:2}}"
}

plan_units() {
  local index unit
  ALL_UNITS=()
  for ((index = 0; index < ${#KB_SERVICES[@]}; index += 5)); do
    unit=${KB_SERVICES[index]}
    unit_name "$unit"
    want_file "$SYSTEMD_FOLDER/$UNIT_NAME" service_text "$index"
    ALL_UNITS+=("$UNIT_NAME")
  done
  want_timer logs 15min 'rotates the logs' rotate-logs.sh "--size $LOG_SIZE --keep $LOG_KEEP --quiet --force"
  if ((KB_HAS_IMAGES)); then
    want_timer images 5min 'keeps the pause image in docker' node/load-images.sh '--pause --quiet'
  fi
  want_file "$SYSTEMD_FOLDER/$TARGET" target_text
}

# service_text INDEX: the unit of one daemon, from its five words in KB_SERVICES.
service_text() {
  local index=$1 unit=${KB_SERVICES[$1]} before='' wants='' word limit=65536
  for ((word = 0; word < index; word += 5)); do
    unit_name "${KB_SERVICES[word]}"
    before+=" $UNIT_NAME"
  done
  # Split on purpose: names of units, with blanks between.
  for word in ${KB_SERVICES[index + 4]}; do
    unit_name "$word"
    wants+=" $UNIT_NAME"
  done
  header
  printf '%s\n' '' '[Unit]' "Description=kubebale $KB_CLUSTER: $unit" "PartOf=$TARGET" \
    "Wants=network-online.target$wants" "After=network-online.target$before"
  mounts_text
  printf '%s\n' '' '[Service]' 'Type=simple'
  for word in ${KB_SERVICES[index + 3]}; do
    command_text "$word"
    printf 'ExecStartPre=%s\n' "$COMMAND_TEXT"
  done
  command_text "${KB_SERVICES[index + 1]}" --service
  printf 'ExecStart=%s\n' "$COMMAND_TEXT"
  command_text "${KB_SERVICES[index + 2]}" --from-systemd --force
  printf 'ExecStop=%s\n' "$COMMAND_TEXT"
  printf '%s\n' 'Restart=on-failure' 'RestartSec=10' \
    '# The stop script ends the daemon; what is left then belongs to its containers.' 'KillMode=process' \
    'TimeoutStartSec=300' 'TimeoutStopSec=150'
  case $unit in
    docker | kubelet)
      limit=1048576
      printf '%s\n' '# The cgroups of the containers are none of systemd'\''s business.' 'Delegate=yes' \
        'LimitNPROC=infinity' 'TasksMax=infinity'
      ;;
  esac
  printf 'LimitNOFILE=%s\n' "$limit"
}

# A disk that is mounted later would hide an empty folder of the same name.
mounts_text() {
  local path line=''
  for path in "$KB_ROOT" ${KB_FOLDERS[@]+"${KB_FOLDERS[@]}"}; do
    mount_word "$path"
    line+=" $UNIT_WORD"
  done
  printf 'RequiresMountsFor=%s\n' "${line# }"
}

# want_timer NAME EVERY WHAT SCRIPT WORDS
want_timer() {
  want_file "$SYSTEMD_FOLDER/kubebale-$KB_CLUSTER-$1.service" task_text "${@:3}"
  want_file "$SYSTEMD_FOLDER/kubebale-$KB_CLUSTER-$1.timer" timer_text "$2" "$3"
  ALL_UNITS+=("kubebale-$KB_CLUSTER-$1.timer")
}

task_text() {
  header
  command_text "$2" "$3"
  printf '%s\n' '' '[Unit]' "Description=kubebale $KB_CLUSTER: $1"
  mounts_text
  printf '%s\n' '' '[Service]' 'Type=oneshot' "ExecStart=$COMMAND_TEXT" 'Nice=10'
}

timer_text() {
  header
  printf '%s\n' '' '[Unit]' "Description=kubebale $KB_CLUSTER: $2, every $1" "PartOf=$TARGET" \
    '' '[Timer]' 'OnBootSec=5min' "OnUnitActiveSec=$1"
}

target_text() {
  header
  printf '%s\n' '' '[Unit]' "Description=kubebale $KB_CLUSTER: all that $KB_HOST runs" "Wants=${ALL_UNITS[*]-}" \
    '' '[Install]' 'WantedBy=multi-user.target'
}

# The link that systemctl enable makes; made here, so that it needs no running systemd.
enable_units() {
  if [[ $(readlink -- "$TARGET_LINK") != "$SYSTEMD_FOLDER/$TARGET" ]]; then
    CHANGED=1
    if ((OPT_DRY_RUN)); then
      say "would make the link $TARGET_LINK"
    else
      make_folder "${TARGET_LINK%/*}"
      ln -sfn -- "$SYSTEMD_FOLDER/$TARGET" "$TARGET_LINK" || die_unwritable "$TARGET_LINK"
      say "$TARGET is started at each boot."
    fi
  fi
  if [[ ! -d /run/systemd/system ]]; then
    if ((OPT_NOW)); then
      refuse "systemd does not run here, so --now cannot be done. The units are there for the next boot." \
        "To start everything now, type:" "  $TYPED_ROOT/start.sh"
    fi
    return 0
  fi
  if ((CHANGED)); then
    run_systemctl daemon-reload
  fi
  if ((OPT_NOW)); then
    # Without waiting: each may wait for other hosts.
    run_systemctl --no-block start "$TARGET"
  fi
}
