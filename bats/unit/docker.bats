#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2153 # quoted text is for other shells; each test is a subshell
# docker's preflight and start (G8, G9, Q4), in namespaces of its own: nothing here touches the
# machine's /var/run, its network, or a docker daemon that may run on it.

load ../helper.bash

setup() {
  unshare -mnpf --mount-proc true 2>/dev/null || skip "no namespaces here"
  make_bundle
  STATE=$BATS_TEST_TMPDIR/state
  mkdir "$STATE"
  cat >"$BUNDLE/bin/docker" <<END
#!/bin/bash
case "\$*" in
  *version) [[ -e '$STATE/up' ]] ;;
  daemon*)
    printf '%s\n' "\$@" >'$STATE/argv'
    env >'$STATE/environment'
    (sleep 0.3; : >'$STATE/up') &
    exec sleep 300
    ;;
esac
END
  cp "$BUNDLE/bin/docker" "$BUNDLE/bin/docker-containerd"
  cp "$BUNDLE/bin/docker" "$BUNDLE/bin/docker-runc"
  chmod 0755 "$BUNDLE"/bin/*
  printf 'FLANNEL_NETWORK=10.1.0.0/16\nFLANNEL_SUBNET=10.1.23.1/24\nFLANNEL_MTU=1472\nFLANNEL_IPMASQ=false\n' \
    >"$STATE/subnet.env"
  make_start node/start-docker.sh docker "
readonly KB_FLANNEL_SUBNET_FILE='$STATE/subnet.env' KB_DOCKER_SOCKET='$STATE/docker.sock'
readonly KB_DOCKER_EXEC_ROOT='$STATE/exec'
readonly KB_DOCKER_CA='${CA-}' KB_DOCKER_REGISTRY=registry.example.com:5000
readonly -a KB_DOCKER_HELPERS=(docker-containerd docker-runc)" \
    docker daemon 'RAW:--bip="${FLANNEL_SUBNET}"' 'RAW:--mtu="${FLANNEL_MTU}"'
  export BUNDLE STATE SHELL_UNDER_TEST
}
teardown() { clean_up; }

# inside: runs the bash text on stdin in namespaces of its own; start and stop are the scripts.
inside() {
  {
    printf '%s\n' 'set -euo pipefail' 'mkdir "$STATE/cgroup"' 'mount --rbind /sys/fs/cgroup "$STATE/cgroup"' \
      'mount -t sysfs sysfs /sys' 'mount --rbind "$STATE/cgroup" /sys/fs/cgroup' \
      'mkdir "$STATE/run" "$STATE/etc"; mount --bind "$STATE/run" "$(readlink -f /var/run)"' \
      'mkdir -p /etc/docker 2>/dev/null; mount --bind "$STATE/etc" /etc/docker' 'ip link set lo up' \
      'start() { "$SHELL_UNDER_TEST" "$BUNDLE/node/start-docker.sh" "$@"; }' \
      'stop() { "$SHELL_UNDER_TEST" "$BUNDLE/node/stop-docker.sh" "$@"; }'
    cat
  } >"$STATE/script"
  unshare -mnpf --mount-proc bash "$STATE/script" 3>&-
}

@test "G9: flannel's values reach the daemon, and bin/ leads its PATH" {
  run -0 inside <<'END'
start
END
  has "docker is healthy"
  [[ $(cat "$STATE/argv") == $'daemon\n--bip=10.1.23.1/24\n--mtu=1472' ]]
  grep -q "^PATH=$BUNDLE/bin:" "$STATE/environment"
}

@test "subnet.env is data: what else is in it is not run" {
  printf 'touch %s/pwned\nFLANNEL_SUBNET=$(touch %s/pwned)\nFLANNEL_MTU=1472; reboot\n' "$STATE" "$STATE" >"$STATE/subnet.env"
  run -1 inside <<'END'
start
END
  has "does not hold a FLANNEL_SUBNET and a FLANNEL_MTU that make sense"
  [[ ! -e $STATE/pwned ]]
  rm "$STATE/subnet.env"
  rm -r "${STATE:?}"/{cgroup,run,etc}
  run -1 inside <<'END'
start
END
  has "start-flanneld.sh"
}

@test "Q4: a helper that is missing in bin/ is named" {
  rm "$BUNDLE/bin/docker-runc"
  run -1 inside <<'END'
start
END
  has "bin/ lacks: docker-runc (Q4)"
  [[ ! -e $STATE/argv ]]
}

@test "Q4: without cgroups it says which, and mount-cgroup.sh" {
  run -1 inside <<'END'
umount -R /sys/fs/cgroup "$STATE/cgroup"
start
END
  has "not mounted: devices"
  has "node/mount-cgroup.sh"
  [[ ! -e $STATE/argv ]]
}

@test "another docker daemon: its pid and how to stop it" {
  run -1 inside <<'END'
cp "$(type -P sleep)" "$STATE/dockerd"
"$STATE/dockerd" 300 &
echo "stranger $!"
start
END
  has "another docker daemon runs"
  has "kill $(grep -o 'stranger [0-9]*' <<<"$output" | cut -d ' ' -f 2)"
  [[ ! -e $STATE/argv ]]
}

@test "a socket that answers is somebody else's daemon" {
  : >"$STATE/up"
  run -1 inside <<'END'
start
END
  has "a docker daemon answers at $STATE/docker.sock already"
}

@test "a stale docker.pid goes, whether its pid is free or another process's" {
  run -0 inside <<'END'
echo 99999 >/var/run/docker.pid
start
stop
rm "$STATE/up"
echo $$ >/var/run/docker.pid
start
[[ ! -e /var/run/docker.pid ]]
END
  has "Removed /var/run/docker.pid: pid 99999"
}

@test "a containerd.pid from before a reboot goes, though its pid is some process's by now; a containerd's stays" {
  run -0 inside <<'END'
mkdir -p "$STATE/exec/containerd" "$STATE/exec/libcontainerd"
echo $$ >"$STATE/exec/containerd/containerd.pid"
echo 99999 >"$STATE/exec/libcontainerd/docker-containerd.pid"
start
[[ ! -e $STATE/exec/containerd/containerd.pid && ! -e $STATE/exec/libcontainerd/docker-containerd.pid ]]
stop
rm "$STATE/up"
cp "$(type -P sleep)" "$STATE/docker-containerd"
"$STATE/docker-containerd" 300 &
echo $! >"$STATE/exec/libcontainerd/docker-containerd.pid"
start
[[ -e $STATE/exec/libcontainerd/docker-containerd.pid ]]
END
  has "containerd.pid: pid 99999 in it is no containerd"
}

@test "a docker0 of another subnet is taken away, unless a container hangs on it" {
  run -0 inside <<'END'
ip link add docker0 type bridge || { echo no bridges; exit 0; }
ip addr add 172.17.0.1/16 dev docker0
start
ip link show docker0 2>&1 || true
stop
rm "$STATE/up"
ip link add docker0 type bridge
ip addr add 172.17.0.1/16 dev docker0
ip link add veth0 type veth peer name veth1
ip link set veth0 master docker0
start
ip link show docker0
END
  [[ $output != *"no bridges"* ]] || skip "no bridges here"
  has "Removed the bridge docker0: it had 172.17.0.1/16"
  has "does not exist"
  has "containers still hang on the old one"
}

@test "the registry's authority is placed, the old one kept" {
  mkdir -p "$BUNDLE/etc"
  echo new >"$BUNDLE/etc/ca.crt"
  sed -i "s|KB_DOCKER_CA=''|KB_DOCKER_CA=etc/ca.crt|" "$BUNDLE/node/start-docker.sh"
  run -0 inside <<'END'
mkdir -p /etc/docker/certs.d/registry.example.com:5000
echo old >/etc/docker/certs.d/registry.example.com:5000/ca.crt
start
[[ $(cat /etc/docker/certs.d/registry.example.com:5000/ca.crt) == new ]]
# A new tarball, unpacked while docker runs.
echo newer >"$BUNDLE/etc/ca.crt"
start
END
  has "Placed the registry's certificate authority"
  [[ $(cat "$STATE/etc/certs.d/registry.example.com:5000/ca.crt") == newer ]]
  [[ $(cat "$STATE/etc/certs.d/registry.example.com:5000/ca.crt.previous") == old ]]
}

@test "kubelet: load-images.sh runs first, and its exit code is respected" {
  PORT=$(free_port)
  fake_daemon kubelet
  make_start node/start-kubelet.sh kubelet "readonly KB_HEALTH_PORT=$PORT KB_DOCKER_SOCKET='$STATE/docker.sock'" \
    kubelet "--port=$PORT"
  printf 'echo loading; exit 2\n' >"$BUNDLE/node/load-images.sh"
  run -2 script node/start-kubelet.sh
  has "loading"
  has "kubelet was not started"
  [[ -z $(own_processes) ]]
  printf 'echo loading\n' >"$BUNDLE/node/load-images.sh"
  run -0 script node/start-kubelet.sh
}

@test "kubelet: the registry's credentials are in its HOME, closed to others; files that go before them are said" {
  PORT=$(free_port)
  fake_daemon kubelet
  printf 'exit 0\n' >"$BUNDLE/node/load-images.sh"
  make_start node/start-kubelet.sh kubelet \
    "readonly KB_HEALTH_PORT=$PORT KB_DOCKER_SOCKET=/x KB_HOME=node/kubelet-home KB_KUBELET_ROOT='$STATE/kube let'" \
    kubelet "--port=$PORT" "--dump=$BATS_TEST_TMPDIR/dump"
  run -0 script node/start-kubelet.sh
  has "the registry's credentials are not in this bundle"
  run -0 script node/stop-kubelet.sh
  mkdir -p "$BUNDLE/node/kubelet-home/.docker" "$STATE/kube let"
  echo SECRET >"$BUNDLE/node/kubelet-home/.docker/config.json"
  chmod 0644 "$BUNDLE/node/kubelet-home/.docker/config.json"
  echo '{}' >"$STATE/kube let/config.json"
  run -0 script node/start-kubelet.sh
  has "could be read by others (mode 644): 600 now."
  [[ $(stat -c %a "$BUNDLE/node/kubelet-home/.docker/config.json") == 600 ]]
  has "the kubelet reads $STATE/kube let/config.json, and not the credentials of this bundle."
  has "mv '$STATE/kube let/config.json' '$STATE/kube let/config.json'.previous"
  has_not SECRET
  run -0 node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).env.HOME' "$BATS_TEST_TMPDIR/dump"
  [[ $output == "$BUNDLE/node/kubelet-home" ]]
  run -1 grep -r SECRET "$BUNDLE/log" "$BUNDLE/run"
}

@test "need docker: met when the bundle's client reaches it" {
  NEEDS='start docker "docker on this host" - -' simple_unit
  sed -i "2i readonly KB_DOCKER_SOCKET='$STATE/docker.sock'" "$BUNDLE/master/start-kube-scheduler.sh"
  run -1 script master/start-kube-scheduler.sh --timeout 4
  has "docker on this host (no answer at unix://$STATE/docker.sock)"
  : >"$STATE/up"
  run -0 script master/start-kube-scheduler.sh
}
