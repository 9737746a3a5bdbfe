#!/usr/bin/env bats
# The guide's cluster of three hosts, each member, master and node, from its tarballs to "all healthy", and what it then
# does: real etcd, real docker, a real private registry; flannel and Kubernetes are stand-ins unless KUBEBALE_LAB_BIN
# brings them.

bats_require_minimum_version 1.5.0
load lab

HOSTS=(sandbox-1 sandbox-2 sandbox-3)

setup_file() {
  lab_folder
  lab_programs
  guide_spec lab
  lab_up
}

teardown_file() {
  lab_down
}

setup() {
  lab_names
}

@test "G0: from the tarballs to all units healthy on all hosts" {
  cat "$LAB/rehearsal.txt"
  for unit in etcd flanneld-server kube-apiserver kube-controller-manager kube-scheduler flanneld docker kubelet kube-proxy; do
    grep -E "^$unit +3 of 3 " "$LAB/rehearsal.txt"
  done
  all_healthy "${HOSTS[@]}"
}

@test "the first member waits with 3 and is not called a failure; the others make it healthy" {
  grep -E 'waits +sandbox-1 +etcd/start-etcd.sh' "$LAB/rehearsal.txt"
  run ! grep FAILED "$LAB/rehearsal.txt"
}

@test "G10: three nodes are Ready, under the names and addresses of the specification" {
  eventually 60 nodes_ready 3
  run -0 on sandbox-2 /root/lab/bin/kubectl get nodes -o json
  for address in 10.207.182.18 10.207.182.19 10.207.182.20; do [[ $output == *"$address"* ]]; done
}

@test "G4, G5: of three controller-managers and three schedulers one leads each" {
  for name in kube-controller-manager kube-scheduler; do
    run -0 on sandbox-1 /root/lab/bin/kubectl --namespace=kube-system get endpoints "$name" -o json
    [[ $(grep -o holderIdentity <<<"$output" | wc -l) -eq 1 ]]
  done
}

@test "G3: the kubernetes endpoints list all three apiservers, and stay so" {
  local try
  for try in 1 2 3; do
    run -0 on sandbox-1 /root/lab/bin/kubectl get endpoints kubernetes -o json
    for address in 10.207.182.18 10.207.182.19 10.207.182.20; do [[ $output == *"\"$address\""* ]]; done
    sleep 3
  done
}

@test "G6, G7, G9: each host has a lease of its own in etcd, and its docker is on that subnet" {
  local host
  run -0 ctl sandbox-1 ls /coreos.com/network/subnets
  [[ ${#lines[@]} -eq 3 ]]
  for host in "${HOSTS[@]}"; do
    subnet=$(on "$host" sed -n 's/^FLANNEL_SUBNET=//p' /run/flannel/subnet.env)
    [[ $output == *"$(sed 's/\.1\/.*/.0/' <<<"$subnet")"* ]]
    [[ $(on "$host" ip -4 -o addr show dev docker0) == *" $subnet "* ]]
  done
}

@test "G10: the pause image is in every docker, and the kubelet has a sandbox from it" {
  local host
  for host in "${HOSTS[@]}"; do
    on "$host" /root/lab/bin/docker inspect --type=image "$NAME" >/dev/null
    # A real kubelet makes a sandbox for a pod only, and there is none yet: real.bats looks at those.
    real kubelet || eventually 60 sandbox_runs "$host"
  done
}

sandbox_runs() {
  [[ -n $(on "$1" /root/lab/bin/docker ps -q) ]]
}

@test "push-images.sh: with the private registry down it says so; once it is up the image is there" {
  run -1 script sandbox-1 node/push-images.sh
  printf '%s\n' "$output"
  [[ $output == *registry.example.com:5000* ]]
  registry_start
  run -0 script sandbox-1 node/push-images.sh
  printf '%s\n' "$output"
  run -0 lab switch node -e 'fetch(process.argv[1]).then((a) => a.text()).then(console.log)' http://10.207.182.9:5000/v2/public/pause/tags/list
  [[ $output == *1.0.2* ]]
}

@test "pods of a ReplicationController run on all nodes, and hosts reach the pods of other hosts" {
  write_controller web 6
  on sandbox-1 /root/lab/bin/kubectl create -f /root/web.json
  eventually 90 pods_running 6
  local address
  for host in "${HOSTS[@]}"; do [[ $(pods_on "$host") -ge 1 ]]; done
  for address in $(pod_addresses); do
    for host in "${HOSTS[@]}"; do eventually 20 on "$host" busybox ping -c 1 -W 2 "$address"; done
  done
}

@test "a stand-in refuses a flag that its release does not have, as the real program does" {
  run -2 on sandbox-1 /root/lab/bin/kubelet --no-such-flag
  [[ $output == *'unknown flag: --no-such-flag'* ]]
  run on sandbox-1 /root/lab/bin/flanneld -no-such-flag
  [[ $status -eq 2 && $output == *'flag provided but not defined: -no-such-flag'* ]]
}

@test "stop.sh drains its node, a pod without a controller is named and left; start.sh takes the cordon back" {
  local name
  name=$(pods | awk '$2 == "sandbox-1" { print $1; exit }')
  printf '%s' '{ "kind": "Pod", "apiVersion": "v1", "metadata": { "name": "alone" }, "spec": { "nodeName": "sandbox-1",
    "containers": [{ "name": "pause", "image": "'"$NAME"'" }] } }' >"$(lab folder sandbox-1)/root/alone.json"
  on sandbox-1 /root/lab/bin/kubectl create -f /root/alone.json
  run script sandbox-1 stop.sh
  printf '%s\n' "$output"
  [[ $status -eq 0 ]]
  has "This node gets no new pods until start.sh."
  has "so they are left, and end with docker: alone."
  has "The node is drained: its pods have ended. Left were: alone."
  has "Nothing of this bundle runs on sandbox-1 any more."
  [[ $(pods) != *"$name "* ]]
  [[ $(on sandbox-1 bash -c 'ls /root/lab/run/*.pid' 2>&1) == *'No such file'* ]]
  [[ $(on sandbox-2 /root/lab/bin/kubectl get nodes) == *SchedulingDisabled* ]]
  run script sandbox-1 start.sh --timeout 120
  printf '%s\n' "$output"
  [[ $status -eq 0 ]]
  has "This node gets pods again."
  [[ $(on sandbox-2 /root/lab/bin/kubectl get nodes) != *SchedulingDisabled* ]]
  all_healthy "${HOSTS[@]}"
}

@test "start.sh is killed with -9 at three random moments and run again: the same state each time" {
  local round state
  state=$(host_state sandbox-3)
  [[ $state == *etcd.pid*kube-proxy.pid*10.207.182.20* ]]
  for round in 1 2 3; do start_killed sandbox-3 "$state"; done
  all_healthy "${HOSTS[@]}"
}
