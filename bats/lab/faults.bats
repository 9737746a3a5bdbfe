#!/usr/bin/env bats
# Faults on purpose, on the guide's cluster with real etcd and docker: what is expected is in docs/reliability.md, a
# row for each test here. A writer runs through those that could lose data.

bats_require_minimum_version 1.5.0
load lab

HOSTS=(sandbox-1 sandbox-2 sandbox-3)
UNITS=(etcd flanneld-server kube-apiserver kube-controller-manager kube-scheduler flanneld docker kubelet kube-proxy)

setup_file() {
  lab_folder
  lab_programs
  guide_spec faults
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
  pkill -KILL -f "writer.mjs write $LAB/acknowledged"
  lab rooms-off 2>/dev/null
  for host in "${HOSTS[@]}"; do
    lab join "$host" 2>/dev/null || lab boot "$host"
    script "$host" start.sh --timeout 120 >/dev/null 2>&1
  done
  return 0
}

# path_of UNIT: its start script.
path_of() {
  case $1 in
    etcd) printf 'etcd/start-etcd.sh' ;;
    flanneld-server | kube-apiserver | kube-controller-manager | kube-scheduler) printf 'master/start-%s.sh' "$1" ;;
    *) printf 'node/start-%s.sh' "$1" ;;
  esac
}

# member_host NAME: the host of an etcd member.
member_host() {
  case $1 in etcd2) printf sandbox-1 ;; etcd1) printf sandbox-2 ;; etcd0) printf sandbox-3 ;; esac
}

@test "kill -9 of every unit: status.sh says that it died, its start script starts it again" {
  local host unit pid
  local -a hosts=(sandbox-2)
  [[ -z ${KUBEBALE_SOAK-} ]] || hosts=("${HOSTS[@]}")
  writer_start
  for host in "${hosts[@]}"; do
    for unit in "${UNITS[@]}"; do
      pid=$(pid_of "$host" "$unit")
      on "$host" kill -9 "$pid"
      run -1 script "$host" status.sh
      grep -E "^$unit +died" <<<"$output"
      has "it ended without being stopped"
      run script "$host" "$(path_of "$unit")"
      printf '%s: %s\n' "$host" "$output"
      [[ $status -eq 0 ]]
      has "had ended without being stopped"
    done
    all_healthy "$host"
  done
  writer_check
}

@test "the etcd leader's host is cut off: writes go on, its script says who is missing, it comes back by itself" {
  local leader other=sandbox-1 before
  leader=$(member_host "$(ctl sandbox-1 member list | sed -n 's/.*name=\([^ ]*\).*isLeader=true.*/\1/p')")
  [[ $leader != sandbox-1 ]] || other=sandbox-2
  writer_start
  lab cut "$leader"
  run -3 script "$leader" etcd/start-etcd.sh --timeout 20
  printf '%s\n' "$output"
  has "2 of 3 members are missing"
  before=$(wc -l <"$LAB/acknowledged")
  eventually 30 more_written "$before"
  ctl "$other" set /while-cut yes
  # A controller-manager or scheduler that led from there loses its lease, and ends as it should.
  sleep 15
  lab join "$leader"
  eventually 60 script "$leader" start.sh --timeout 60
  all_healthy "${HOSTS[@]}"
  [[ $(ctl "$leader" get /while-cut) == yes ]]
  writer_check
}

more_written() {
  (($(wc -l <"$LAB/acknowledged") > $1 + 10))
}

@test "a host is rebooted: status.sh says so, start.sh brings all of it back, with the same flannel subnet" {
  local subnet
  subnet=$(on sandbox-3 sed -n 's/^FLANNEL_SUBNET=//p' /run/flannel/subnet.env)
  writer_start
  lab halt sandbox-3
  lab boot sandbox-3
  run -1 script sandbox-3 status.sh
  has "not started since this host was booted"
  run script sandbox-3 start.sh --timeout 120
  printf '%s\n' "$output"
  [[ $status -eq 0 ]]
  all_healthy "${HOSTS[@]}"
  [[ $(on sandbox-3 sed -n 's/^FLANNEL_SUBNET=//p' /run/flannel/subnet.env) == "$subnet" ]]
  writer_check
}

