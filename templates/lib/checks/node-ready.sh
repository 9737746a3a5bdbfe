# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# A node that is not Ready, or is there under another name, gets no pods.
check_title='this node'
check_group=node
check_phase=after
check_roles=node

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local condition reason=''
  ask_api "/api/v1/nodes/$KB_HOST" || no_api
  typed_start kubelet
  case $HTTP_STATUS in
    200) ;;
    404) say_missing ;;
    *) no_api ;;
  esac
  if [[ $FLAT != *"\"$KB_ADDRESS\""* ]]; then
    bad "$KB_HOST is there, but not with the address $KB_ADDRESS" "Another host may use its name. Start the kubelet again:" "  $TYPED_RESTART"
  fi
  condition=$(printf '%s' "$FLAT" | grep -o '{[^{}]*"type":"Ready"[^{}]*}') || condition=''
  if [[ $condition == *'"status":"True"'* ]]; then
    if [[ $FLAT == *'"unschedulable":true'* ]]; then
      warning "$KB_HOST is Ready, and no pods are put there (cordoned)" "Type:" "  $(kubectl_typed) uncordon $KB_HOST"
    fi
    good "$KB_HOST is Ready"
  fi
  if [[ $condition =~ \"message\":\"([^\"]*)\" ]]; then reason=": ${BASH_REMATCH[1]}"; fi
  if unit_pid kubelet; then
    bad "$KB_HOST is not Ready$reason" "Look at what the kubelet and docker say:" "  $TYPED_ROOT/doctor.sh --only units-running,docker-parts" \
      "  tail -n 20 $TYPED_ROOT/log/kubelet.log"
  fi
  bad "$KB_HOST is not Ready$reason; its kubelet does not run" "Type:" "  $TYPED_START"
}

# Is it there under another name?
say_missing() {
  local other
  ask_api /api/v1/nodes || no_api
  other=$(printf '%s' "$FLAT" | sed 's/{"metadata"/\n&/g' | grep -F "\"$KB_ADDRESS\"" | sed -n 's/.*"metadata":{"name":"\([^"]*\)".*/\1/p' | head -n 1) || other=''
  if [[ -n $other ]]; then
    bad "$KB_ADDRESS is there as $other, not as $KB_HOST" "Its kubelet runs without --hostname-override=$KB_HOST. Start it again, then take the old name away:" \
      "  $TYPED_RESTART" "  $(kubectl_typed) delete node $other"
  elif unit_pid kubelet; then
    bad "the kubelet runs, and $KB_HOST is not known" "See whether it reaches kube-apiserver:" "  tail -n 20 $TYPED_ROOT/log/kubelet.log"
  fi
  bad "$KB_HOST is not known, for its kubelet does not run" "Type:" "  $TYPED_START"
}

kubectl_typed() {
  if [[ -x $KB_ROOT/bin/kubectl ]]; then
    printf '%s' "$TYPED_ROOT/bin/kubectl -s http://$API_ADDRESS:$API_PORT"
  else
    printf 'kubectl -s http://%s:%s' "$API_ADDRESS" "$API_PORT"
  fi
}
