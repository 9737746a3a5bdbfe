# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# What was started and runs no more, or runs and does not work: asked of each unit's own endpoint.
check_title='units of this host'
check_group=cluster
check_phase=after
check_roles='etcd master node'
check_limit=20

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local index unit file code text total=0
  local -a files=() died=() stopped=() sick=() waiting=() cure=()
  for ((index = 0; index + 1 < ${#KB_UNITS[@]}; index += 2)); do
    exec {file}< <(
      code=0
      text=$(timeout --foreground 12 "$BASH" "$KB_ROOT/${KB_UNITS[index + 1]}" --health 2>&1) || code=$?
      printf '%s\n%s' "$text" "$code"
    )
    files+=("$file")
    total=$((total + 1))
  done
  for ((index = 0; index < total; index++)); do
    file=${files[index]}
    text=$(cat <&"$file") || true
    exec {file}<&-
    code=${text##*$'\n'}
    text=${text%$'\n'*}
    judge_unit "${KB_UNITS[2 * index]}"
  done
  join_words ${died[@]+"${died[@]}"} ${stopped[@]+"${stopped[@]}"} ${sick[@]+"${sick[@]}"} ${waiting[@]+"${waiting[@]}"}
  if [[ -z $JOINED ]]; then
    good "all $total run and are healthy"
  elif ((${#cure[@]} > 6)); then
    cure=("Type, and see what each of them says:" "  $TYPED_ROOT/start.sh")
  fi
  if ((${#died[@]} + ${#stopped[@]} + ${#sick[@]} == 0)); then
    warning "$JOINED" ${cure[@]+"${cure[@]}"}
  fi
  bad "$JOINED" "${cure[@]}"
}

# judge_unit UNIT: by code and text, what its --health said.
judge_unit() {
  local pid_file=$KB_ROOT/run/$1.pid
  if [[ $code == 0 ]]; then
    return 0
  fi
  typed_start "$1"
  if process_alive "$pid_file"; then
    if [[ $code == 3 ]]; then
      waiting+=("$1 waits: ${text//$'\n'/ }")
    elif [[ $1 == docker ]] && ((EUID != 0)); then
      # Its socket is root's.
      return 0
    else
      sick+=("$1 runs, but ${text//$'\n'/ }")
      cure+=("Look at its end, then start it again:" "  tail -n 20 $TYPED_ROOT/log/$1.log" "  $TYPED_RESTART")
    fi
    return 0
  elif [[ $text == port* ]]; then
    stopped+=("$1: ${text//$'\n'/ }")
    cure+=("End what has its port, then type:" "  $TYPED_START")
    return 0
  elif [[ -e $pid_file && $FILE_BOOT == "$BOOT_ID" ]]; then
    died+=("$1 died")
  else
    stopped+=("$1 is not started")
  fi
  cure+=("Start $1, which says why when it cannot:" "  $TYPED_START")
}
