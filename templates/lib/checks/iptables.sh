# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# docker, flannel and kube-proxy write their rules with it; without it docker does not start.
check_title=iptables
check_group=network
check_phase='before after'
check_roles=node

check() {
  # shellcheck source=../doctor-iptables.sh
  . "$KB_ROOT/lib/doctor-iptables.sh"
  local legacy
  iptables_version
  if [[ $IPTABLES_FLAVOUR == nf_tables ]]; then
    legacy=$(type -P iptables-legacy) || legacy=''
    warning "$IPTABLES_VERSION (nf_tables), which docker and kube-proxy of 2016 do not know" \
      "kube-proxy logs errors about chains with it. ${legacy:+To take the legacy flavour:}" \
      ${legacy:+"  update-alternatives --set iptables $legacy"}
  fi
  if [[ $(printf '%s\n' 1.4.11 "$IPTABLES_VERSION" | sort -V | head -n 1) != 1.4.11 ]]; then
    warning "$IPTABLES_VERSION, kube-proxy wants 1.4.11 or newer" "Install a newer package iptables from this system's own medium."
  fi
  need_root
  if ! table_there nat && ! modprobe -n -q iptable_nat 2>/dev/null; then
    bad "$IPTABLES_VERSION, and the kernel has no nat table (module iptable_nat)" \
      "Boot a kernel with it. What it has:" "  find /lib/modules/$(uname -r) -name 'ip*tabl*'"
  fi
  good "$IPTABLES_VERSION (legacy)"
}