@test "a master is lost: another one leads, the node is NotReady and its pods move; it comes back with start.sh" {
  [[ -n ${KUBEBALE_SOAK-} ]] || skip "it takes minutes: npm run test:soak"
  write_controller moved 3
  on sandbox-2 /root/faults/bin/kubectl create -f /root/moved.json
  eventually 90 pods_running 3
  writer_start
  lab halt sandbox-1
  eventually 90 node_not_ready sandbox-1
  eventually 90 pods_running_off 3 sandbox-1
  for name in kube-controller-manager kube-scheduler; do
    eventually 60 led_by_others "$name" sandbox-1
  done
  lab boot sandbox-1
  run script sandbox-1 start.sh --timeout 120
  printf '%s\n' "$output"
  [[ $status -eq 0 ]]
  eventually 60 nodes_ready 3
  on sandbox-2 /root/faults/bin/kubectl delete rc moved
  all_healthy "${HOSTS[@]}"
  writer_check
}

node_not_ready() {
  on sandbox-2 /root/faults/bin/kubectl get nodes | grep -E "^$1 +NotReady"
}

led_by_others() {
  local text
  text=$(on sandbox-2 /root/faults/bin/kubectl --namespace=kube-system get endpoints "$1" -o json) || return 1
  [[ $text == *holderIdentity* && ! $text =~ holderIdentity[^,]*$2 ]]
}

@test "two rooms: the one with the majority goes on, the other refuses writes in words; joined, nothing is lost" {
  writer_start
  lab room sandbox-3
  run -3 script sandbox-3 etcd/start-etcd.sh --timeout 20
  has "2 of 3 members are missing"
  run ! ctl sandbox-3 set /minority no
  run script sandbox-3 master/start-kube-apiserver.sh --timeout 5
  printf '%s\n' "$output"
  [[ $status -eq 3 ]]
  has "it waits: for etcd (no healthy member; 2 of 3 do not answer"
  ctl sandbox-1 set /majority yes
  lab rooms-off
  eventually 60 script sandbox-3 start.sh --timeout 60
  all_healthy "${HOSTS[@]}"
  [[ $(ctl sandbox-3 get --quorum /majority) == yes ]]
  run ! ctl sandbox-3 get --quorum /minority
  writer_check
}

@test "the disk of a host is full: its scripts say so and start nothing; the cluster goes on" {
  writer_start
  script sandbox-3 stop.sh
  # A disk of its own that is small: data, logs and pid files are on it.
  on sandbox-3 bash -c 'set -e
    mount -t tmpfs -o size=700m tmpfs /mnt
    cp -a /home/work/etcd /root/faults/run /root/faults/log /mnt
    mount --bind /mnt/etcd /home/work/etcd
    mount --bind /mnt/run /root/faults/run
    mount --bind /mnt/log /root/faults/log'
  script sandbox-3 etcd/start-etcd.sh
  on sandbox-3 kill -9 "$(pid_of sandbox-3 etcd)"
  run ! on sandbox-3 bash -c 'cat /dev/zero >/mnt/fill'
  # The old pid file makes room for a new one; whether etcd itself needs more at once is a matter of luck.
  run script sandbox-3 etcd/start-etcd.sh --timeout 20
  printf '%s\n' "$output"
  has "is the disk full"
  has "df -h"
  ctl sandbox-1 set /while-full yes
  on sandbox-3 rm /mnt/fill
  script sandbox-3 start.sh --timeout 120
  all_healthy "${HOSTS[@]}"
  writer_check
}

