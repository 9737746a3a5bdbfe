#!/usr/bin/env bats
# shellcheck disable=SC2016 # quoted code is for the namespaces
# doctor.sh: the checks of the host itself, each in its good and in its bad state. Where a cure can be
# typed here, it is typed as printed, and has to make the check good.

load helper
load doctor

setup() {
  make_bundle
}

@test "bundle-files: sound, one damaged, one missing, and what verify.sh says" {
  make_doctor
  (cd "$BUNDLE" && printf 'x' >etcd/program && find . -type f ! -name SHA256SUMS -exec sha256sum {} + >SHA256SUMS)
  on_host '
    sees good bundle-files "as they were compiled"
    echo damaged >"$BUNDLE/etcd/program"
    sees bad bundle-files "not as compiled: ./etcd/program"
    rm "$BUNDLE/etcd/program"
    sees bad bundle-files "program (missing)" "Unpack the tarball again"
    rm "$BUNDLE/SHA256SUMS"
    sees bad bundle-files "SHA256SUMS is not there"
    echo "exit 0" >"$BUNDLE/verify.sh"
    sees good bundle-files
    echo "exit 1" >"$BUNDLE/verify.sh"
    sees bad bundle-files "/verify.sh"
    echo "echo no tools; exit 2" >"$BUNDLE/verify.sh"
    sees unknown bundle-files "ends with 2: no tools"'
}

@test "other-bundle: units of another bundle, and its names in /etc/hosts" {
  make_doctor
  on_host '
    own_etc
    sees good other-bundle
    mkdir -p "$TEST_FOLDER/old one"/{bin,lib}
    touch "$TEST_FOLDER/old one/lib/unit.sh"
    cp "$(type -P sleep)" "$TEST_FOLDER/old one/bin/etcd"
    background "$TEST_FOLDER/old one/bin/etcd" 1000
    retry 30 test "$TEST_FOLDER/old one/bin/etcd" = "$(readlink /proc/${PIDS[0]}/exe)"
    sees bad other-bundle "units of another bundle run here" "/old one/stop.sh"
    kill -KILL "${PIDS[0]}"
    retry 30 test ! -e "/proc/${PIDS[0]}/exe"
    printf "# BEGIN kubebale guide\n# END kubebale guide\n" >>/etc/hosts
    sees good other-bundle
    printf "# BEGIN kubebale last-year\n# END kubebale last-year\n" >>/etc/hosts
    sees warning other-bundle "another cluster: last-year"'
}

@test "host-address: on an interface, on another one than the specification says, and missing" {
  TEST_ADDRESS=10.9.8.7
  export TEST_ADDRESS
  INTERFACE=kb0 make_doctor
  on_host '
    ip link add kb0 type bridge
    sees bad host-address "no interface has 10.9.8.7; here: none"
    ip addr add 10.9.8.6/24 dev kb0
    sees bad host-address "here: 10.9.8.6 (kb0)" "ip addr add 10.9.8.7/24 dev kb0"
    type_cure
    sees good host-address "10.9.8.7 on kb0"
    ip addr del 10.9.8.7/24 dev kb0
    ip addr add 10.9.8.7/32 dev lo
    sees warning host-address "on lo, in the specification on kb0"'
}

@test "default-route (Q2): missing with and without the specification's gateway, cured as printed" {
  TEST_ADDRESS=10.9.8.7
  export TEST_ADDRESS
  make_doctor
  on_host '
    ip link add kb0 type bridge
    ip link set kb0 up
    ip addr add 10.9.8.7/24 dev kb0
    sees bad default-route "default route (Q2): there is none" "ip route add default dev kb0"
    type_cure
    sees good default-route "default dev kb0"'
  GATEWAY=10.9.8.1 make_doctor
  on_host '
    ip link add kb0 type bridge
    ip link set kb0 up
    ip addr add 10.9.8.7/24 dev kb0
    sees bad default-route "ip route add default via 10.9.8.1 dev kb0"
    type_cure
    sees good default-route "default via 10.9.8.1"'
}

