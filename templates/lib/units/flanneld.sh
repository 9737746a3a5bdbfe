# shellcheck shell=bash
# flanneld, client side: it stays alive after fatal errors, so it is ready only when it has
# written this host's subnet, and written it after this start.

unit_healthy() {
  if subnet_file_fresh "$PID_FILE"; then
    return 0
  fi
  # shellcheck disable=SC2034 # unit-wait.sh says it
  HEALTH_TEXT="it has not written $SUBNET_FILE yet"
  return 1
}

unit_preflight() {
  if [[ ${KB_FLANNEL_BACKEND:-udp} == udp ]]; then
    require_tun
  fi
}

# The udp backend sends its packets through /dev/net/tun.
require_tun() {
  local reason
  if [[ -c /dev/net/tun ]]; then
    return 0
  fi
  require_tools modprobe
  reason=$(modprobe tun 2>&1 8>&-) || true
  if [[ ! -c /dev/net/tun ]]; then
    die "there is no /dev/net/tun, and modprobe tun does not bring it: ${reason:-no reason given}" \
      "flannel's udp backend needs it. Boot a kernel with tun, or choose the backend vxlan or host-gw in the specification and compile again."
  fi
  say "Loaded the kernel module tun."
}
