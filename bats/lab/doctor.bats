#!/usr/bin/env bats
# The six questions of the guide, each brought about for real on its three hosts: doctor.sh names the trouble, and what
# it says to type is typed as printed and makes it good. Real etcd and docker.

bats_require_minimum_version 1.5.0
load lab

HOSTS=(sandbox-1 sandbox-2 sandbox-3)

setup_file() {
  lab_folder
  lab_programs
  guide_spec doctor
  # A gateway, and an apiserver that has to find its address by itself, as the guide's has (Q2).
  sed -i -e 's/"name": "sandbox-\([1-3]\)",/&  "gateway": "10.207.182.1",/' \
    -e 's/^  "hosts": \[/  "apiserver": { "flags": { "advertise-address": null } },\n&/' "$SPEC"
  lab_up
}

teardown_file() {
  lab_down
}

setup() {
  lab_names
}

# What a test that failed has left would fail the next one too.
teardown() {
  local host
  [[ -z $BATS_ERROR_STATUS || $BATS_ERROR_STATUS -eq 0 ]] && return 0
  for host in "${HOSTS[@]}"; do
    on "$host" ip route replace default via 10.207.182.1
    script "$host" start.sh --timeout 60 >/dev/null 2>&1 3>&-
  done
  return 0
}

# examine CODE HOST ID...: doctor.sh of that host with these checks ends with CODE.
examine() {
  local code=$1 host=$2 IFS=,
  shift 2
  run script "$host" doctor.sh --only "$*"
  printf '%s\n' "$output"
  [[ $status -eq $code ]]
}

# type_cure HOST NUMBER: that line of what was said to type, as printed, on the host, in the bundle's folder.
type_cure() {
  local line
  line=$(sed -n 's/^ \{13\}\([^ ]\)/\1/p' <<<"$output" | sed -n "$2p")
  [[ -n $line ]]
  printf '%s# %s\n' "$1" "$line"
  on "$1" bash -c "cd /root/$CLUSTER && $line"
}

@test "a healthy host: nothing is bad, in less than 10 seconds and 80 columns; JSON says the same" {
  local begin=$SECONDS
  all_healthy "${HOSTS[@]}"
  begin=$SECONDS
  run script sandbox-1 doctor.sh
  printf '%s\n' "$output"
  [[ $status -eq 0 ]]
  ((SECONDS - begin < 10))
  has "0 bad"
  # No line but those to type is longer.
  ! grep -E '^.{81}' <<<"$output" | grep -qvE '^ {2}/|^ {13}' || false
  has "all 3 members answer, healthy"
  has "all 3 masters"
  has "sandbox-1 is Ready"
  has "all 2 subnets of other hosts are led right"
  run -0 script sandbox-1 doctor.sh --json
  [[ $(node -p 'JSON.parse(require("fs").readFileSync(0)).summary.bad' <<<"$output") == 0 ]]
}

@test "Q1: fewer than a majority of etcd: how many, which, and what to start where; typed, it works again" {
  script sandbox-2 etcd/stop-etcd.sh
  script sandbox-3 etcd/stop-etcd.sh
  examine 1 sandbox-1 etcd-majority
  has "(Q1): 1 of 3 members run, and 2 have to"
  has "etcd1 (sandbox-2), etcd0 (sandbox-3), etcd2 (sandbox-1, runs)"
  has "in the bundle's folder on sandbox-2, sandbox-3"
  type_cure sandbox-2 1
  examine 0 sandbox-1 etcd-majority
  has "2 of 3 members are healthy; not: etcd0 (sandbox-3)"
  # The host itself says the whole path.
  examine 0 sandbox-3 etcd-majority
  type_cure sandbox-3 1
  examine 0 sandbox-1 etcd-majority,etcd-members,etcd-health
  has "all 3 members answer, healthy"
}

@test "Q2: no default route: the gateway of the specification; typed, kube-apiserver starts" {
  script sandbox-1 master/stop-kube-apiserver.sh
  on sandbox-1 ip route del default
  run -1 script sandbox-1 master/start-kube-apiserver.sh --timeout 10
  has "(Q2)"
  examine 1 sandbox-1 default-route
  has "(Q2): there is none, and it is needed: kube-apiserver has no --advertise-address"
  [[ $output == *"  ip route add default via 10.207.182.1 dev "* ]]
  type_cure sandbox-1 1
  examine 0 sandbox-1 default-route
  script sandbox-1 master/start-kube-apiserver.sh
  eventually 30 examine 0 sandbox-1 api-address api-endpoints
}

@test "Q3: kube-apiserver on 127.0.0.1: where it listens; typed, others reach it" {
  on sandbox-2 sed -i.right 's/insecure-bind-address=0.0.0.0/insecure-bind-address=127.0.0.1/' \
    "/root/$CLUSTER/master/start-kube-apiserver.sh"
  script sandbox-2 master/stop-kube-apiserver.sh
  script sandbox-2 master/start-kube-apiserver.sh
  on sandbox-1 bash -c '! exec 3<>/dev/tcp/10.207.182.19/8080'
  examine 1 sandbox-2 api-address
  has "(Q3): it listens on 127.0.0.1 only, and its start script says --insecure-bind-address=127.0.0.1"
  # As the tarball has it.
  on sandbox-2 mv "/root/$CLUSTER/master/start-kube-apiserver.sh.right" "/root/$CLUSTER/master/start-kube-apiserver.sh"
  examine 1 sandbox-2 api-address
  has "It runs with an older command line"
  type_cure sandbox-2 1
  examine 0 sandbox-2 api-address
  on sandbox-1 bash -c 'exec 3<>/dev/tcp/10.207.182.19/8080'
}

