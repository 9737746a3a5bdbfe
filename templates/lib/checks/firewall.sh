# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# A firewall that knows nothing of the cluster cuts the hosts off from each other.
check_title=firewall
check_group=network
check_phase='before after'
check_roles='etcd master node'

check() {
  # shellcheck source=../doctor-iptables.sh
  . "$KB_ROOT/lib/doctor-iptables.sh"
  local folder name last=$'\n''-A INPUT -j (DROP|REJECT)'
  for folder in /proc/[0-9]*; do
    { read -r name <"$folder/comm"; } 2>/dev/null || continue
    if [[ $name == firewalld ]]; then
      warning "firewalld runs (pid ${folder#/proc/})" "Stop it, or open the ports of lib/ports.tsv in it:" \
        "  systemctl stop firewalld; systemctl disable firewalld"
    fi
  done
  if grep -qiE '^ENABLED=yes' /etc/ufw/ufw.conf 2>/dev/null; then
    warning "ufw is on" "Stop it, or open the ports of lib/ports.tsv in it:" "  ufw disable"
  fi
  if ! iptables_there; then
    good "none (and no iptables)"
  fi
  iptables_version
  need_root
  chain_rules filter INPUT
  # CentOS lets the policy be ACCEPT, and rejects in a last rule.
  if [[ $RULES == '-P INPUT DROP'* || $RULES =~ $last ]]; then
    warning "what comes in is dropped unless a rule lets it in" "See that the ports of lib/ports.tsv are let in:" "  iptables -S INPUT"
  fi
  good "none that drops what comes in"
}
