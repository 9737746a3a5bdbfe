# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Without a default route kube-apiserver and flanneld cannot choose an address of their own (Q2).
check_title='default route'
check_group=network
check_phase='before after'
check_roles='etcd master node'
check_question=Q2

check() {
  local route device
  route=$(ip -4 route show default 2>/dev/null) || unknown "ip route does not answer" "Type:" "  ip -4 route"
  if [[ -n $route ]]; then
    good "${route%%$'\n'*}"
  fi
  device=$(interface_of_address)
  bad "there is none" "Type:" "  ip route add default ${KB_GATEWAY:+via $KB_GATEWAY }dev ${device:-${KB_INTERFACE:-INTERFACE}}"
}
