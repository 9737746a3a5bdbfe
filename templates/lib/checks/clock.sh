# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Clocks that differ make leases, node states and logs lie.
check_title=clock
check_group=cluster
check_phase='before after'
check_roles='etcd master node'

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local index host date there off low=999999999 high=-999999999 count=0 most=0
  local -a pairs=() names=() wrong=() offs=() cure=()
  list_clocks
  ask_all /version 3 ${pairs[@]+"${pairs[@]}"}
  declare -A known=()
  for index in "${!names[@]}"; do
    host=${names[index]}
    date=$(printf '%s\n' "${ANSWER_HEAD[index]}" | sed -n 's/\r$//; s/^[Dd]ate: //p')
    if [[ -z $date || -n ${known[$host]-} ]] || ! there=$(date -u -d "$date" +%s 2>/dev/null); then
      continue
    fi
    known[$host]=1
    off=$((there - ANSWER_AT[index]))
    count=$((count + 1))
    if ((off < low)); then low=$off; fi
    if ((off > high)); then high=$off; fi
    if ((${off#-} > most)); then most=${off#-}; fi
    # HTTP tells whole seconds, and the answer took its time.
    if ((${off#-} > 2)); then
      wrong+=("$host by $off s")
      offs+=("$host $off")
    fi
  done
  if ((count == 0)); then
    skip "no other host tells the time"
  elif ((most <= 2)); then
    good "at most $most s from $count other hosts"
  fi
  say_cure
  few ${wrong[@]+"${wrong[@]}"}
  if ((most > 30)); then
    bad "it differs from $FEW" ${cure[@]+"${cure[@]}"}
  fi
  warning "it differs from $FEW" ${cure[@]+"${cure[@]}"}
}

# Sets pairs and names: etcd and the apiserver of the other hosts, which are few.
list_clocks() {
  local host address client roles
  while IFS=$'\t' read -r _ host address client _; do
    if [[ $host != "$KB_HOST" ]]; then
      pairs+=("$address" "$client")
      names+=("$host")
    fi
  done <"$KB_ROOT/lib/etcd-members.tsv"
  cluster_value api-port
  while IFS=$'\t' read -r host address roles; do
    if [[ $host != "$KB_HOST" && ,$roles, == *,master,* ]]; then
      pairs+=("$address" "$VALUE")
      names+=("$host")
    fi
  done <"$KB_ROOT/lib/hosts.tsv"
}

# When the others agree, it is this host's clock that is wrong; else it is theirs.
say_cure() {
  local entry
  if ((high - low <= 2 && count > 1)); then
    # shellcheck disable=SC2016 # the person's shell is to expand it
    cure=("The others agree. Set this host's clock as theirs, then see that it stays so (NTP):"
      '  date -s "@$(($(date +%s) + '"$high"'))"')
    return 0
  fi
  for entry in ${offs[@]+"${offs[@]:0:3}"}; do
    # shellcheck disable=SC2016 # the person's shell is to expand it
    cure+=("If this host is right, on ${entry% *}:" '  date -s "@$(($(date +%s) - '"${entry##* }"'))"')
  done
  cure+=("Then see that they stay so (NTP).")
}
