#!/usr/bin/env bats
# The way out: a host that never saw a bundle, the bundle unpacked on it, everything started, stopped and uninstalled,
# and the host is as it was. Real etcd and real docker, which spoils most; flannel and Kubernetes are stand-ins unless
# KUBEBALE_LAB_BIN brings them (bats/node/uninstall.bats does what the real ones do by hand).

bats_require_minimum_version 1.5.0
load lab

setup_file() {
  lab_folder
  lab_programs
  cat >"$SPEC" <<JSON
{
  "name": "out",
  "releases": { "kubernetes": "1.3.3", "etcd": "$ETCD_RELEASE", "flannel": "0.5.5", "docker": "$DOCKER_RELEASE" },
$(real_settings)
  "hosts": [{ "name": "sandbox-1", "address": "10.207.182.18", "roles": ["etcd", "master", "node"] }],
  "registry": { "host": "registry.example.com:5000", "pauseImage": "registry.example.com:5000/public/pause:1.0.2" }
}
JSON
  # Only to have a host, and the bundle as it is carried there, with the stand-ins in it.
  lab_up --until etcd
}

teardown_file() {
  lab_down
}

setup() {
  lab_names
}

# whole_host: all that an uninstall has to give back. Of sysctls, those of networks and those that kubelet writes; an
# empty table of iptables that accepts everything is as good as none, and nothing but a reboot takes it away.
whole_host() {
  on sandbox-1 bash -c '
    printf "== mounts\n"
    cut -d " " -f 3-5 /proc/self/mountinfo | sort
    printf "== interfaces, routes\n"
    ip -o addr | awk "{ print \$2, \$3, \$4 }"
    ip route
    printf "== sysctls\n"
    { grep -r . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf /proc/sys/net/bridge
      grep . /proc/sys/kernel/panic* /proc/sys/vm/overcommit_memory; } 2>/dev/null | grep -v stable_secret | sort
    for name in iptables-legacy iptables-nft ip6tables-legacy ip6tables-nft; do
      printf "== %s\n" "$name"
      "$name-save" 2>/dev/null | awk "/^\*/ { table = \$1 } /^-/ { print table, \$0 } /^:/ && \$2 != \"ACCEPT\" { print table, \$1, \$2 }"
    done
    printf "== files\n"
    find / /etc /run -xdev ! -path "/run/kubebale-lab*" ! -path /run/xtables.lock ! -path "/proc/*" -printf "%p %y %m %s %l\n" |
      sed "s/ d \([0-7]*\) [0-9]* / d \1 /" | sort -u
    printf "== usr\n"
    ls -l /usr/bin /usr/sbin /usr/local/bin | sha256sum
    sha256sum /etc/hosts
    printf "== cgroups\n"
    ls /sys/fs/cgroup' 2>&1
}

@test "start, stop and uninstall --purge-data leave the host as it was before the unpacking" {
  local folder
  folder=$(lab folder sandbox-1)
  # The bundle, as it was before the first start; then a host that never saw it.
  tar -C "$folder/root" --exclude='out/run/*' --exclude='out/log/*' -cf "$LAB/bundle.tar" out
  lab halt sandbox-1
  find "${folder:?}" "${folder%/disk}/changes" -xdev -mindepth 1 -delete
  lab boot sandbox-1
  whole_host >"$LAB/before"

  tar -C "$folder/root" -xf "$LAB/bundle.tar"
  script sandbox-1 start.sh >"$LAB/start.txt" 2>&1 || {
    cat "$LAB/start.txt"
    false
  }
  on sandbox-1 ip link show docker0
  [[ -n $(on sandbox-1 "/root/$CLUSTER/bin/docker" images -q) ]]

  run -2 script sandbox-1 uninstall.sh --purge-data --yes
  has 'still running: '
  script sandbox-1 stop.sh >"$LAB/stop.txt" 2>&1

  # A volume of a pod that something still uses.
  on sandbox-1 bash -c '
    pod=/var/lib/kubelet/pods/6f0e/volumes/kubernetes.io~empty-dir/cache
    mkdir -p "$pod"
    mount -t tmpfs tmpfs "$pod"
    cd "$pod"
    exec setsid sleep 600 >/dev/null 2>&1 </dev/null' &
  eventually 20 on sandbox-1 mountpoint -q /var/lib/kubelet/pods/6f0e/volumes/kubernetes.io~empty-dir/cache
  eventually 20 on sandbox-1 pgrep -f '^sleep 600'
  run -2 script sandbox-1 uninstall.sh --purge-data --yes
  printf '%s\n' "$output"
  has 'a volume is still in use: /var/lib/kubelet/pods/6f0e/volumes/kubernetes.io~empty-dir/cache'
  has '(sleep)'
  on sandbox-1 test -d /home/work/etcd/data-dir/member
  on sandbox-1 pkill -f '^sleep 600'
  on sandbox-1 umount /var/lib/kubelet/pods/6f0e/volumes/kubernetes.io~empty-dir/cache

  run -0 script sandbox-1 uninstall.sh --purge-data --yes
  printf '%s\n' "$output"
  whole_host >"$LAB/after"
  diff "$LAB/before" "$LAB/after"
}
