# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Apiservers that were not told how many they are push each other out of the kubernetes service.
check_title='kubernetes endpoints'
check_group=master
check_phase=after
check_roles=master

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local name address roles masters=0 listed
  local -a missing=() hosts=() strangers=() cure=()
  ask_api /api/v1/namespaces/default/endpoints/kubernetes || no_api
  [[ $HTTP_STATUS == 200 ]] || no_api
  while IFS=$'\t' read -r name address roles; do
    [[ ,$roles, == *,master,* ]] || continue
    masters=$((masters + 1))
    if [[ $FLAT != *"\"ip\":\"$address\""* ]]; then
      missing+=("$name ($address)")
      hosts+=("$name")
    fi
  done <"$KB_ROOT/lib/hosts.tsv"
  for listed in $(printf '%s' "$FLAT" | grep -o '"ip":"[^"]*"' | sed 's/^"ip":"//; s/"$//'); do
    awk -F '\t' -v want="$listed" '$2 == want && $3 ~ /master/ { found = 1 } END { exit !found }' "$KB_ROOT/lib/hosts.tsv" ||
      strangers+=("$listed")
  done
  if ((${#strangers[@]} > 0)); then
    join_words "${strangers[@]}"
    cure+=("An apiserver that announces $JOINED is none of this cluster's masters, or took another address than the specification's: see where it runs, and its --advertise-address.")
  fi
  if ((${#missing[@]} > 0)); then
    few ${hosts[@]+"${hosts[@]}"}
    cure+=("On $FEW, in the bundle's folder, type:" "  master/start-kube-apiserver.sh")
    if ! flag_value kube-apiserver apiserver-count || [[ $FLAG_VALUE != "$masters" ]]; then
      typed_start kube-apiserver
      cure+=("kube-apiserver of this host has --apiserver-count=${FLAG_VALUE:-1} instead of $masters, and so pushes the others out. Start it again with its script:" "  $TYPED_RESTART")
    fi
    few "${missing[@]}"
    warning "they lack $FEW" ${cure[@]+"${cure[@]}"}
  elif ((${#strangers[@]} > 0)); then
    warning "all $masters masters, and $JOINED, which is none" ${cure[@]+"${cure[@]}"}
  fi
  good "all $masters masters"
}