@test "host-name: the specification's, with a domain, and another, cured as printed" {
  make_doctor
  on_host '
    own_etc
    mount -t tmpfs tmpfs /run
    hostname sandbox-1
    sees good host-name
    hostname sandbox-1.example.net
    sees good host-name "sandbox-1.example.net"
    hostname sandbox-11
    sees warning host-name "it is called sandbox-11, in the specification sandbox-1"
    type_cure
    sees good host-name
    [[ $(cat /etc/hostname) == sandbox-1 ]]
    mkdir -p /run/systemd/system
    hostname other
    sees warning host-name "hostnamectl set-hostname sandbox-1"'
}

@test "architecture and kernel: as needed, another, too old (uname is a stand-in)" {
  make_doctor
  on_host '
    shim uname "case \$1 in -m) echo \$MACHINE ;; -r) echo \$RELEASE ;; esac"
    PATH=$TEST_FOLDER/shims:$PATH
    export MACHINE=x86_64 RELEASE=3.10.0-1160.el7.x86_64
    sees good architecture "x86_64 (amd64)"
    sees good kernel "3.10.0-1160"
    export MACHINE=aarch64 RELEASE=2.6.32-754.el6
    sees bad architecture "aarch64 (arm64), and the bundle was compiled for amd64"
    sees bad kernel "2.6.32-754.el6, docker needs 3.10"
    export RELEASE=3.9.11
    sees bad kernel
    export RELEASE=6.1
    sees good kernel
    export RELEASE=odd
    sees unknown kernel'
}

@test "swap and memory: enough, swap on, too little in all, too little left (files over /proc)" {
  make_doctor
  on_host '
    printf "Filename Type Size Used Priority\n" | fake_file /proc/swaps
    sees good swap
    printf "Filename Type Size Used Priority\n/dev/sdb partition 2097148 10240 -2\n" | fake_file /proc/swaps
    sees warning swap "/dev/sdb (2047 MiB, 10 used)" "swapoff -a"
    printf "MemTotal: 8000000 kB\nMemFree: 1 kB\nMemAvailable: 6000000 kB\n" | fake_file /proc/meminfo
    sees good memory "5859 MiB of 7812"
    printf "MemTotal: 8000000 kB\nMemFree: 4000000 kB\nCached: 2000000 kB\n" | fake_file /proc/meminfo
    sees good memory "5859 MiB of 7812"
    printf "MemTotal: 1000000 kB\nMemAvailable: 900000 kB\n" | fake_file /proc/meminfo
    sees warning memory "976 MiB, about 1536 are needed for: etcd master node"
    printf "MemTotal: 8000000 kB\nMemAvailable: 500000 kB\n" | fake_file /proc/meminfo
    sees warning memory "488 MiB of 7812 are left, about 1280"
    printf "MemTotal: 8000000 kB\nMemAvailable: 90000 kB\n" | fake_file /proc/meminfo
    sees bad memory "87 MiB of 7812 are left"'
}

@test "open-files: enough, too few for the shell (cured as printed), nearly all used by a unit" {
  make_doctor
  on_host '
    ulimit -Sn 4096
    sees good open-files 4096
    ulimit -Sn 1024
    sees warning open-files "1024, and the daemons get that" "ulimit -n 65536"
    if (($(ulimit -Hn) >= 65536)); then
      type_cure
      sees good open-files 65536
    fi
    background bash -c "ulimit -n 20; for n in {3..18}; do eval \"exec \$n</dev/null\"; done; sleep 1000; :"
    is_unit etcd "${PIDS[-1]}"
    retry 30 test -e "/proc/${PIDS[-1]}/fd/18"
    sees bad open-files "nearly used up by: etcd (" "of 20)"'
}

@test "host-clock: kept, kept by nobody, years off (date is a stand-in)" {
  make_doctor
  on_host '
    shim date "TZ=UTC exec /usr/bin/date -d \"\$NOW_IS\" \"\$@\""
    PATH=$TEST_FOLDER/shims:$PATH
    export NOW_IS="2026-11-25 12:00"
    if ! grep -lxE "chronyd|ntpd|openntpd|systemd-timesyn|ptp4l|phc2sys" /proc/[0-9]*/comm 2>/dev/null; then
      sees warning host-clock "2026-11-25 12:00 UTC, and nothing keeps it"
    fi
    named chronyd
    sees good host-clock "kept by"
    NOW_IS="1970-01-01 00:10"
    sees bad host-clock "it says 1970-01-01 00:10 UTC"'
}

