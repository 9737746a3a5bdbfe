# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Without a default route kube-apiserver and flanneld cannot choose an address of their own (Q2).
check_title='default route'
check_group=network
check_phase='before after'
check_roles='etcd master node'
check_question=Q2

check() {
  local route device via
  local -a needy=() cure
  route=$(ip -4 route show default 2>/dev/null) || unknown "ip route does not answer" "Type:" "  ip -4 route"
  if [[ -n $route ]]; then
    good "${route%%$'\n'*}"
  fi
  device=$(interface_of_address)
  device=${device:-${KB_INTERFACE:-INTERFACE}}
  via=${KB_GATEWAY:+via $KB_GATEWAY }
  cure=("Type:" "  ip route add default ${via}dev $device")
  if [[ -z $via ]]; then
    # Kubernetes 1.3 (pkg/util/net) and flannel 0.5.5 look for the route only, not for its gateway.
    cure=("The specification knows no gateway. Where there is none, or nobody knows it, type this, else add 'via GATEWAY':"
      "  ip route add default dev $device")
  fi
  cure+=("It lasts until the next boot: put it into the host's network configuration too.")
  look_for_needy
  if ((${#needy[@]} > 0)); then
    join_words "${needy[@]}"
    bad "there is none, and it is needed: $JOINED" "${cure[@]}"
  fi
  warning "there is none; the units do without, for each is given its address" "${cure[@]}"
}

# Units that look for the route because a flag is missing that tells them the address.
look_for_needy() {
  if unit_script kube-apiserver && ! flag_value kube-apiserver advertise-address; then
    needy+=("kube-apiserver has no --advertise-address")
  fi
  if unit_script flanneld-server && ! flag_value flanneld-server iface; then
    needy+=("flanneld-server has no -iface")
  fi
  if unit_script flanneld && ! flag_value flanneld iface; then
    needy+=("flanneld has no -iface")
  fi
  if unit_script kubelet && ! flag_value kubelet node-ip; then
    needy+=("kubelet has no --node-ip")
  fi
}