@test "Q4: docker's helpers are gone: which, and where they are; typed, docker starts" {
  cp "$KUBEBALE_LAB/$CLUSTER/out/$CLUSTER/sandbox-3.tar.gz" "$(lab folder sandbox-3)/root/"
  script sandbox-3 node/stop-kubelet.sh
  script sandbox-3 node/stop-docker.sh
  on sandbox-3 rm "/root/$CLUSTER/bin/runc"
  run -1 script sandbox-3 node/start-docker.sh --timeout 10
  has "(Q4)"
  examine 1 sandbox-3 docker-parts
  has "(Q4): helpers that are not in bin/: runc"
  has_not cgroup
  type_cure sandbox-3 1
  type_cure sandbox-3 2
  examine 0 sandbox-3 docker-parts
  script sandbox-3 node/start-kubelet.sh
}

@test "Q4: the cgroup hierarchies are not mounted: that, and the script; typed, docker starts" {
  on sandbox-2 mountpoint -q /sys/fs/cgroup/devices ||
    skip "this machine's cgroups cannot be mounted the old way, so there is nothing to take away"
  script sandbox-2 node/stop-kubelet.sh
  script sandbox-2 node/stop-docker.sh
  on sandbox-2 umount -R /sys/fs/cgroup
  run -1 script sandbox-2 node/start-docker.sh --timeout 10
  has "(Q4)"
  examine 1 sandbox-2 docker-parts
  has "(Q4): cgroup hierarchies that are not mounted: devices"
  has_not "helpers that are"
  type_cure sandbox-2 1
  type_cure sandbox-2 2
  examine 0 sandbox-2 docker-parts
  script sandbox-2 node/start-kubelet.sh
}

@test "Q5: flannel's key is missing or no network: as it stands, and through the leader; typed, the server answers" {
  local leader
  leader=$(ctl sandbox-1 member list | sed -n 's/.*name=\([^ ]*\).*isLeader=true.*/\1/p')
  ctl sandbox-1 rm /coreos.com/network/config
  run -1 on sandbox-1 "${KUBEBALE_BASH:-bash}" "/root/$CLUSTER/master/start-flanneld-server.sh" --health
  has "HTTP 500"
  examine 1 sandbox-1 flannel-key
  has "(Q5): /coreos.com/network/config is missing"
  has "$leader (sandbox-"
  type_cure sandbox-1 1
  examine 0 sandbox-1 flannel-key
  has "flanneld-server gives it out"
  ctl sandbox-1 set /coreos.com/network/config '{"Netz": "10.1.0.0"}'
  examine 1 sandbox-2 flannel-key
  has "is '{\"Netz\": \"10.1.0.0\"}', which is no network"
  type_cure sandbox-2 1
  examine 0 sandbox-1 flannel-key
}

@test "Q6: docker has lost the pause image, and the registry is away: the script; typed, docker holds it" {
  on sandbox-2 "/root/$CLUSTER/bin/docker" rmi -f "$NAME"
  examine 1 sandbox-2 pause-image
  has "(Q6): docker does not hold $NAME; registry.example.com:5000 does not answer"
  type_cure sandbox-2 1
  examine 0 sandbox-2 pause-image
  has "docker holds $NAME"
}

@test "Q6: the registry answers, and does not have the pause image: push-images.sh, typed, gives it" {
  registry_start
  examine 0 sandbox-2 registry
  has "answers at 10.207.182.9:5000, and does not have $NAME"
  type_cure sandbox-2 1
  examine 0 sandbox-2 registry pause-image
  has "answers at 10.207.182.9:5000, and has $NAME"
  has "registry.example.com:5000 has it"
  registry_stop
}

@test "a unit died, a host is away, docker0 is on another subnet: each is said with what to type" {
  local subnet
  on sandbox-3 kill -9 "$(pid_of sandbox-3 kube-proxy)"
  examine 1 sandbox-3 units-running
  has "kube-proxy died"
  type_cure sandbox-3 1
  eventually 60 examine 0 sandbox-3 units-running
  lab cut sandbox-3
  examine 1 sandbox-1 hosts-reachable
  has "sandbox-3 (10.207.182.20:2379, etcd)"
  lab join sandbox-3
  eventually 30 examine 0 sandbox-1 hosts-reachable
  subnet=$(on sandbox-2 sed -n 's/^FLANNEL_SUBNET=//p' /run/flannel/subnet.env)
  on sandbox-2 bash -c "ip addr del $subnet dev docker0; ip addr add 10.1.250.1/24 dev docker0"
  examine 1 sandbox-2 flannel-lease
  has "docker0 has 10.1.250.1/24, and flannel gave $subnet"
  type_cure sandbox-2 1
  examine 0 sandbox-2 flannel-lease
}