@test "selinux and apparmor: off, permissive, enforcing; no parser for the profile (files over /sys)" {
  make_doctor
  on_host '
    mount -t tmpfs tmpfs /sys/fs
    mount -t tmpfs tmpfs /sys/module
    sees good selinux "off"
    mkdir /sys/fs/selinux
    echo 0 >/sys/fs/selinux/enforce
    sees good selinux "permissive"
    echo 1 >/sys/fs/selinux/enforce
    sees warning selinux "enforcing" "setenforce 0"
    sees good apparmor "off"
    mkdir -p /sys/module/apparmor/parameters
    echo Y >/sys/module/apparmor/parameters/enabled
    shim apparmor_parser "exit 0"
    PATH=$TEST_FOLDER/shims:$PATH sees good apparmor "on, with apparmor_parser"
    if [[ ! -x /sbin/apparmor_parser ]] && ! type -P apparmor_parser; then
      sees bad apparmor "docker has no apparmor_parser"
    fi'
}

@test "iptables: missing, too old, the nf_tables flavour, no nat table, fine (stand-ins for the program)" {
  make_doctor
  on_host '
    shim iptables "echo \"iptables v\$IPTABLES_IS\""
    shim modprobe "exit \${MODPROBE:-0}"
    PATH=$TEST_FOLDER/shims:$PATH
    export IPTABLES_IS="1.4.21" MODPROBE=0
    sees good iptables "1.4.21 (legacy)"
    IPTABLES_IS="1.4.7"
    sees warning iptables "1.4.7, kube-proxy wants 1.4.11"
    IPTABLES_IS="1.8.9 (nf_tables)"
    sees warning iptables "1.8.9 (nf_tables)"
    IPTABLES_IS="1.8.9 (legacy)" MODPROBE=1
    sees bad iptables "no nat table"
    if type -P iptables-legacy && iptables-legacy -t nat -S; then
      sees good iptables "1.8.9 (legacy)"
    fi
    rm "$TEST_FOLDER/shims/iptables"
    # A file that is no program hides it, wherever it is linked from.
    fake_file "$(readlink -f "$(type -P iptables)")" </dev/null
    sees bad iptables "iptables is not on this host"
    sees bad forward-policy "iptables is not on this host"
    sees good firewall "no iptables"'
}

@test "ip-forward: off before docker, off with docker running (cured as printed), on" {
  make_doctor
  on_host '
    echo 0 >/proc/sys/net/ipv4/ip_forward
    sees good ip-forward "docker turns it on"
    unit_runs docker
    sees bad ip-forward "off, though docker runs"
    type_cure
    sees good ip-forward "on"'
}

@test "bridge-netfilter: on, off (cured as printed where the kernel has it), the module not loaded, none" {
  make_doctor
  on_host '
    shim modprobe "exit \${MODPROBE:-0}"
    if [[ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]]; then
      echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
      sees good bridge-netfilter
      echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables
      sees warning bridge-netfilter "does not go through iptables"
      type_cure
      sees good bridge-netfilter
      mount -t tmpfs tmpfs /proc/sys/net/bridge
    fi
    PATH=$TEST_FOLDER/shims:$PATH
    export MODPROBE=0
    sees warning bridge-netfilter "br_netfilter is not loaded" "modprobe br_netfilter"
    MODPROBE=1
    mount -t sysfs sysfs /sys
    sees unknown bridge-netfilter "there is no bridge yet"
    ip link add docker0 type bridge
    sees warning bridge-netfilter "this kernel has no br_netfilter"'
}

