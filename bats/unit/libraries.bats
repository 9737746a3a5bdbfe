#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2153 # quoted text is for other shells; each test is a subshell
# Small parts on their own: messages, HTTP, causes.

load ../helper.bash

setup() {
  make_bundle
  export KB_ROOT=$BUNDLE KB_UNIT=kube-apiserver KB_ADDRESS=127.0.0.1 KB_HOST=sandbox-1
}
teardown() { clean_up; }

# library TEXT ARGUMENT...: bash text after the libraries.
library() {
  "$SHELL_UNDER_TEST" -c 'set -euo pipefail; readonly KB_UNIT KB_ADDRESS KB_HOST; . "$KB_ROOT/lib/unit.sh"; text=$1; shift; eval "$text"' name "$@"
}

@test "messages wrap at 80 columns, commands do not" {
  run -0 library 'say "$(printf "word%.0s " {1..40})" "  command $(printf "word%.0s " {1..40})" "last"'
  ((${#lines[0]} <= 80 && ${#lines[1]} <= 80 && ${#lines[2]} <= 80))
  [[ $output == *$'\n  last' && $output == *"    command wordword"* || $output == *"    command word word"* ]]
}

@test "a wide text without blanks is not lost" {
  run -0 library 'say "$(printf "x%.0s" {1..200}) end"'
  [[ ${#lines[0]} == 200 && ${lines[1]} == "  end" ]]
}

@test "quote_words: a list that a shell reads back" {
  run -0 library 'quote_words "a b" "" "\$(x)" c; printf "%s\n" "$QUOTED"'
  [[ $output == "'a b' '' '\$(x)' c" ]]
}

@test "HTTP: status, body, other statuses, no answer" {
  local port
  port=$(free_port)
  node "$REPO/bats/fixtures/daemon.mjs" "--port=$port" "--body=first
second" >/dev/null 3>&- &
  HELPERS+=($!)
  retry 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
  run -0 library 'http_get 127.0.0.1 "$1" / && printf "%s|%s\n" "$HTTP_STATUS" "$HTTP_BODY"' "$port"
  [[ $output == $'200|first\nsecond' ]]
  run -0 library 'http_get 127.0.0.1 1 / || printf "%s|%s\n" "$HTTP_STATUS" "$HTTP_BODY"'
  [[ $output == '000|' ]]
  run -0 library 'tcp_open 127.0.0.1 "$1" && ! tcp_open 127.0.0.1 1' "$port"
}

@test "HTTP: a server that never answers, and what is no HTTP, end in time" {
  local port
  port=$(free_port)
  node -e 'require("net").createServer((s) => process.argv[2] && s.end("SSH-2.0\r\n")).listen(+process.argv[1], "127.0.0.1")' \
    "$port" >/dev/null 3>&- &
  HELPERS+=($!)
  retry 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
  SECONDS=0
  run -0 library 'http_get 127.0.0.1 "$1" / 1 || echo "none $HTTP_STATUS"' "$port"
  [[ $output == "none 000" ]]
  ((SECONDS <= 4))
}

@test "the environment of the caller sets no option" {
  OPT_FORCE=1 run -0 library 'parse_options force; echo "$OPT_FORCE"'
  [[ $output == 0 ]]
}

# cause UNIT LINE TEXT: the line of a log leads to the text.
cause() {
  KB_UNIT=$1 run -0 library 'find_cause "$1" && print_message "" "$CAUSE" "${CURE[@]}"' "$2"
  has "$3"
}

@test "Q1 to Q6: the lines of the real programs lead to their causes" {
  cause etcd 'etcdserver: publish error: etcdserver: request timed out' '(Q1)'
  cause kube-apiserver "F1123 genericapiserver.go:601] Unable to find suitable network address.error='Unable to select an IP.'" '(Q2)'
  cause kube-apiserver 'No valid IP bound' 'ip route add default via GATEWAY dev lo'
  cause kubelet 'dial tcp 10.207.182.18:8080: getsockopt: connection refused' '(Q3)'
  cause docker 'level=fatal msg="no subsystem for mount"' 'mount-cgroup.sh'
  cause docker "Error starting daemon: Devices cgroup isn't mounted" '(Q4)'
  cause docker 'exec: "docker-containerd": executable file not found in $PATH' 'docker-containerd and docker-runc (Q4)'
  cause flanneld-server "E1123 network.go:53] Failed to retrieve network config: 100: Key not found (/coreos.com) [4]" '(Q5)'
  cause flanneld 'failed to retrieve network config: 500 Internal Server Error' '(Q5)'
  cause kubelet 'image pull failed for gcr.io/google_containers/pause-amd64:3.0' '(Q6)'
}

@test "other known lines lead to their causes" {
  cause etcd 'listen tcp 0.0.0.0:2380: bind: address already in use' 'port 2380'
  cause kube-scheduler 'F1124 20:01:02.123456   12345 server.go:177] lost master' 'leads now'
  cause etcd 'member count is unequal' 'etcd/add-member.sh'
  cause etcd 'member 8e9e05c52164694d has already been bootstrapped' 'its data folder is gone'
  cause etcd 'rafthttp: request cluster ID mismatch (got 1 want 2)' 'another cluster'
  cause docker 'write /x: no space left on device' 'df -h'
  cause docker 'http: server gave HTTP response to HTTPS client' '--insecure-registry'
  cause docker "Couldn't find iptables" 'iptables is not on this host'
  cause kubelet 'unknown flag: --nonsense' '--nonsense'
  cause etcd 'flag provided but not defined: -peer_x' '-peer_x'
  cause kube-proxy 'open /proc/sys/net/netfilter/nf_conntrack_max: permission denied' '--conntrack-max=0'
  cause flanneld 'failed to open TUN device: open /dev/net/tun: no such file' 'modprobe tun'
}

@test "a log that says nothing known leads to no cause" {
  run -1 library 'find_cause "all is well"'
}

@test "a folder with & in its name comes out whole in a cure" {
  cause etcd 'panic: no such host' "'$BUNDLE'/update-hosts.sh"
}
