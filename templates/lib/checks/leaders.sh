# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Without a leading controller-manager nothing is made anew, without a leading scheduler pods stay Pending.
check_title='leading master programs'
check_group=master
check_phase=after
check_roles=master

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local unit seen=''
  local -a wrong=() cure=()
  for unit in kube-controller-manager kube-scheduler; do
    look_at_lease "$unit"
  done
  if ((${#wrong[@]} > 0)); then
    join_words "${wrong[@]}"
    bad "$JOINED" ${cure[@]+"${cure[@]}"}
  fi
  good "$seen"
}

# look_at_lease UNIT: the record that those who lead write every two seconds, in endpoints of their name
# (pkg/client/leaderelection of 1.3).
look_at_lease() {
  local holder renewed age seconds=15 before
  ask_api "/api/v1/namespaces/kube-system/endpoints/$1" || no_api
  case $HTTP_STATUS in 200 | 404) ;; *) no_api ;; esac
  if [[ ! $FLAT =~ holderIdentity\\*\":\\*\"([^\\\"]+) ]]; then
    wrong+=("no $1 leads")
    say_start "$1"
    return 0
  fi
  holder=${BASH_REMATCH[1]}
  if [[ $FLAT =~ leaseDurationSeconds\\*\":([0-9]+) ]]; then seconds=${BASH_REMATCH[1]}; fi
  before=$FLAT
  if [[ $FLAT =~ renewTime\\*\":\\*\"([^\\\"]+) ]]; then
    renewed=$(date -u -d "${BASH_REMATCH[1]}" +%s 2>/dev/null) || renewed=0
    printf -v age '%(%s)T' -1
    age=$((age - renewed))
    # Its clock may be wrong: only what does not change while we look is dead.
    if ((age > seconds)); then
      sleep 4
      ask_api "/api/v1/namespaces/kube-system/endpoints/$1" || no_api
      if [[ $FLAT == "$before" ]]; then
        wrong+=("no $1 leads: $holder did last, $age s ago")
        say_start "$1"
        return 0
      fi
    fi
  fi
  seen+="${seen:+, }$1 on $holder"
}

say_start() {
  typed_start "$1"
  cure+=("Start it here, or on another master:" "  $TYPED_START")
}
