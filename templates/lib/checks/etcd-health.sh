# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# A member may answer and yet follow nobody, have an alarm, or be short of file descriptors.
check_title='etcd on this host'
check_group=etcd
check_phase=after
check_roles=etcd

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local state='' leader='' open='' most='' port=$KB_ETCD_CLIENT_PORT health
  typed_start etcd
  if ! http_get 127.0.0.1 "$port" /health 3; then
    if unit_pid etcd; then
      bad "it runs (pid $UNIT_PID), and does not answer at 127.0.0.1:$port" \
        "Without a majority it waits for the others; else its log says why:" \
        "  $TYPED_ROOT/doctor.sh --only etcd-majority" "  tail -n 20 $TYPED_ROOT/log/etcd.log"
    fi
    bad "it does not run" "Type:" "  $TYPED_START"
  fi
  health=$HTTP_BODY
  if [[ $health == *ALARM* || $health == *NOSPACE* ]]; then
    bad "it has an alarm: ${health:0:120}" "Make room on its disk, then clear it:" "  df -h" "  ETCDCTL_API=3 $TYPED_ROOT/bin/etcdctl alarm disarm"
  fi
  if http_get 127.0.0.1 "$port" /v2/stats/self 3 && [[ $HTTP_STATUS == 200 ]]; then
    if [[ $HTTP_BODY =~ \"state\":\ *\"State([A-Za-z]+)\" ]]; then state=${BASH_REMATCH[1],}; fi
    if [[ $HTTP_BODY =~ \"leader\":\ *\"([0-9a-f]*)\" ]]; then leader=${BASH_REMATCH[1]}; fi
    if [[ $state != leader && -z ${leader//0/} ]]; then
      bad "it knows no leader (${state:-no state})" "See how many members run:" "  $TYPED_ROOT/doctor.sh --only etcd-majority"
    fi
  fi
  if http_get 127.0.0.1 "$port" /metrics 3 && [[ $HTTP_STATUS == 200 ]]; then
    read -r open most < <(printf '%s\n' "$HTTP_BODY" | awk '$1 == "process_open_fds" { a = $2 } $1 == "process_max_fds" { b = $2 }
      END { printf "%d %d\n", a, b }') || true
    if ((${most:-0} > 0 && open * 10 > most * 8)); then
      warning "it has $open of at most $most files open" "Raise the limit, then start it again:" "  ulimit -n 65536; $TYPED_RESTART"
    fi
  fi
  if [[ $state == leader ]]; then leader=''; fi
  good "it answers${state:+ as $state}${leader:+ of $leader}"
}
