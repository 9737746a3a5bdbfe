#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2153 # quoted text is for other shells; each test is a subshell
# flanneld on both sides: the network config key in a real etcd (G6, Q5), and subnet.env (G7).

load ../helper.bash
load ../etcd-release.bash

setup() { make_bundle; }
teardown() { clean_up; }

KEY=/coreos.com/network/config
CONFIG='{"Network": "10.1.0.0/16", "Backend": {"Type": "udp", "Note": "a&b <ü> \"q\" 100%"}}'

# An etcd on $ETCD, with the v2 API or with the flags given instead.
real_etcd() {
  local peer
  type -P etcd etcdctl >/dev/null || skip "etcd is not installed"
  ETCD=$(free_port) peer=$(free_port)
  (($# > 0)) || set -- ${ETCD_V2[@]+"${ETCD_V2[@]}"}
  etcd --data-dir "$BATS_TEST_TMPDIR/etcd" "$@" --listen-client-urls "http://127.0.0.1:$ETCD" \
    --advertise-client-urls "http://127.0.0.1:$ETCD" --listen-peer-urls "http://127.0.0.1:$peer" \
    --initial-advertise-peer-urls "http://127.0.0.1:$peer" --initial-cluster "default=http://127.0.0.1:$peer" \
    >/dev/null 2>&1 3>&- &
  HELPERS+=($!)
  printf 'm1\tsandbox-1\t127.0.0.1\t%s\t%s\n' "$ETCD" "$peer" >>"$BUNDLE/lib/etcd-members.tsv"
  retry 10 etcd_healthy
}

# As etcd itself says, whatever API it has. An idle 2.3 says no now and then.
etcd_healthy() {
  node -e 'fetch(process.argv[1]).then((answer) => process.exit(answer.status === 200 ? 0 : 1), () => process.exit(1))' \
    "http://127.0.0.1:$ETCD/health"
}

ctl() { ETCDCTL_API=2 etcdctl --endpoints "http://127.0.0.1:$ETCD" "$@"; }

server() {
  PORT=$(free_port)
  fake_daemon flanneld
  local quoted
  printf -v quoted '%q' "$CONFIG"
  make_start master/start-flanneld-server.sh flanneld-server \
    "readonly KB_FLANNEL_PORT=$PORT KB_FLANNEL_KEY=$KEY KB_FLANNEL_CONFIG=$quoted" flanneld "--port=$PORT" "$@"
}

@test "G6: a missing key is written, and stays when it is the same" {
  real_etcd
  server
  run -0 script master/start-flanneld-server.sh
  has "Wrote $KEY through m1"
  [[ $(ctl get $KEY) == "$CONFIG" ]]
  run -0 script master/stop-flanneld-server.sh
  # White space makes no difference.
  ctl set $KEY "${CONFIG// /   }"
  run -0 script master/start-flanneld-server.sh
  has_not "Wrote"
}

@test "Q5: another value is never overwritten: both are shown, and the command if it is meant" {
  real_etcd
  server
  ctl set $KEY '{"Network": "10.99.0.0/16"}'
  run -1 script master/start-flanneld-server.sh
  has '{"Network": "10.99.0.0/16"}'
  has "$CONFIG"
  has "set $KEY '{\"Network\": \"10.1.0.0/16\""
  [[ $(ctl get $KEY) == '{"Network": "10.99.0.0/16"}' ]]
  [[ -z $(own_processes) ]]
  run -0 script master/start-flanneld-server.sh --force
  [[ $(ctl get $KEY) == '{"Network": "10.99.0.0/16"}' ]]
}

@test "the next member is asked when one does not answer; all of them are named when none does" {
  printf 'm0\tsandbox-0\t127.0.0.1\t1\t2\n' >"$BUNDLE/lib/etcd-members.tsv"
  server
  run -1 script master/start-flanneld-server.sh
  has "m0 (127.0.0.1:1): no answer"
  real_etcd
  run -0 script master/start-flanneld-server.sh
  has "through m1"
}

@test "an etcd without the v2 API is named as such" {
  ((${#ETCD_V2[@]} > 0)) || skip "etcd $ETCD_RELEASE has the v2 API always"
  real_etcd --enable-v2=false
  server
  run -1 script master/start-flanneld-server.sh
  has "it has no v2 API"
}

@test "Q5: a server that answers 500 names the key" {
  real_etcd
  server --sick=1
  run -1 script master/start-flanneld-server.sh --timeout 4
  has "says HTTP 500: it cannot read the key $KEY in etcd (Q5)"
}

@test "two masters at once write it once" {
  real_etcd
  server
  # Only the preflight, many times at once.
  local index
  local -a pids=()
  sed -e 's/start_main "$@"/parse_options "force" "$@"; unit_preflight/' "$BUNDLE/master/start-flanneld-server.sh" \
    >"$BUNDLE/master/preflight.sh"
  for index in {1..8}; do
    "$SHELL_UNDER_TEST" "$BUNDLE/master/preflight.sh" >"$BATS_TEST_TMPDIR/out.$index" 2>&1 3>&- &
    pids+=($!)
  done
  wait "${pids[@]}"
  [[ $(cat "$BATS_TEST_TMPDIR"/out.* | grep -c Wrote) == 1 ]]
}

@test "need etcd: met by a healthy member, else who is missing" {
  printf 'm0\tsandbox-0\t127.0.0.1\t1\t2\n' >"$BUNDLE/lib/etcd-members.tsv"
  NEEDS='start etcd etcd - -' simple_unit
  run -1 script master/start-kube-scheduler.sh --timeout 4
  has "1 of 1 do not answer: m0 (sandbox-0 127.0.0.1:2)"
  real_etcd
  run -0 script master/start-kube-scheduler.sh
}

client() {
  fake_daemon flanneld
  SUBNET=$BATS_TEST_TMPDIR/subnet.env
  make_start node/start-flanneld.sh flanneld \
    "readonly KB_FLANNEL_SUBNET_FILE='$SUBNET' KB_FLANNEL_BACKEND=vxlan" flanneld "$@"
}

@test "G7: the client is healthy when it has written the subnet after this start" {
  client "--write=$BATS_TEST_TMPDIR/subnet.env" --delay=800
  printf 'old\n' >"$BATS_TEST_TMPDIR/subnet.env"
  run -0 script node/start-flanneld.sh
  [[ $(cat "$SUBNET") == x ]]
  run -0 script node/start-flanneld.sh
  has "runs already"
}

@test "an old subnet.env is no health" {
  client
  printf 'old\n' >"$SUBNET"
  run -1 script node/start-flanneld.sh --timeout 4
  has "it has not written $SUBNET yet"
  [[ $(cat "$SUBNET") == old ]]
}

@test "Q2: the cause of a flanneld that lives on without a subnet" {
  client '--say=E1123 10:00:00 main.go:122] Failed to get default interface: Unable to find default route'
  run -1 script node/start-flanneld.sh --timeout 4
  has "this host has no default route"
  has "ip route add default via GATEWAY dev lo"
}
