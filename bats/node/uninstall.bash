# shellcheck shell=bash
# Sourced inside of the namespaces of a test of uninstall.sh, after private.bash: a host to spoil, and what the daemons
# of a node do to it. DATA is the data folder; what lies in /run, /etc, /var/lib, /var/log and /usr/bin is the test's own.

BOTH_FAMILIES=(iptables-legacy iptables-nft ip6tables-legacy ip6tables-nft)

# private_host: nothing of the machine is left to spoil. kernel.panic and the like are files of the test's, because the
# real ones are those of the machine.
private_host() {
  local name
  umount -R /sys/fs/cgroup
  # Of this network.
  mount -t sysfs sysfs /sys
  for name in /run /var/lib /var/log /opt; do
    mount -t tmpfs tmpfs "$name"
  done
  own_etc
  # A docker of the machine may have left it.
  rm -rf /etc/docker
  own_usr_bin
  for name in kernel/panic:0 kernel/panic_on_oops:0 vm/overcommit_memory:0; do
    printf '%s\n' "${name#*:}" | fake_file "/proc/sys/${name%:*}"
  done
  ip link set lo up
  # Its name comes before "all": an order by names would not do for forwarding.
  ip link add a-link type veth peer name router
  ip addr add 10.207.182.18/24 dev a-link
  ip link set a-link up
  ip link set router up
  echo 0 >/proc/sys/net/ipv4/ip_forward
  # Somebody wanted these two so.
  echo 1 >/proc/sys/net/ipv4/conf/a-link/forwarding
  echo 0 >/proc/sys/net/ipv4/conf/all/accept_redirects
  for name in "${BOTH_FAMILIES[@]}"; do
    "$name" -A INPUT -i lo -j ACCEPT
    "$name" -t nat -S >/dev/null
  done
  # Leftovers of another docker, and a person's own.
  iptables-legacy -t nat -N DOCKER
  iptables-legacy -t nat -A DOCKER -i docker9 -j RETURN
  iptables-nft -P FORWARD DROP
  iptables-nft -A FORWARD -i a-link -m comment --comment "kubernetes, said the boss" -j ACCEPT
}

# state: all that an uninstall has to give back.
state() {
  local name
  printf '== mounts\n'
  # Not those of the machine's own network namespaces, which other tests make and end meanwhile.
  awk '$5 !~ "^/run/netns/" { print $3, $4, $5 }' /proc/self/mountinfo | sort
  printf '== network\n'
  ip -o link | awk '{ print $2 }'
  ip route
  printf '== sysctls\n'
  grep -r . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/{all,default,lo,a-link}/ /proc/sys/net/bridge/bridge-nf-call* \
    /proc/sys/kernel/panic /proc/sys/kernel/panic_on_oops /proc/sys/vm/overcommit_memory
  for name in "${BOTH_FAMILIES[@]}"; do
    printf '== %s\n' "$name"
    # An empty table that accepts everything is as good as none; nothing but a reboot takes it away.
    "$name-save" 2>/dev/null | awk '/^\*/ { table = $1 } /^-/ { print table, $0 } /^:/ && $2 != "ACCEPT" { print table, $1, $2 }'
  done
  printf '== files\n'
  # The lock is of iptables itself.
  find /run /etc /var/lib /var/log /opt /usr/bin "$TEST_FOLDER/disk" ! -name xtables.lock -printf '%p %y %m %l\n' | sort
  sha256sum /etc/hosts /usr/bin/docker 2>/dev/null || true
}

# disturb: what etcd, flannel, docker, kubelet and kube-proxy do on a node, in both flavours of iptables.
disturb() {
  local name
  mkdir -p "$DATA/etcd/data-dir/member" /run/flannel
  echo snap >"$DATA/etcd/data-dir/member/db"
  echo name=x >"$DATA/etcd/data-dir.first-start"
  echo FLANNEL_SUBNET=10.1.5.1/24 >/run/flannel/subnet.env
  ip link add flannel.1 type vxlan id 1 dev a-link dstport 8472
  ip route add 10.1.9.0/24 via 10.207.182.19 dev a-link
  ip link add docker0 type bridge
  ip addr add 10.1.5.1/24 dev docker0
  ip link set docker0 up
  ip link add veth12ab type veth peer name eth0-of-pod
  ip link set veth12ab master docker0
  echo 1 >/proc/sys/net/ipv4/ip_forward
  echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
  echo 10 >/proc/sys/kernel/panic
  echo 1 >/proc/sys/kernel/panic_on_oops
  echo 1 >/proc/sys/vm/overcommit_memory
  for name in legacy nft; do
    docker_rules "iptables-$name"
    kube_rules "iptables-$name"
    kube_rules "ip6tables-$name"
  done
  iptables-legacy -P FORWARD DROP
  iptables-nft -P FORWARD ACCEPT
  disturb_files
}