@test "another host's tarball is refused with 2 and the right host's name; nothing is changed" {
  local folder before
  folder=$(lab folder sandbox-1)
  before=$(on sandbox-1 bash -c 'cat /etc/hosts; ip addr | grep inet; ls /home/work')
  mkdir "$folder/root/wrong"
  tar xzf "$KUBEBALE_LAB/faults/out/faults/sandbox-2.tar.gz" -C "$folder/root/wrong"
  for path in start.sh etcd/start-etcd.sh node/start-kubelet.sh update-hosts.sh stop.sh; do
    run -2 on sandbox-1 bash "/root/wrong/faults/$path"
    printf '%s\n' "$output"
    has sandbox-2
    has 10.207.182.19
  done
  [[ $(on sandbox-1 bash -c 'cat /etc/hosts; ip addr | grep inet; ls /home/work') == "$before" ]]
  all_healthy sandbox-1
}

@test "a second cluster's bundle on the same host is refused, and the first does not notice" {
  local folder
  folder=$(lab folder sandbox-1)
  # Each specification has a folder of its own, for the lock beside it.
  mkdir "$LAB/other"
  sed 's/"name": "faults"/"name": "second"/' "$SPEC" >"$LAB/other/cluster.json"
  kubebale lock "$LAB/other/cluster.json" --artifacts "$LAB/programs" --trust-first-use --allow-missing --quiet
  kubebale compile "$LAB/other/cluster.json" --out "$LAB/second" --host sandbox-1 --allow-missing --quiet
  tar xzf "$LAB/second/second/sandbox-1.tar.gz" -C "$folder/root"
  run -1 on sandbox-1 bash /root/second/start.sh --timeout 10
  printf '%s\n' "$output"
  has "did not start"
  has 2379
  all_healthy "${HOSTS[@]}"
  on sandbox-1 bash /root/faults/update-hosts.sh
}

@test "the pause image is deleted and the registry is down: new pods wait, load-images.sh makes them run" {
  [[ -n ${KUBEBALE_SOAK-} ]] || skip "it takes minutes: npm run test:soak"
  on sandbox-2 /root/faults/bin/docker rmi -f "$NAME"
  run ! on sandbox-2 /root/faults/bin/docker inspect --type=image "$NAME"
  write_controller later 6
  on sandbox-1 /root/faults/bin/kubectl create -f /root/later.json
  sleep 15
  run -0 script sandbox-2 node/load-images.sh
  printf '%s\n' "$output"
  has "Loaded $NAME"
  eventually 120 pods_running 6
  on sandbox-1 /root/faults/bin/kubectl delete rc later
}

@test "the registry is down: the kubelet starts nevertheless, for the bundle has the image" {
  script sandbox-2 node/stop-kubelet.sh
  on sandbox-2 /root/faults/bin/docker rmi -f "$NAME"
  run -0 script sandbox-2 node/start-kubelet.sh
  printf '%s\n' "$output"
  has "Loaded $NAME"
}

@test "scripts in the wrong order: each says what it needs, and starts nothing; start.sh on all hosts mends it" {
  local host
  for host in "${HOSTS[@]}"; do script "$host" stop.sh; done
  run -1 script sandbox-1 node/start-kubelet.sh --timeout 3
  printf '%s\n' "$output"
  has "kubelet was not started, for it needs: docker on this host"
  run -1 script sandbox-1 node/start-docker.sh --timeout 3
  printf '%s\n' "$output"
  has "it needs: flanneld on this host"
  run -1 script sandbox-1 master/start-kube-apiserver.sh --timeout 3
  printf '%s\n' "$output"
  has "it needs: etcd (no healthy member"
  run -1 script sandbox-1 master/start-kube-scheduler.sh --timeout 3
  has "it needs: kube-apiserver"
  for host in "${HOSTS[@]}"; do
    script "$host" start.sh --timeout 200 >"$LAB/$host.start" 2>&1 3>&- &
  done
  wait
  cat "$LAB"/*.start
  all_healthy "${HOSTS[@]}"
}
