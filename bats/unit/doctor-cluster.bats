#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2153 # quoted text is for other shells; each test is a subshell
# The checks of the cluster in the states that need no cluster: other hosts are small servers on 127.0.0.2 and
# 127.0.0.3. What needs one is in bats/lab/doctor.bats.

load ../helper.bash

setup() {
  make_bundle
  CLIENT=$(free_port) PEER=$(free_port) API=$(free_port)
  printf 'sandbox-%s\t127.0.0.%s\tetcd,master,node\n' 1 1 2 2 3 3 >"$BUNDLE/lib/hosts.tsv"
  printf 'etcd%s\tsandbox-%s\t127.0.0.%s\t'"$CLIENT\t$PEER"'\n' 2 1 1 1 2 2 0 3 3 >"$BUNDLE/lib/etcd-members.tsv"
  printf 'sandbox-%s\t127.0.0.%s\tkubelet\ttcp\t10250\t0.0.0.0\tkubelet API\n' 1 1 2 2 3 3 >"$BUNDLE/lib/ports.tsv"
  : >"$BUNDLE/lib/cluster.tsv"
  facts api-port "$API" control-plane 127.0.0.1 flannel-port 1 flannel-key /coreos.com/network/config \
    flannel-backend udp registry registry.test:5000 registry-insecure true pause-image registry.test:5000/public/pause:1
  UNITS='' SETTINGS=''
}

teardown() { clean_up; }

# facts KEY VALUE...: rows of lib/cluster.tsv.
facts() {
  printf '%s\t%s\n' "$@" >>"$BUNDLE/lib/cluster.tsv"
}

# make_doctor: doctor.sh as the compiler prints it, with the units and settings of the test.
make_doctor() {
  {
    printf '#!/usr/bin/env bash\nset -euo pipefail\n'
    printf 'readonly KB_CLUSTER=guide KB_HOST=sandbox-1 KB_ADDRESS=127.0.0.1\n'
    printf 'readonly KB_INTERFACE= KB_GATEWAY=%q KB_ARCH=amd64\n' "${GATEWAY-}"
    printf 'readonly -a KB_ROLES=(%s)\nreadonly -a KB_UNITS=(%s)\n' "${ROLES-etcd master node}" "$UNITS"
    printf 'readonly -a KB_DATA_PATHS=()\nreadonly -a KB_SETTINGS=(%s)\n' "$SETTINGS"
    # shellcheck disable=SC2016 # the script is to expand it
    printf '%s\n' 'KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")' \
      '. "$KB_ROOT/lib/doctor.sh"' 'doctor_main "$@"'
  } >"$BUNDLE/doctor.sh"
}

# examine CODE ID [OPTION...]: doctor.sh with that check ends with CODE.
examine() {
  local code=$1
  [[ -e $BUNDLE/doctor.sh ]] || make_doctor
  run script doctor.sh --only "$2" "${@:3}"
  printf '%s\n' "$output"
  [[ $status -eq $code ]]
}

# to_type NUMBER: that line of what is to be typed.
to_type() {
  sed -n 's/^ \{13\}\([^ ]\)/\1/p' <<<"$output" | sed -n "$1p"
}

# answers ADDRESS PORT JSON: a server that gives these answers; called again it gives others.
answers() {
  local file="$BATS_TEST_TMPDIR/$1-$2.json"
  printf '%s' "$3" >"$file"
  if [[ ! -e $file.pid ]]; then
    node "$REPO/bats/fixtures/answers.mjs" "$file" "$1" "$2" 3>&- &
    printf '%s\n' "$!" >"$file.pid"
    HELPERS+=("$!")
    retry 10 bash -c ": </dev/tcp/$1/$2" 2>/dev/null
  fi
}

