# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# The bundle was compiled for one address; on another host every unit would bind or announce it in vain.
check_title='address of this host'
check_group=host
check_phase='before after'
check_roles='etcd master node'

check() {
  local device found
  device=$(interface_of_address)
  if [[ -n $device && -n $KB_INTERFACE && $device != "$KB_INTERFACE" ]]; then
    warning "$KB_ADDRESS is on $device, in the specification on $KB_INTERFACE" \
      "Nothing goes by the name but this check. Mend it in the specification, or the host's network."
  elif [[ -n $device ]]; then
    good "$KB_ADDRESS on $device"
  fi
  found=$(ip -4 -o addr show 2>/dev/null | awk '$2 != "lo" { sub("/.*", "", $4); printf "%s%s (%s)", gap, $4, $2; gap = ", " }') || true
  bad "no interface has $KB_ADDRESS; here: ${found:-none}" \
    "Is this $KB_HOST? Then give it the address, with the network's prefix length:" \
    "  ip addr add $KB_ADDRESS/24 dev ${KB_INTERFACE:-INTERFACE}" \
    "Else unpack the tarball of this host instead."
}
