# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# A new tarball unpacked over the old one changes no running daemon.
check_title='command lines'
check_group=cluster
check_phase=after
check_roles='etcd master node'

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local index unit changed count=0
  local -a old=() cure=()
  for ((index = 0; index + 1 < ${#KB_UNITS[@]}; index += 2)); do
    unit=${KB_UNITS[index]}
    process_alive "$KB_ROOT/run/$unit.pid" || continue
    count=$((count + 1))
    # 1 without a word is a script that cannot tell.
    if ! changed=$("$BASH" "$KB_ROOT/${KB_UNITS[index + 1]}" --changed 2>/dev/null) && [[ -n $changed ]]; then
      old+=("$unit")
      typed_start "$unit"
      cure+=("  $TYPED_RESTART")
    fi
  done
  if ((count == 0)); then
    skip "no unit runs"
  elif ((${#old[@]} == 0)); then
    good "the $count units that run are as their scripts and programs"
  fi
  if ((${#old[@]} > 1)); then
    cure=("  $TYPED_ROOT/start.sh --restart-changed")
  fi
  join_words "${old[@]}"
  warning "other than in the bundle: $JOINED" "To use the new one, one host after the other:" ${cure[@]+"${cure[@]}"}
}