# put_first NAME TEXT: a program NAME that goes before the system's.
put_first() {
  mkdir -p "$BATS_TEST_TMPDIR/first"
  printf '#!/bin/bash\n%s\n' "$2" >"$BATS_TEST_TMPDIR/first/$1"
  chmod 0755 "$BATS_TEST_TMPDIR/first/$1"
  PATH=$BATS_TEST_TMPDIR/first:$PATH
}

@test "clock: good within 2 s; the others agree: this host's; one is off: that host's" {
  answers 127.0.0.2 "$CLIENT" '{"/version": {"late": 1}}'
  answers 127.0.0.3 "$CLIENT" '{"/version": {}}'
  examine 0 clock
  has "clock: at most"
  answers 127.0.0.2 "$CLIENT" '{"/version": {"late": 100}}'
  answers 127.0.0.3 "$CLIENT" '{"/version": {"late": 100}}'
  examine 1 clock
  has "The others agree"
  # Typed with a date that only says what it was told, it is 100 seconds from now.
  put_first date '[[ $1 == -s ]] || exec /bin/date "$@"; printf "%s" "$2"'
  run -0 bash -c "$(to_type 1)"
  local off=$((${output#@} - $(/bin/date +%s) - 100))
  ((${off#-} <= 2))
  answers 127.0.0.3 "$CLIENT" '{"/version": {}}'
  answers 127.0.0.2 "$CLIENT" '{"/version": {"late": -10}}'
  rm "$BATS_TEST_TMPDIR/first/date"
  examine 0 clock
  has "warning clock: it differs from sandbox-2 by -"
  has "If this host is right, on sandbox-2:"
}

@test "names: right, wrong, missing" {
  printf 'localhost\t127.0.0.1\tetcd\n' >"$BUNDLE/lib/hosts.tsv"
  examine 0 names
  has "all 1 lead to the specification's addresses"
  printf 'localhost\t127.0.0.9\tetcd\n' >"$BUNDLE/lib/hosts.tsv"
  examine 1 names
  has "localhost leads to 127.0.0.1 instead of 127.0.0.9"
  [[ $(to_type 1) == */update-hosts.sh ]]
  printf 'no-such-host.invalid\t127.0.0.9\tetcd\n' >"$BUNDLE/lib/hosts.tsv"
  examine 0 names --before
  has "warning host names: no-such-host.invalid does not resolve"
  SETTINGS='etcd KB_NAMES no-such-host.invalid'
  make_doctor
  examine 1 names --after
}

@test "other hosts: nothing started there is no fault before the start, and a warning after it" {
  examine 0 hosts-reachable --before
  has "good other hosts: all 6 ports are reached; at 6 of them nothing runs yet"
  answers 127.0.0.2 "$CLIENT" '{}'
  examine 0 hosts-reachable --after
  has "warning other hosts: 6 of 6 ports are reached; not started sandbox-2 (127.0.0.2:$PEER, etcd)"
  has_not "127.0.0.2:$CLIENT"
}

@test "etcd members: as specified; a stranger, a missing one, another name" {
  local one="{\"id\": \"a1\", \"name\": \"etcd2\", \"peerURLs\": [\"http://127.0.0.1:$PEER\"], \"clientURLs\": [\"x\"]}"
  local two="{\"id\": \"b2\", \"name\": \"etcd1\", \"peerURLs\": [\"http://sandbox-2:$PEER\"], \"clientURLs\": []}"
  local three="{\"id\": \"c3\", \"name\": \"\", \"peerURLs\": [\"http://127.0.0.3:$PEER\"], \"clientURLs\": []}"
  answers 127.0.0.2 "$CLIENT" "{\"/v2/members\": {\"body\": {\"members\": [$one, $two, $three]}}}"
  examine 0 etcd-members
  has "good etcd member list: etcd2 a1, etcd1 b2, etcd0 c3"
  answers 127.0.0.2 "$CLIENT" "{\"/v2/members\": {\"body\": {\"members\": [${one/etcd2/other}, ${two/sandbox-2/10.9.9.9}, $three]}}}"
  examine 0 etcd-members
  has "warning etcd member list: the member of sandbox-1 is called other, not etcd2, etcd1 (b2, http://10.9.9.9:$PEER) is not in the specification, etcd1 (sandbox-2) is missing"
  [[ $(to_type 1) == */bin/etcdctl\ --endpoints\ http://127.0.0.2:$CLIENT\ member\ remove\ b2 ]]
  [[ $(to_type 2) == etcd/add-member.sh ]]
  answers 127.0.0.2 "$CLIENT" '{}'
  examine 2 etcd-members
}

@test "etcd on this host: follows, knows no leader, has an alarm, many files, does not run" {
  local self='"/v2/stats/self": {"body": {"name": "etcd2", "state": "StateFollower", "leaderInfo": {"leader": "LEADER"}}}'
  SETTINGS="etcd KB_ETCD_CLIENT_PORT $CLIENT"
  UNITS='etcd etcd/start-etcd.sh'
  examine 1 etcd-health
  has "bad etcd on this host: it does not run"
  answers 127.0.0.1 "$CLIENT" "{\"/health\": {\"body\": {\"health\": \"true\"}}, ${self/LEADER/abc1}}"
  examine 0 etcd-health
  has "it answers as follower of abc1"
  answers 127.0.0.1 "$CLIENT" "{\"/health\": {}, ${self/LEADER/}}"
  examine 1 etcd-health
  has "it knows no leader (follower)"
  answers 127.0.0.1 "$CLIENT" '{"/health": {"status": 503, "body": {"health": "false", "reason": "ALARM NOSPACE"}}}'
  examine 1 etcd-health
  has "it has an alarm"
  answers 127.0.0.1 "$CLIENT" '{"/health": {}, "/metrics": {"body": "process_max_fds 1024\nprocess_open_fds 1000\n"}}'
  examine 0 etcd-health
  has "warning etcd on this host: it has 1000 of at most 1024 files open"
}

@test "etcd majority: members that run and do not lead yet, and none" {
  answers 127.0.0.2 "$PEER" '{}'
  answers 127.0.0.3 "$PEER" '{}'
  UNITS='etcd etcd/start-etcd.sh'
  examine 2 etcd-majority
  has "2 of 3 members run, and none leads yet"
  has_not recover-etcd
  answers 127.0.0.2 "$CLIENT" '{"/health": {"body": "{\"health\": true}"}}'
  answers 127.0.0.3 "$CLIENT" '{"/health": {"body": "{\"health\":\"true\"}"}}'
  examine 0 etcd-majority
  has "warning etcd majority (Q1): 2 of 3 members are healthy; not: etcd2 (sandbox-1)"
  [[ $(to_type 1) == */etcd/start-etcd.sh\' ]]
}

@test "kubernetes endpoints: all masters, one missing, a stranger" {
  local path=/api/v1/namespaces/default/endpoints/kubernetes
  UNITS='kube-apiserver master/start-kube-apiserver.sh'
  examine 2 api-endpoints
  answers 127.0.0.1 "$API" "{\"$path\": {\"body\": \"{\\\"subsets\\\": [ { \\\"addresses\\\": [ {\\\"ip\\\": \\\"127.0.0.1\\\"}, {\\\"ip\\\": \\\"127.0.0.2\\\"}, {\\\"ip\\\": \\\"127.0.0.3\\\"} ] } ] }\"}}"
  examine 0 api-endpoints
  has "good kubernetes endpoints: all 3 masters"
  answers 127.0.0.1 "$API" "{\"$path\": {\"body\": {\"subsets\": [{\"addresses\": [{\"ip\": \"127.0.0.1\"}, {\"ip\": \"10.0.0.9\"}]}]}}}"
  examine 0 api-endpoints
  has "warning kubernetes endpoints: they lack sandbox-2 (127.0.0.2), sandbox-3 (127.0.0.3)"
  has "An apiserver that announces 10.0.0.9 is none of this cluster's masters"
  has "has --apiserver-count=1 instead of 3"
}

@test "leaders: who leads, nobody does, and one that did long ago" {
  local manager=/api/v1/namespaces/kube-system/endpoints/kube-controller-manager
  local scheduler=/api/v1/namespaces/kube-system/endpoints/kube-scheduler
  local now old
  now=$(record "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  old=$(record 2016-01-01T00:00:00Z)
  UNITS='kube-controller-manager master/start-kube-controller-manager.sh kube-scheduler master/start-kube-scheduler.sh'
  answers 127.0.0.1 "$API" "{\"$manager\": $now, \"$scheduler\": $now}"
  examine 0 leaders
  has "kube-controller-manager on sandbox-2, kube-scheduler on sandbox-2"
  answers 127.0.0.1 "$API" "{\"$manager\": $now}"
  examine 1 leaders
  has "bad leading master programs: no kube-scheduler leads"
  [[ $(to_type 1) == */master/start-kube-scheduler.sh\' ]]
  answers 127.0.0.1 "$API" "{\"$manager\": $old, \"$scheduler\": $now}"
  examine 1 leaders
  has "no kube-controller-manager leads: sandbox-2 did last"
}

# record TIME: an answer with the annotation of a leader that wrote it then.
record() {
  printf '{"body": {"metadata": {"annotations": {"control-plane.alpha.kubernetes.io/leader": "%s"}}}}' \
    "{\\\"holderIdentity\\\":\\\"sandbox-2\\\",\\\"leaseDurationSeconds\\\":15,\\\"renewTime\\\":\\\"$1\\\"}"
}

@test "Q5: another network in the key is not simply overwritten; the server that does not serve it is started again" {
  local port
  port=$(free_port)
  SETTINGS="flanneld-server KB_FLANNEL_PORT $port flanneld-server KB_FLANNEL_KEY /coreos.com/network/config
    flanneld-server KB_FLANNEL_CONFIG '{\"Network\": \"10.1.0.0/16\"}'"
  UNITS='flanneld-server master/start-flanneld-server.sh'
  answers 127.0.0.2 "$CLIENT" "$(key_answer '{\"Network\": \"10.2.0.0/16\"}')"
  examine 1 flannel-key
  has "is {\"Network\": \"10.2.0.0/16\"}, here it is {\"Network\": \"10.1.0.0/16\"}"
  has "Stop all nodes first"
  answers 127.0.0.2 "$CLIENT" "$(key_answer '{\"Network\":\"10.1.0.0/16\"}')"
  examine 1 flannel-key
  has "but flanneld-server does not run"
  answers 127.0.0.1 "$port" '{"/v1/_/config": {"status": 500}}'
  printf '%s\n' "$$" "$(cut -d ' ' -f 22 "/proc/$$/stat")" "$(cat /proc/sys/kernel/random/boot_id)" >"$BUNDLE/run/flanneld-server.pid"
  examine 1 flannel-key
  has "but flanneld-server does not give it out (HTTP 500)"
  [[ $(to_type 1) == *stop-flanneld-server.sh*start-flanneld-server.sh\' ]]
  answers 127.0.0.1 "$port" '{"/v1/_/config": {}}'
  examine 0 flannel-key
  answers 127.0.0.2 "$CLIENT" '{"*": {"status": 500}}'
  examine 1 flannel-key
  has "no member of etcd can tell it (etcd2: no answer, etcd1: HTTP 500, etcd0: no answer); no member leads"
}

key_answer() {
  printf '{"/v2/keys/coreos.com/network/config?quorum=true": {"body": {"node": {"value": "%s"}}}}' "$1"
}

@test "Q6: no --pod-infra-container-image, an image that only the registry has, one that nobody has, another one" {
  [[ $EUID -eq 0 ]] || skip "docker is asked by root only"
  local port
  port=$(free_port)
  SETTINGS='docker KB_DOCKER_SOCKET /no/docker.sock'
  UNITS='docker node/start-docker.sh kubelet node/start-kubelet.sh'
  printf '#!/bin/bash\nreadonly -a KB_IMAGES=()\n' >"$BUNDLE/node/load-images.sh"
  client 'echo "Error: No such image: $5" >&2; exit 1'
  make_start node/start-kubelet.sh kubelet 'readonly KB_HEALTH_PORT=1' kubelet --v=4
  examine 1 pause-image
  has "bad pause image (Q6): kubelet has no --pod-infra-container-image, so it asks gcr.io for it"
  make_start node/start-kubelet.sh kubelet 'readonly KB_HEALTH_PORT=1' kubelet "--pod_infra_container_image=127.0.0.2:$port/public/pause:1"
  examine 1 pause-image
  has "docker does not hold 127.0.0.2:$port/public/pause:1, nor does this bundle; 127.0.0.2:$port does not answer"
  answers 127.0.0.2 "$port" '{"/v2/public/pause/tags/list": {"body": {"tags": ["1"]}}}'
  examine 0 pause-image
  has "warning pause image (Q6): docker does not hold 127.0.0.2:$port/public/pause:1; 127.0.0.2:$port has it"
  mkdir -p "$BUNDLE/images"
  : >"$BUNDLE/images/pause.tar"
  examine 1 pause-image
  [[ $(to_type 1) == */node/load-images.sh ]]
  printf 'pause.tar\t127.0.0.2:%s/public/pause:1\tsha256:aaaa\n' "$port" >"$BUNDLE/lib/images.tsv"
  client 'echo sha256:bbbb'
  examine 0 pause-image
  has "docker holds another image under the name"
  client 'echo sha256:aaaa'
  examine 0 pause-image
  has "good pause image (Q6): docker holds"
  client 'echo "Cannot connect to the Docker daemon" >&2; exit 1'
  examine 2 pause-image
}

# client TEXT: bin/docker does that.
client() {
  printf '#!/bin/bash\n%s\n' "$1" >"$BUNDLE/bin/docker"
  chmod 0755 "$BUNDLE/bin/docker"
}

@test "registry: holds, lacks, wants a login, speaks TLS, is away" {
  local port image
  port=$(free_port)
  image=127.0.0.2:$port/public/pause:1
  : >"$BUNDLE/lib/cluster.tsv"
  facts pause-image "$image" registry "127.0.0.2:$port" registry-insecure true registry-credentials false
  examine 0 registry
  has "warning private registry: 127.0.0.2:$port does not answer"
  answers 127.0.0.2 "$port" '{"*": {"body": {"tags": ["1"]}}}'
  examine 0 registry
  has "good private registry: 127.0.0.2:$port answers at 127.0.0.2:$port, and has $image"
  answers 127.0.0.2 "$port" '{"*": {"body": {"tags": ["2"]}}}'
  examine 0 registry
  has "and does not have $image"
  [[ $(to_type 1) == */node/push-images.sh ]]
  answers 127.0.0.2 "$port" '{"*": {"status": 400, "body": "Client sent an HTTP request to an HTTPS server."}}'
  examine 0 registry
  has "good private registry: 127.0.0.2:$port answers at 127.0.0.2:$port, over TLS"
  answers 127.0.0.2 "$port" '{"*": {"status": 401}}'
  examine 0 registry
  has "warning"
  has "and this bundle has none"
  sed -i 's/^registry-credentials.*/registry-credentials\ttrue/' "$BUNDLE/lib/cluster.tsv"
  examine 0 registry
  has "good private registry"
}

@test "the kubelet's login: missing, readable by all, for another registry, good" {
  [[ $EUID -eq 0 ]] || skip "the credentials are root's"
  local file=$BUNDLE/node/kubelet-home/.docker/config.json
  facts registry-credentials true
  SETTINGS='kubelet KB_HOME node/kubelet-home'
  UNITS='kubelet node/start-kubelet.sh'
  examine 1 registry-login
  has "config.json is missing"
  mkdir -p "${file%/*}"
  printf '{"auths": {"other.test": {"auth": "secret"}}}' >"$file"
  chmod 0644 "$file"
  examine 1 registry-login
  has "mode 644"
  bash -c "$(to_type 1)"
  examine 1 registry-login
  has "the credentials are not for registry.test:5000"
  has_not secret
  sed -i 's/other.test/registry.test:5000/' "$file"
  examine 0 registry-login
  has "good kubelet's login"
}

@test "this node: Ready, not Ready, cordoned, under another name, another's address" {
  local node='{"metadata": {"name": "NAME"}, "spec": {SPEC}, "status": {"conditions": [{"type": "OutOfDisk", "status": "False"}, {"type": "Ready", "status": "STATUS", "reason": "x", "message": "it sleeps"}], "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}]}}' ready
  UNITS='kubelet node/start-kubelet.sh'
  ready=${node/NAME/sandbox-1}
  answers 127.0.0.1 "$API" "{\"/api/v1/nodes/sandbox-1\": {\"body\": $(sed 's/SPEC//; s/STATUS/True/' <<<"$ready")}}"
  examine 0 node-ready
  has "good this node: sandbox-1 is Ready"
  answers 127.0.0.1 "$API" "{\"/api/v1/nodes/sandbox-1\": {\"body\": $(sed 's/SPEC//; s/STATUS/False/' <<<"$ready")}}"
  examine 1 node-ready
  has "bad this node: sandbox-1 is not Ready: it sleeps; its kubelet does not run"
  answers 127.0.0.1 "$API" "{\"/api/v1/nodes/sandbox-1\": {\"body\": $(sed 's/SPEC/"unschedulable": true/; s/STATUS/True/' <<<"$ready")}}"
  examine 0 node-ready
  has "no pods are put there (cordoned)"
  [[ $(to_type 1) == *"uncordon sandbox-1" ]]
  answers 127.0.0.1 "$API" "{\"/api/v1/nodes/sandbox-1\": {\"body\": $(sed 's/SPEC//; s/STATUS/True/; s/127.0.0.1/127.0.0.7/' <<<"$ready")}}"
  examine 1 node-ready
  has "but not with the address 127.0.0.1"
  answers 127.0.0.1 "$API" "{\"/api/v1/nodes\": {\"body\": {\"items\": [$(sed 's/NAME/localhost/; s/SPEC//; s/STATUS/True/' <<<"$node")]}}}"
  examine 1 node-ready
  has "127.0.0.1 is there as localhost, not as sandbox-1"
}

@test "cluster DNS: no service, a service without pods, with pods, none wanted" {
  local service='{"metadata": {"name": "dns", "namespace": "kube-system"}, "spec": {"clusterIP": "10.254.88.188"}}'
  UNITS='kubelet node/start-kubelet.sh'
  make_start node/start-kubelet.sh kubelet 'readonly KB_HEALTH_PORT=1' kubelet --cluster_dns=10.254.88.188
  answers 127.0.0.1 "$API" '{"/api/v1/services": {"body": {"items": []}}}'
  examine 0 cluster-dns
  has "warning cluster DNS: pods ask 10.254.88.188, and no service has that address"
  answers 127.0.0.1 "$API" "{\"/api/v1/services\": {\"body\": {\"items\": [$service]}}}"
  examine 0 cluster-dns
  has "is the service kube-system/dns, and no pod is behind it"
  answers 127.0.0.1 "$API" "{\"/api/v1/services\": {\"body\": {\"items\": [$service]}},
    \"/api/v1/namespaces/kube-system/endpoints/dns\": {\"body\": {\"subsets\": [{\"addresses\": [{\"ip\": \"10.1.1.2\"}]}]}}}"
  examine 0 cluster-dns
  has "good cluster DNS: 10.254.88.188 is the service kube-system/dns"
  make_start node/start-kubelet.sh kubelet 'readonly KB_HEALTH_PORT=1' kubelet --v=4
  examine 0 cluster-dns
  has "pods get no cluster DNS"
}

@test "this host's subnet: no file, docker0 elsewhere, leased to nobody, to another, to us" {
  local key='/v2/keys/coreos.com/network/subnets/10.1.28.0-22?quorum=true'
  printf 'FLANNEL_SUBNET=10.1.29.1/22\nFLANNEL_MTU=1472\n' >"$BATS_TEST_TMPDIR/subnet.env"
  SETTINGS="flanneld KB_FLANNEL_SUBNET_FILE $BATS_TEST_TMPDIR/none"
  UNITS='flanneld node/start-flanneld.sh docker node/start-docker.sh'
  examine 1 flannel-lease
  has "flanneld has not written"
  SETTINGS="flanneld KB_FLANNEL_SUBNET_FILE $BATS_TEST_TMPDIR/subnet.env"
  make_doctor
  put_first ip 'printf "3: docker0    inet %s scope global docker0\n" 10.1.99.1/24'
  examine 1 flannel-lease
  has "docker0 has 10.1.99.1/24, and flannel gave 10.1.29.1/22"
  put_first ip 'printf "3: docker0    inet %s scope global docker0\n" 10.1.29.1/22'
  examine 2 flannel-lease
  answers 127.0.0.2 "$CLIENT" '{}'
  examine 1 flannel-lease
  has "is leased to nobody"
  answers 127.0.0.2 "$CLIENT" "{\"$key\": {\"body\": {\"node\": {\"value\": \"{\\\"PublicIP\\\":\\\"127.0.0.5\\\"}\"}}}}"
  examine 1 flannel-lease
  has "is leased to 127.0.0.5 in etcd, not to 127.0.0.1"
  answers 127.0.0.2 "$CLIENT" "{\"$key\": {\"body\": {\"node\": {\"value\": \"{\\\"PublicIP\\\":\\\"127.0.0.1\\\"}\"}}}}"
  examine 0 flannel-lease
  has "good this host's subnet: 10.1.29.1/22, also in etcd and on docker0"
}

@test "routes to pods: over flannel's device, to the host itself, led elsewhere, missing" {
  local node='{"key": "/coreos.com/network/subnets/10.1.NN.0-24", "value": "{\"PublicIP\":\"127.0.0.N\"}", "ttl": 5}' nodes='' number
  for number in 1 2 3; do nodes+="${nodes:+, }$(sed "s/NN/$number/; s/127.0.0.N/127.0.0.$number/" <<<"$node")"; done
  answers 127.0.0.2 "$CLIENT" "{\"/v2/keys/coreos.com/network/subnets\": {\"body\": {\"node\": {\"nodes\": [$nodes]}}}}"
  UNITS='flanneld node/start-flanneld.sh'
  put_first ip 'cat >/dev/null; echo "10.1.2.0 dev flannel0 src 10.1.1.0 \    cache"; echo "10.1.3.0 via 127.0.0.3 dev eth0 src 127.0.0.1"'
  examine 0 pod-routes
  has "good routes to pods: all 2 subnets of other hosts are led right (udp)"
  put_first ip 'cat >/dev/null; echo "10.1.2.0 via 10.0.0.1 dev eth0 src 10.1.1.0"'
  examine 1 pod-routes
  has "10.1.2.0 of 127.0.0.2 goes via 10.0.0.1 over eth0, 10.1.3.0 of 127.0.0.3 has no route"
}

@test "Q2: no default route is bad for a unit that looks for it, else a warning; without a gateway by the interface" {
  put_first ip 'case "$*" in "-4 route show default") ;; *addr*) echo "2: enp1s0    inet 127.0.0.1/24 scope global" ;; esac'
  UNITS='kube-apiserver master/start-kube-apiserver.sh'
  make_start master/start-kube-apiserver.sh kube-apiserver 'readonly KB_HEALTH_PORT=1' kube-apiserver --v=4
  examine 1 default-route
  has "bad default route (Q2): there is none, and it is needed: kube-apiserver has no --advertise-address"
  [[ $(to_type 1) == 'ip route add default dev enp1s0' ]]
  GATEWAY=10.0.0.1 make_doctor
  make_start master/start-kube-apiserver.sh kube-apiserver 'readonly KB_HEALTH_PORT=1' kube-apiserver --advertise-address=127.0.0.1
  examine 0 default-route
  has "warning default route (Q2): there is none; the units do without"
  [[ $(to_type 1) == 'ip route add default via 10.0.0.1 dev enp1s0' ]]
}

@test "Q3: an apiserver on 127.0.0.1 because the specification says so; nothing that listens" {
  UNITS='kube-apiserver master/start-kube-apiserver.sh'
  printf 'sandbox-1\t127.0.0.1\tkube-apiserver\ttcp\t%s\t127.0.0.1\tAPI\n' "$API" >"$BUNDLE/lib/ports.tsv"
  examine 1 api-address
  has "nothing listens on port $API"
  answers 127.0.0.1 "$API" '{}'
  examine 0 api-address
  has "warning address of kube-apiserver (Q3): it listens on 127.0.0.1 only, as the specification says"
}

@test "Q4: a helper that cannot be run, one that install-docker.sh has elsewhere, one that only the tarball has" {
  UNITS='docker node/start-docker.sh'
  SETTINGS='docker KB_DOCKER_HELPERS docker-runc docker KB_DOCKER_HELPERS docker-containerd'
  printf 'x' >"$BUNDLE/bin/docker-runc"
  printf 'x' >"$BUNDLE/bin/docker-containerd"
  chmod 0755 "$BUNDLE/bin/docker-containerd"
  examine 1 docker-parts
  has "helpers that cannot be run: docker-runc"
  bash -c "$(to_type 1)"
  [[ -x $BUNDLE/bin/docker-runc ]]
  tar czf "$BUNDLE/../sandbox-1.tar.gz" -C "$BUNDLE/.." guide/bin
  rm "$BUNDLE/bin/docker-runc"
  examine 1 docker-parts
  has "helpers that are not in bin/: docker-runc"
  bash -c "$(to_type 1)"
  [[ -x $BUNDLE/bin/docker-runc ]]
  rm "$BUNDLE/bin/docker-runc" "$BUNDLE/../sandbox-1.tar.gz"
  examine 1 docker-parts
  has "Bring this host's tarball into the folder above the bundle"
}

@test "units: healthy, sick, died, not started; and an older command line" {
  UNITS='kube-scheduler master/start-kube-scheduler.sh'
  simple_unit
  examine 1 units-running
  has "kube-scheduler is not started"
  bash -c "$(to_type 1)"
  examine 0 units-running,units-current
  has "all 1 run and are healthy"
  has "good command lines"
  kill -9 "$(pid_of kube-scheduler)"
  retry 10 examine 1 units-running
  has "kube-scheduler died"
  make_start master/start-kube-scheduler.sh kube-scheduler "readonly KB_HEALTH_PORT=$PORT" kube-scheduler "--port=$PORT" --sick=1
  script master/start-kube-scheduler.sh --timeout 1 || true
  examine 1 units-running
  has "kube-scheduler runs, but http://127.0.0.1:$PORT/healthz says HTTP 500"
  make_start master/start-kube-scheduler.sh kube-scheduler "readonly KB_HEALTH_PORT=$PORT" kube-scheduler "--port=$PORT"
  examine 0 units-current
  has "warning command lines: other than in the bundle: kube-scheduler"
  bash -c "$(to_type 1)"
  examine 0 units-running,units-current
}
