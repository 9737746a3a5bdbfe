# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Each watch and each connection is an open file: at the limit etcd and kube-apiserver take no more.
check_title='limit of open files'
check_group=host
check_phase='before after'
check_roles='etcd master node'

check() {
  local index limit
  local -a full=()
  for ((index = 0; index + 1 < ${#KB_UNITS[@]}; index += 2)); do
    if unit_pid "${KB_UNITS[index]}"; then
      look_at_unit "${KB_UNITS[index]}" "$UNIT_PID"
    fi
  done
  if ((${#full[@]} > 0)); then
    # shellcheck source=../cluster-look.sh
    . "$KB_ROOT/lib/cluster-look.sh"
    typed_start "${full[0]%% *}"
    bad "nearly used up by: ${full[*]}" "Start it again with a higher limit:" "  ulimit -n 65536; $TYPED_RESTART"
  fi
  if [[ -e /etc/systemd/system/kubebale-$KB_CLUSTER.target ]]; then
    good "that of the systemd units"
  fi
  limit=$(ulimit -Sn)
  if [[ $limit == unlimited ]] || ((limit >= 4096)); then
    good "$limit"
  fi
  warning "$limit, and the daemons get that of the shell that starts them" "Before the start, in the same shell:" \
    "  ulimit -n 65536"
}

# look_at_unit UNIT PID: adds to full of check when more than 9 of 10 are open. Without root nobody sees the files of others.
look_at_unit() {
  local limit open
  local -a files=()
  limit=$(awk '/^Max open files/ { print $4 }' "/proc/$2/limits" 2>/dev/null) || return 0
  if [[ ! -r /proc/$2/fd || $limit == *[!0-9]* || -z $limit ]]; then
    return 0
  fi
  files=("/proc/$2/fd"/*)
  open=${#files[@]}
  if ((open * 10 > limit * 9)); then
    full+=("$1 ($open of $limit)")
  fi
}
