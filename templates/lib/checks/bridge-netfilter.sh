# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Without it a pod does not reach a service whose other pod is on the same host.
check_title='bridge and iptables'
check_group=network
check_phase='before after'
check_roles=node

check() {
  local file=/proc/sys/net/bridge/bridge-nf-call-iptables value
  if [[ -r $file ]]; then
    value=$(cat "$file")
    if [[ $value == 1 ]]; then
      good "what crosses a bridge goes through iptables"
    fi
    warning "what crosses a bridge does not go through iptables" "kube-proxy turns it on when it may. By hand:" \
      "  sysctl -w net.bridge.bridge-nf-call-iptables=1"
  elif modprobe -n -q br_netfilter 2>/dev/null; then
    warning "the module br_netfilter is not loaded" "Load it, also after the next boot:" \
      "  modprobe br_netfilter; echo br_netfilter >/etc/modules-load.d/kubebale.conf"
  elif [[ -d /sys/class/net/docker0 ]]; then
    warning "this kernel has no br_netfilter: services may fail between pods of one host" "Boot a kernel with it."
  fi
  # Before 3.18 it came with the bridge itself, which docker brings.
  unknown "there is no bridge yet, and the kernel has no module br_netfilter of its own" \
    "Look again when docker runs:" "  $TYPED_ROOT/doctor.sh --only bridge-netfilter"
}
