# shellcheck shell=bash
# docker: needs flannel's subnet, the cgroup hierarchies, its helpers in bin/, and to be alone.

# shellcheck source=../docker-host.sh
. "$KB_ROOT/lib/docker-host.sh"
# shellcheck source=../cgroups.sh
. "$KB_ROOT/lib/cgroups.sh"

# shellcheck disable=SC2034 # command.sh shows them as ${NAME}
KB_RUNTIME_NAMES=(FLANNEL_SUBNET FLANNEL_MTU)

unit_healthy() {
  if docker_answers; then
    return 0
  fi
  # shellcheck disable=SC2034 # unit-wait.sh says it
  HEALTH_TEXT="no answer at unix://$KB_DOCKER_SOCKET"
  return 1
}

unit_preflight() {
  require_helpers
  refuse_other_daemon
  clear_docker_pid_file
  clear_containerd_pid_files
  require_cgroups
  read_subnet_file
  mend_bridge
  place_registry_ca
}

# docker calls them by name; bin/ leads the daemon's PATH.
require_helpers() {
  local name
  local -a missing=()
  for name in ${KB_DOCKER_HELPERS[@]+"${KB_DOCKER_HELPERS[@]}"}; do
    [[ -f $KB_ROOT/bin/$name && -x $KB_ROOT/bin/$name ]] || missing+=("$name")
  done
  if ((${#missing[@]} > 0)); then
    die "docker cannot start without its helpers, and bin/ lacks: ${missing[*]} (Q4)." \
      "Compile with --artifacts, or copy them, of docker's own release and executable, to" "  $TYPED_ROOT/bin/"
  fi
}

# docker sets the policy of FORWARD to DROP only when it is docker that turns forwarding on.
unit_prepare() {
  if [[ ${KB_DOCKER_FORWARD_ACCEPT-} == true ]] && ! { printf '1\n' >/proc/sys/net/ipv4/ip_forward; } 2>/dev/null; then
    warn "IP forwarding could not be turned on. Type:" "  echo 1 >/proc/sys/net/ipv4/ip_forward"
  fi
}

# From 1.13 on docker drops what is forwarded between pods of different hosts, when it is docker
# that turns forwarding on.
unit_started() {
  # docker reads it anew for each connection, so that of a new tarball is no reason for a restart.
  place_registry_ca
  if [[ ${KB_DOCKER_FORWARD_ACCEPT-} != true ]]; then
    return 0
  fi
  if ! iptables -w -P FORWARD ACCEPT 8>&-; then
    warn "the FORWARD chain could not be set to ACCEPT: pods of different hosts may not reach each other. Type:" \
      "  iptables -P FORWARD ACCEPT"
  fi
}

# Two daemons would fight for the socket, the bridge and iptables.
refuse_other_daemon() {
  refuse_running_daemon "and two on one host destroy each other's networks"
  if docker_answers; then
    die "a docker daemon answers at $KB_DOCKER_SOCKET already, but this bundle did not start it." \
      "See who has the socket, stop that, then run this again:" "  ss -xlp | grep '$KB_DOCKER_SOCKET'"
  fi
}

# docker refuses to start while the pid in its own file exists, whatever process has it by now.
# No docker daemon runs, or refuse_other_daemon would have ended this.
clear_docker_pid_file() {
  local pid=''
  if [[ ! -e $DOCKER_PID_FILE ]]; then
    return 0
  fi
  read -r pid <"$DOCKER_PID_FILE" || true
  rm -f -- "$DOCKER_PID_FILE" || die_unwritable "$DOCKER_PID_FILE"
  say "Removed $DOCKER_PID_FILE: pid ${pid:-(none)} in it is no docker daemon (any more)."
}

# docker takes any process with the pid in these files for its containerd, and waits for it in vain: after a reboot,
# where the folder outlives it, the number belongs to something else (1.11 to 20.10, libcontainerd).
clear_containerd_pid_files() {
  local file pid name
  for file in "${KB_DOCKER_EXEC_ROOT:-/var/run/docker}"/{libcontainerd,containerd}/{docker-containerd,containerd}.pid; do
    if [[ ! -e $file ]]; then
      continue
    fi
    pid='' name=''
    read -r pid <"$file" || true
    if [[ $pid =~ ^[1-9][0-9]*$ ]]; then
      { read -r name <"/proc/$pid/comm"; } 2>/dev/null || true
    fi
    # The kernel keeps 15 characters of a name.
    if [[ $name == containerd || $name == docker-containe ]]; then
      continue
    fi
    rm -f -- "$file" || die_unwritable "$file"
    say "Removed $file: pid ${pid:-(none)} in it is no containerd (any more)."
  done
}

# cgroup v1, or docker of that age dies (Q4) and kubelet never gets Ready.
require_cgroups() {
  cgroup_find_missing
  if ((${#CGROUP_MISSING[@]} > 0 && OPT_FORCE)); then
    warn "cgroup hierarchies that docker needs are not mounted: ${CGROUP_MISSING[*]} (Q4); going on because of --force."
  elif ((${#CGROUP_MISSING[@]} > 0)); then
    die "docker needs cgroup hierarchies that are not mounted: ${CGROUP_MISSING[*]} (Q4)." \
      "Run the first, then the second again:" "  $TYPED_ROOT/node/mount-cgroup.sh" "  $(path_of_script start)"
  fi
}

# Reads the two values out of flannel's file. Read, not sourced: it is data, not a program.
read_subnet_file() {
  local file=${KB_FLANNEL_SUBNET_FILE:-/run/flannel/subnet.env} line
  FLANNEL_SUBNET='' FLANNEL_MTU=''
  if [[ ! -r $file ]]; then
    die "docker needs flannel's subnet, and $file is not there." "Start flannel first:" \
      "  $TYPED_ROOT/node/start-flanneld.sh"
  fi
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line =~ ^FLANNEL_SUBNET=([0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2})$ ]]; then
      FLANNEL_SUBNET=${BASH_REMATCH[1]}
    elif [[ $line =~ ^FLANNEL_MTU=([0-9]{1,5})$ ]]; then
      FLANNEL_MTU=${BASH_REMATCH[1]}
    fi
  done <"$file"
  if [[ -z $FLANNEL_SUBNET || -z $FLANNEL_MTU ]]; then
    die "$file does not hold a FLANNEL_SUBNET and a FLANNEL_MTU that make sense. Look at it, then have flannel write it again:" \
      "  cat $file" "  $TYPED_ROOT/node/stop-flanneld.sh && $TYPED_ROOT/node/start-flanneld.sh"
  fi
}

# A bridge left from another subnet: pods would get addresses that flannel routes elsewhere.
# docker makes it anew; it is only taken away when no container is plugged into it.
mend_bridge() {
  local address
  if [[ ! -d /sys/class/net/docker0 ]]; then
    return 0
  fi
  address=$(ip -4 -o addr show dev docker0 2>/dev/null | awk 'NR == 1 { print $4 }') || true
  if [[ -z $address || $address == "$FLANNEL_SUBNET" ]]; then
    return 0
  fi
  if [[ -n $(ls -A /sys/class/net/docker0/brif 2>/dev/null) ]]; then
    warn "docker0 has $address, flannel gives $FLANNEL_SUBNET, and containers still hang on the old one. They lose their network: stop them, then docker, and start it again."
  elif ip link del docker0 8>&-; then
    say "Removed the bridge docker0: it had $address, flannel gives $FLANNEL_SUBNET now."
  else
    warn "docker0 has $address, flannel gives $FLANNEL_SUBNET. If pods get no network, type:" "  ip link del docker0"
  fi
}

# The registry's certificate authority, where docker looks for it.
place_registry_ca() {
  local source folder target now='' ours='' note=$KB_ROOT/run/registry-ca
  if [[ -z ${KB_DOCKER_CA-} ]]; then
    return 0
  fi
  source=$KB_ROOT/${KB_DOCKER_CA#"$KB_ROOT/"}
  folder=/etc/docker/certs.d/$KB_DOCKER_REGISTRY
  target=$folder/ca.crt
  [[ -r $source ]] || die "$source is missing: unpack the bundle again."
  if [[ -r $target ]]; then
    now=$(sha256sum <"$target")
  fi
  if [[ $now == "$(sha256sum <"$source")" ]]; then
    return 0
  fi
  make_folder "$folder"
  # That of an earlier tarball is nobody's to get back.
  { IFS= read -r ours <"$note"; } 2>/dev/null || true
  if [[ -e $target && $now != "$ours" ]] && ! cp -p -- "$target" "$target.previous"; then
    die_unwritable "$target.previous"
  fi
  { cp -- "$source" "$target.new" && chmod 0644 -- "$target.new" && mv -f -- "$target.new" "$target"; } ||
    die_unwritable "$target"
  sha256sum <"$source" >"$note" || die_unwritable "$note"
  say "Placed the registry's certificate authority: $target"
}
