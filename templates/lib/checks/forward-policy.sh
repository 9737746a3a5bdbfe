# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Where what is forwarded is dropped, pods of different hosts do not reach each other.
check_title='forwarding in iptables'
check_group=network
check_phase='before after'
check_roles=node

check() {
  # shellcheck source=../doctor-iptables.sh
  . "$KB_ROOT/lib/doctor-iptables.sh"
  iptables_version
  need_root
  local last=$'\n''-A (FORWARD -j (DROP|REJECT)[^'$'\n'']*)'
  chain_rules filter FORWARD
  # CentOS lets the policy be ACCEPT, and rejects in a last rule.
  if [[ $RULES =~ $last ]]; then
    bad "dropped by a rule: pods of different hosts do not reach each other" \
      "Take it away, and out of /etc/sysconfig/iptables too where that is:" "  iptables -D ${BASH_REMATCH[1]}"
  fi
  if [[ $RULES != '-P FORWARD DROP'* ]]; then
    good "accepted"
  elif [[ ${KB_DOCKER_FORWARD_ACCEPT-} == true ]] && ! unit_pid docker; then
    good "dropped now; start-docker.sh opens it"
  fi
  bad "dropped: pods of different hosts do not reach each other" "Type:" "  iptables -P FORWARD ACCEPT"
}