@test "conntrack: room, three quarters full, full, not loaded, none (files over /proc)" {
  make_doctor
  on_host '
    mount -t tmpfs tmpfs /proc/sys/net/netfilter
    shim modprobe "exit \${MODPROBE:-0}"
    PATH=$TEST_FOLDER/shims:$PATH
    export MODPROBE=0
    sees good conntrack "not in use yet"
    MODPROBE=1
    sees bad conntrack "no nf_conntrack"
    echo 1000 >/proc/sys/net/netfilter/nf_conntrack_max
    echo 10 >/proc/sys/net/netfilter/nf_conntrack_count
    sees good conntrack "10 of 1000"
    echo 750 >/proc/sys/net/netfilter/nf_conntrack_count
    sees warning conntrack "750 of 1000" "nf_conntrack_max=4000"
    echo 950 >/proc/sys/net/netfilter/nf_conntrack_count
    sees bad conntrack "950 of 1000 are taken: new connections are dropped"'
}

@test "forward-policy: accepted, dropped (cured as printed), dropped while start-docker.sh will open it" {
  make_doctor
  on_host '
    sees good forward-policy "accepted"
    iptables -P FORWARD DROP
    sees bad forward-policy "dropped"
    type_cure
    sees good forward-policy
    iptables -A FORWARD -j REJECT --reject-with icmp-host-prohibited
    sees bad forward-policy "dropped by a rule" "iptables -D FORWARD -j REJECT"
    type_cure
    sees good forward-policy'
  FORWARD=true make_doctor
  on_host '
    iptables -P FORWARD DROP
    sees good forward-policy "start-docker.sh opens it"
    unit_runs docker
    sees bad forward-policy "dropped"'
}

@test "firewall: none, firewalld, ufw, everything dropped that comes in" {
  make_doctor
  on_host '
    own_etc
    rm -rf /etc/ufw
    mkdir /etc/ufw
    echo ENABLED=no >/etc/ufw/ufw.conf
    sees good firewall
    iptables -P INPUT DROP
    sees warning firewall "what comes in is dropped"
    iptables -P INPUT ACCEPT
    iptables -A INPUT -j REJECT
    sees warning firewall "what comes in is dropped"
    iptables -F INPUT
    echo ENABLED=yes >/etc/ufw/ufw.conf
    sees warning firewall "ufw is on" "ufw disable"
    rm /etc/ufw/ufw.conf
    named firewalld
    sees warning firewall "firewalld runs (pid ${PIDS[-1]})"'
}

@test "ports: free, taken by a stranger (tcp, udp), by a unit of ours, of another host only" {
  make_doctor
  on_host '
    ip link set lo up
    sees good ports "nobody else has one of the 2"
    listens 2380
    sees good ports
    listens 2379
    sees bad ports "taken: 2379/tcp (etcd) by node, pid ${PIDS[-1]}" "ps -fp ${PIDS[-1]}"
    is_unit etcd "${PIDS[-1]}"
    sees good ports
    listens 8285 udp
    sees bad ports "8285/udp (flanneld) by node, pid ${PIDS[-1]}"'
}

@test "disk-space, disk-inodes, disk-writable: room, nearly full, full, read-only" {
  mkdir "$BATS_TEST_TMPDIR/data disk"
  make_doctor "DATA_PATHS=\"'$BATS_TEST_TMPDIR/data disk/not/yet' etcd\""
  on_host '
    data="$TEST_FOLDER/data disk"
    mount -t tmpfs -o size=8g,nr_inodes=100k tmpfs "$data"
    # Only this file system counts here, not that of the machine which tests.
    sees_data() { sees "$@" "on $data (etcd)"; }
    sees_data "good|warning" disk-space
    sees_data "good|warning" disk-inodes
    sees good disk-writable
    mount -o remount,size=1g "$data"
    sees_data warning disk-space "1024 MiB (100%)"
    mount -o remount,size=100m "$data"
    sees_data bad disk-space "100 MiB (100%)" "du -xhd1 "
    mount -o remount,nr_inodes=10k "$data"
    sees_data warning disk-inodes "(99%) on $data"
    mount -o remount,nr_inodes=500 "$data"
    sees_data bad disk-inodes "49"
    mount -o remount,ro "$data"
    sees bad disk-writable "read-only: $data"
    type_remount() { eval "$(printf "%s\n" "$SEEN" | grep remount,rw)"; }
    type_remount
    sees good disk-writable'
}

