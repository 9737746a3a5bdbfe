# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# The kubelet writes the address of the cluster's DNS into every pod, whether anybody serves it or not.
check_title='cluster DNS'
check_group=cluster
check_phase=after
check_roles=node

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local dns item name space
  flag_value kubelet cluster-dns || skip "pods get no cluster DNS"
  dns=$FLAG_VALUE
  ask_api /api/v1/services || no_api
  [[ $HTTP_STATUS == 200 ]] || no_api
  item=$(printf '%s' "$FLAT" | sed 's/{"metadata"/\n&/g' | grep -F "\"clusterIP\":\"$dns\"" | head -n 1) || item=''
  if [[ -z $item ]]; then
    warning "pods ask $dns, and no service has that address: names do not resolve in pods" \
      "Make a DNS add-on whose service has \"clusterIP\": \"$dns\", or write \"clusterDNS\": null under \"networks\" in the specification, compile, and start the kubelets again."
  fi
  name=$(printf '%s' "$item" | sed -n 's/.*"name":"\([^"]*\)","namespace".*/\1/p')
  space=$(printf '%s' "$item" | sed -n 's/.*"namespace":"\([^"]*\)".*/\1/p')
  ask_api "/api/v1/namespaces/${space:-kube-system}/endpoints/${name:-kube-dns}" || no_api
  if [[ $HTTP_STATUS == 200 && $FLAT == *'"ip":"'* ]]; then
    good "$dns is the service $space/$name, and has pods behind it"
  fi
  warning "$dns is the service $space/$name, and no pod is behind it" "Look why its pods do not run:" \
    "  $TYPED_ROOT/bin/kubectl -s http://$API_ADDRESS:$API_PORT --namespace=${space:-kube-system} get pods"
}
