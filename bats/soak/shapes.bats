#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # each test is a subshell
# Shapes of a cluster, played by stand-ins throughout. Part of npm run test:soak, not of npm test.

bats_require_minimum_version 1.5.0
load ../lab/lab
load shapes

setup() {
  lab_folder
}

teardown() {
  kubebale rehearse "$SPEC" --remove >/dev/null 3>&- || true
  rm -rf -- "$LAB"
}

@test "one host with all roles: all units healthy" {
  shape alone 'only 10.207.182.18 etcd,master,node'
  rehearse_shape etcd=1 flanneld-server=1 kube-apiserver=1 kube-controller-manager=1 kube-scheduler=1 \
    flanneld=1 docker=1 kubelet=1 kube-proxy=1
}

@test "one host for each role: all units healthy" {
  shape apart 'keys 10.207.182.18 etcd' 'leader 10.207.182.19 master' 'worker 10.207.182.20 node'
  rehearse_shape etcd=1 flanneld-server=1 kube-apiserver=1 kube-controller-manager=1 kube-scheduler=1 \
    flanneld=1 docker=1 kubelet=1 kube-proxy=1
}

@test "five hosts, each with all roles: all units healthy" {
  local -a hosts
  local number
  for number in 1 2 3 4 5; do hosts+=("host-$number 10.207.182.$number etcd,master,node"); done
  shape five "${hosts[@]}"
  rehearse_shape etcd=5 flanneld-server=5 kube-apiserver=5 kube-controller-manager=5 kube-scheduler=5 \
    flanneld=5 docker=5 kubelet=5 kube-proxy=5
}

@test "seven members of etcd" {
  local -a hosts
  mapfile -t hosts < <(members 1 7)
  shape seven "${hosts[@]}"
  rehearse_shape etcd=7
}

@test "three masters and twenty nodes, in two networks: 23 hosts, all units healthy" {
  local -a hosts
  local number
  for number in 1 2 3; do hosts+=("master-$number 10.207.182.$number etcd,master"); done
  for ((number = 1; number <= 10; number++)); do hosts+=("near-$number 10.207.182.$((100 + number)) node"); done
  for ((number = 1; number <= 10; number++)); do hosts+=("far-$number 192.168.7.$number node"); done
  shape large "${hosts[@]}"
  rehearse_shape etcd=3 flanneld-server=3 kube-apiserver=3 kube-controller-manager=3 kube-scheduler=3 \
    flanneld=20 docker=20 kubelet=20 kube-proxy=20
}