@test "etcd-data: none, ours, of another cluster or member, somebody's, lost" {
  make_doctor
  printf '#!/bin/bash\n' >"$BUNDLE/etcd/stop-etcd.sh"
  chmod 0755 "$BUNDLE/etcd/stop-etcd.sh"
  on_host '
    data="$TEST_FOLDER/etcd data"
    sees good etcd-data "none yet"
    mkdir -p "$data/member"
    sees warning etcd-data "that this bundle has not made" "mv "
    touch "$BUNDLE/etcd/migrate-etcd.sh"
    sees warning etcd-data "migrate-etcd.sh --from"
    rm "$BUNDLE/etcd/migrate-etcd.sh"
    sleep 300 3>&- &
    printf "%s\n" "$!" "$(awk "{ print \$22 }" "/proc/$!/stat")" "$(cat /proc/sys/kernel/random/boot_id)" >"$BUNDLE/run/etcd.pid"
    sees good etcd-data "begun by the etcd that runs here (pid $!)"
    kill "$!"
    rm "$BUNDLE/run/etcd.pid"
    printf "name=etcd2\ninitial-cluster-token=etcd-cluster-1\ninitial-cluster=x\n" >"$data.first-start"
    sees good etcd-data "of this member and this cluster"
    printf "name=etcd2\ninitial-cluster-token=etcd-cluster-0\n" >"$data.first-start"
    sees bad etcd-data "its token is etcd-cluster-0, this one'\''s etcd-cluster-1"
    type_cure
    sees good etcd-data "none yet"
    mkdir -p "$data/member"
    printf "name=etcd7\ninitial-cluster-token=etcd-cluster-1\n" >"$data.first-start"
    sees bad etcd-data "of another member: etcd7"
    rm -r "$data"
    sees bad etcd-data "gone, though this member has run here"'
}

@test "flannel-leftovers: none, ours, of another network, an interface of another network" {
  make_doctor
  on_host '
    mount -t tmpfs tmpfs /run
    mount -t sysfs sysfs /sys
    mkdir /run/flannel
    subnet() { printf "FLANNEL_NETWORK=%s\nFLANNEL_SUBNET=%s\nFLANNEL_MTU=1472\n" "$@" >/run/flannel/subnet.env; }
    sees good flannel-leftovers "nothing of it here"
    subnet 10.1.0.0/16 10.1.7.1/24
    sees good flannel-leftovers "10.1.7.1/24 is of 10.1.0.0/16"
    subnet 10.2.0.0/16 10.2.7.1/24
    sees warning flannel-leftovers "of another cluster: 10.2.0.0/16"
    unit_runs flanneld
    sees bad flannel-leftovers "flannel works in 10.2.0.0/16"
    rm /run/flannel/subnet.env
    rm "$BUNDLE/run/flanneld.pid"
    ip link add flannel0 type bridge
    ip addr add 10.1.7.0/16 dev flannel0
    sees good flannel-leftovers
    ip addr replace 172.1.7.0/16 dev flannel0
    ip addr del 10.1.7.0/16 dev flannel0
    sees bad flannel-leftovers "flannel0 has 172.1.7.0, which is not in 10.1.0.0/16"
    type_cure
    sees good flannel-leftovers'
}

