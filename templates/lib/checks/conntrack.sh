# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# A full table of connections drops new ones, and looks like a network that fails now and then.
check_title='table of connections'
check_group=network
check_phase='before after'
check_roles=node

check() {
  local folder=/proc/sys/net/netfilter count max
  if [[ ! -r $folder/nf_conntrack_max ]]; then
    if modprobe -n -q nf_conntrack 2>/dev/null; then
      good "not in use yet (module nf_conntrack)"
    fi
    bad "the kernel has no nf_conntrack, which services need" "Boot a kernel with it. What it has:" \
      "  find /lib/modules/$(uname -r) -name 'nf_conntrack*'"
  fi
  max=$(cat "$folder/nf_conntrack_max")
  count=$(cat "$folder/nf_conntrack_count")
  if ((max > 0 && count * 100 >= max * 95)); then
    bad "$count of $max are taken: new connections are dropped" "Make room:" "  sysctl -w net.netfilter.nf_conntrack_max=$((max * 4))"
  elif ((max > 0 && count * 100 >= max * 75)); then
    warning "$count of $max are taken" "Make room:" "  sysctl -w net.netfilter.nf_conntrack_max=$((max * 4))"
  fi
  good "$count of $max are taken"
}
