# Hosts that are namespaces of this machine: each has a network, a mount table and a host name of its own, an
# address on a bridge that reaches nothing but the other hosts, and private copies of the folders that scripts write.

# hosts_make NAME=ADDRESS/LENGTH... : make the hosts; needs root.
hosts_make() {
  [[ $(id -u) -eq 0 ]] || {
    printf 'making network namespaces needs root\n' >&2
    return 1
  }
  HOSTS_FOLDER=$(mktemp -d)
  HOSTS_SWITCH="kubebale-switch-$$"
  HOSTS_NAMES=()
  local pair left
  for pair in "$@"; do host_sweep "${pair%%=*}"; done
  for left in /run/netns/kubebale-switch-*; do
    # Named after the process that made it.
    [[ -d /proc/${left##*-} ]] || host_sweep "${left##*/}"
  done
  ip netns add "$HOSTS_SWITCH"
  ip -n "$HOSTS_SWITCH" link add bridge0 type bridge
  ip -n "$HOSTS_SWITCH" link set bridge0 up
  for pair in "$@"; do host_make "${pair%%=*}" "${pair#*=}"; done
}

# host_sweep NAME: a run that was killed leaves its hosts behind, and the next one clears them away.
host_sweep() {
  [[ -e /run/netns/$1 ]] || return 0
  ip netns pids "$1" | xargs -r kill -9
  ip netns delete "$1"
}

host_make() {
  local name=$1 address=$2 index=${#HOSTS_NAMES[@]}
  local folder=$HOSTS_FOLDER/$name
  mkdir -p "$folder/work" "$folder/bundle" "$folder/run"
  printf '127.0.0.1\tlocalhost\n' >"$folder/hosts"
  ip netns add "$name"
  HOSTS_NAMES+=("$name")
  ip -n "$HOSTS_SWITCH" link add "port$index" type veth peer name eth0 netns "$name"
  ip -n "$HOSTS_SWITCH" link set "port$index" master bridge0 up
  ip -n "$name" link set lo up
  ip -n "$name" addr add "$address" dev eth0
  ip -n "$name" link set eth0 up
  # The process that keeps the mounts; everything on the host is run beside it.
  # shellcheck disable=SC2016 # that bash expands them, from its arguments
  ip netns exec "$name" unshare --mount --uts --propagation private bash -c '
    hostname "$1"
    mkdir -p /home/work
    mount --bind "$2/work" /home/work
    mount --bind "$2/hosts" /etc/hosts
    : >"$2/ready"
    exec sleep infinity
  ' - "$name" "$folder" 3>&- &
  # Else bash prints the whole command when the host is removed.
  disown
  printf '%s\n' "$!" >"$folder/keeper"
  local tries=100
  until [[ -e $folder/ready ]]; do
    ((tries-- > 0)) || return 1
    sleep 0.05
  done
}

# on HOST COMMAND...: run a command on a host.
on() {
  local name=$1
  shift
  nsenter --target "$(<"$HOSTS_FOLDER/$name/keeper")" --net --mount --uts -- "$@"
}

# hosts_remove: end every process of the hosts, then the hosts.
hosts_remove() {
  local name
  for name in "${HOSTS_NAMES[@]+"${HOSTS_NAMES[@]}"}"; do
    host_sweep "$name"
  done
  [[ -z ${HOSTS_SWITCH:-} ]] || host_sweep "$HOSTS_SWITCH"
  [[ -z ${HOSTS_FOLDER:-} ]] || rm -rf "$HOSTS_FOLDER"
}