@test "mtu: fits each backend, too large, another one in docker, too small" {
  TEST_ADDRESS=10.9.8.7
  export TEST_ADDRESS
  BACKEND=vxlan make_doctor
  on_host '
    mount -t tmpfs tmpfs /run
    mount -t sysfs sysfs /sys
    mkdir /run/flannel
    sees unknown mtu "no interface has 10.9.8.7"
    ip link add kb0 type bridge
    ip link set kb0 mtu 1500
    ip addr add 10.9.8.7/24 dev kb0
    sees good mtu "kb0 takes 1500, pods get 1450 with vxlan"
    printf "pod-network\t10.1.0.0/16\nflannel-backend\tudp\n" >"$BUNDLE/lib/cluster.tsv"
    sees good mtu "pods get 1472 with udp"
    printf "FLANNEL_MTU=1472\n" >/run/flannel/subnet.env
    printf "pod-network\t10.1.0.0/16\nflannel-backend\tvxlan\n" >"$BUNDLE/lib/cluster.tsv"
    sees bad mtu "pods send 1472 bytes, kb0 lets 1450 through"
    printf "FLANNEL_MTU=1450\n" >/run/flannel/subnet.env
    sees good mtu
    background bash -c "while :; do sleep 1; done" docker --mtu=1400
    is_unit docker "${PIDS[-1]}"
    sees bad mtu "docker was started with 1400, flannel says 1450"
    rm "$BUNDLE/run/docker.pid" /run/flannel/subnet.env
    ip link set kb0 mtu 1200
    sees warning mtu "kb0 takes 1200, so pods get 1150"
    type_cure
    sees good mtu'
}

@test "docker-bridge: none, flannel's, another one before and with docker running (cured as printed)" {
  make_doctor
  on_host '
    mount -t tmpfs tmpfs /run
    mount -t sysfs sysfs /sys
    mkdir /run/flannel
    sees good docker-bridge "none yet"
    ip link add docker0 type bridge
    ip addr add 172.17.0.1/16 dev docker0
    sees good docker-bridge "left from before"
    printf "FLANNEL_SUBNET=10.1.7.1/24\n" >/run/flannel/subnet.env
    sees warning docker-bridge "it has 172.17.0.1/16, left from before; flannel gave 10.1.7.1/24"
    unit_runs docker
    sees bad docker-bridge "it has 172.17.0.1/16, flannel gave 10.1.7.1/24" "ip link del docker0"
    ip addr flush dev docker0
    ip addr add 10.1.7.1/24 dev docker0
    sees good docker-bridge "10.1.7.1/24, as flannel gave it"
    ip link del docker0
    sees bad docker-bridge "docker runs, and there is no docker0"'
}

@test "other-docker: none, one that runs, one that starts at the next boot" {
  make_doctor
  on_host '
    mount -t tmpfs tmpfs /run
    shim systemctl "[[ \$1 == is-enabled ]] && echo enabled"
    sees good other-docker
    named dockerd
    sees bad other-docker "one runs: pid ${PIDS[-1]}" "kill ${PIDS[-1]}"
    kill -KILL "${PIDS[-1]}"
    retry 30 test ! -e "/proc/${PIDS[-1]}/exe"
    mkdir -p /run/systemd/system
    PATH=$TEST_FOLDER/shims:$PATH sees warning other-docker "starts at the next boot" "systemctl disable docker"'
}

@test "cgroups (Q4): mounted, not yet, held by cgroup v2, turned off at boot, not in this kernel" {
  make_doctor
  on_host '
    own_etc
    mkdir -p /etc/default
    rm -f /etc/default/grub
    sees good cgroups "mounted: devices cpu cpuacct cpuset memory"
    no_cgroups
    sees warning cgroups "cgroup v1 (Q4): not mounted yet: devices" "node/mount-cgroup.sh"
    PHASE_OPTION=--after sees bad cgroups "not mounted: devices" "node/mount-cgroup.sh"
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    echo "cpu memory pids" | fake_file /sys/fs/cgroup/cgroup.subtree_control
    sees bad cgroups "uses cgroup v2 for: cpu memory" "systemd.unified_cgroup_hierarchy=0" "where this host'\''s boot loader has it"
    touch /etc/default/grub
    sees bad cgroups "In /etc/default/grub" "GRUB_CMDLINE_LINUX" "reboot"
    awk "{ if (\$1 == \"memory\") \$4 = 0; print }" /proc/cgroups >"$TEST_FOLDER/off"
    fake_file /proc/cgroups <"$TEST_FOLDER/off"
    sees bad cgroups "turned off when the kernel was booted: memory" "cgroup_enable=memory"
    grep -v cpuset "$TEST_FOLDER/off" | fake_file /proc/cgroups
    sees bad cgroups "built without: cpuset"'
}