disturb_files() {
  mkdir -p "$DATA/docker/graph/overlay" "$DATA/docker/graph/containers/1/shm" "$DATA/docker/run" /run/docker/netns /run/containerd \
    /var/lib/docker/network /var/log/containers /run/kubernetes /etc/docker
  mount --bind "$DATA/docker/graph/overlay" "$DATA/docker/graph/overlay"
  mount -t tmpfs shm "$DATA/docker/graph/containers/1/shm"
  touch /run/docker/netns/1 /var/lib/docker/network/local-kv.db /run/docker.pid /etc/docker/key.json
  unshare -n mount --bind /proc/self/ns/net /run/docker/netns/1
  POD="/var/lib/kubelet/pods/1-2/volumes/kubernetes.io~secret/a b"
  mkdir -p "$POD"
  mount -t tmpfs tmpfs "$POD"
  echo secret >"$POD/token"
  ln -s nowhere /var/log/containers/pod.log
}

docker_rules() {
  "$1" -t nat -N DOCKER 2>/dev/null || true
  "$1" -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
  "$1" -t nat -A POSTROUTING -s 10.1.5.0/24 ! -o docker0 -j MASQUERADE
  "$1" -t nat -A POSTROUTING -s 10.1.5.2/32 -d 10.1.5.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE
  "$1" -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.1.5.2:80
  "$1" -N DOCKER
  "$1" -N DOCKER-ISOLATION
  "$1" -A FORWARD -j DOCKER-ISOLATION
  "$1" -A FORWARD -o docker0 -j DOCKER
  "$1" -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
  "$1" -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
  "$1" -A FORWARD -i docker0 -o docker0 -j ACCEPT
  "$1" -A DOCKER-ISOLATION -j RETURN
}

kube_rules() {
  local chain
  for chain in KUBE-SERVICES KUBE-POSTROUTING KUBE-MARK-MASQ KUBE-SVC-X KUBE-SEP-X; do "$1" -t nat -N "$chain"; done
  "$1" -t nat -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
  "$1" -t nat -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
  "$1" -t nat -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
  "$1" -t nat -A KUBE-SERVICES -p tcp -m tcp --dport 80 -j KUBE-SVC-X
  "$1" -t nat -A KUBE-SVC-X -m statistic --mode random --probability 0.5 -j KUBE-SEP-X
  "$1" -t nat -A KUBE-SEP-X -j KUBE-MARK-MASQ
  "$1" -N KUBE-FIREWALL
  "$1" -A OUTPUT -j KUBE-FIREWALL
  "$1" -A KUBE-FIREWALL -m mark --mark 0x8000/0x8000 -j DROP
}

# scripts_too: what the scripts of the bundle do, and the cgroups that docker leaves in what they mount.
scripts_too() {
  local name
  if [[ -e $TEST_FOLDER/strange ]]; then
    # A hierarchy that nobody has mounted here, and yet it is in use.
    mkdir "$TEST_FOLDER/pids"
    mount -t cgroup -o pids cgroup "$TEST_FOLDER/pids"
    mkdir -p "$TEST_FOLDER/pids/kubepods"
    umount "$TEST_FOLDER/pids"
  fi
  for name in update-hosts.sh node/mount-cgroup.sh node/install-docker.sh; do
    script "$name" >"$TEST_FOLDER/scripts" 2>&1 || {
      cat "$TEST_FOLDER/scripts"
      return 1
    }
  done
  # As start-docker.sh and start-kubelet.sh do before their daemons make theirs.
  script uninstall.sh --record
  mkdir -p /sys/fs/cgroup/memory/kubepods/besteffort
}

# person_rule -A|-D: a rule that is nobody's but a person's, who made it after the first start.
person_rule() {
  iptables-nft "$1" INPUT -i docker0 -j ACCEPT
}

same_state() {
  state >"$TEST_FOLDER/after"
  diff "$TEST_FOLDER/before" "$TEST_FOLDER/after"
}

# killing_shims PROGRAM...: each, when it really changed something, ends the script with kill -9 right after.
killing_shims() {
  local name
  for name in "$@"; do
    # shellcheck disable=SC2016 # for the shim
    shim "$name" 'exec 8>&-
name=${0##*/} last=${*: -1} there=1
real=$(PATH=${PATH#*:} type -P "$name")
case $name in
  rm | rmdir) [[ -e $last || -L $last ]] || there=0 ;;
  ip) [[ $* == *" del "* ]] || there=0 ;;
esac
"$real" "$@" || exit
if ((there)); then printf "%s\n" "$name $*" >>"$TEST_FOLDER/kills"; kill -9 "$VICTIM" "$PPID" 2>/dev/null; fi
exit 0'
  done
}

# on_terminal WORD LINE: a command line with a terminal, on which WORD is typed.
on_terminal() {
  printf '%s\n' "$1" | command script --return --quiet --command "$2" /dev/null
}
