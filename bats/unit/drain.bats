#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031 # quoted text is for other shells; each test is a subshell
# stop.sh drains the node, start.sh takes the cordon back. kubectl answers here in the words of 1.3
# (pkg/kubectl/cmd/drain.go); bats/lab/cluster.bats does the same against an API server.

load ../helper.bash

# A bundle with a kubelet that runs, an API server's health, and a kubectl that keeps its pods in a
# file: "NAME rc|alone|daemonset".
setup() {
  make_bundle
  PORT=$(free_port) API=$(free_port) STATE=$BATS_TEST_TMPDIR/state
  mkdir "$STATE"
  fake_daemon kubelet
  printf 'exit 0\n' >"$BUNDLE/node/load-images.sh"
  make_start node/start-kubelet.sh kubelet "readonly KB_HEALTH_PORT=$PORT" kubelet "--port=$PORT"
  make_host_script start "readonly KB_API_PORT=$API; readonly -a KB_STEPS=(node/start-kubelet.sh)"
  make_host_script stop "readonly KB_API_PORT=$API; readonly -a KB_STEPS=(node/stop-kubelet.sh)"
  {
    printf '#!/bin/bash\nSTATE=%q\n' "$STATE"
    cat <<'KUBECTL'
printf '%s\n' "$*" >>"$STATE/calls"
shift # --server
pods() { awk -v kind="$1" '$2 == kind { print $1 }' "$STATE/pods" | paste -sd,; }
case "$*" in
  'get nodes sandbox-1') printf 'NAME        STATUS    AGE\nsandbox-1   Ready%s   1d\n' "$(cat "$STATE/cordoned" 2>/dev/null)" ;;
  'cordon sandbox-1') printf ',SchedulingDisabled' >"$STATE/cordoned" ;;
  'uncordon sandbox-1') rm "$STATE/cordoned" ;;
  'get pods --all-namespaces -o wide')
    printf 'NAMESPACE NAME READY STATUS RESTARTS AGE IP NODE\n'
    awk '{ print "default", $1, "1/1 Running 0 1d 10.1.2.3 sandbox-1" }' "$STATE/pods"
    printf 'default elsewhere-1 1/1 Running 0 1d 10.1.9.3 sandbox-10\ndefault static-sandbox-1 1/1 Running 0 1d 10.1.2.9 sandbox-1\n'
    ;;
  'delete pod '*) sed -i "/^$3 /d" "$STATE/pods" ;;
  'drain sandbox-1'*)
    text='' alone=$(pods alone) set=$(pods daemonset)
    if [[ -n $alone && $* != *--force* ]]; then
      text="pods not managed by ReplicationController, ReplicaSet, Job, or DaemonSet: $alone (use --force to override)"
    fi
    if [[ -n $set && $* != *--ignore-daemonsets* ]]; then
      text+="${text:+ and }DaemonSet-managed pods: $set (use --ignore-daemonsets to ignore)"
    fi
    if [[ -n $text ]]; then
      printf 'node "sandbox-1" already cordoned\nerror: %s\n' "$text" >&2
      exit 1
    fi
    sed -i '/ daemonset$/!d' "$STATE/pods"
    ;;
  *) exit 9 ;;
esac
KUBECTL
  } >"$BUNDLE/bin/kubectl"
  chmod 0755 "$BUNDLE/bin/kubectl"
}

teardown() { clean_up; }

# cluster POD...: the API answers, and the kubelet runs.
cluster() {
  printf '%s\n' "$@" >"$STATE/pods"
  node "$REPO/bats/fixtures/daemon.mjs" "--port=$API" >/dev/null 3>&- &
  HELPERS+=($!)
  retry 30 bash -c "exec 3<>/dev/tcp/127.0.0.1/$API"
  script start.sh >/dev/null 3>&-
}

@test "pods of a controller are drained, those of a daemon set stay; start.sh takes the cordon back" {
  cluster 'web-1 rc' 'web-2 rc' 'logs-1 daemonset'
  run -0 script stop.sh
  has "The node is drained: its pods have ended. Left were: logs-1."
  has "kubelet is stopped"
  [[ $(cat "$STATE/pods") == 'logs-1 daemonset' && -e $STATE/cordoned ]]
  run -0 script start.sh
  has "This node gets pods again."
  [[ ! -e $STATE/cordoned && ! -e $BUNDLE/run/cordoned ]]
}

@test "pods without a controller are named and left, the others drained; --force-drain takes them too" {
  cluster 'web-1 rc' 'mine alone' 'yours alone'
  run -0 script stop.sh
  has "so they are left, and end with docker: mine yours."
  has "stop.sh --force-drain"
  [[ $(cat "$STATE/pods") == $'mine alone\nyours alone' ]]
  # The one that the kubelet makes from a file, and that of another node, are not touched.
  run ! grep -E 'delete pod (static|elsewhere)' "$STATE/calls"
  script start.sh >/dev/null 3>&-
  run -0 script stop.sh --force-drain
  [[ ! -s $STATE/pods ]]
}

@test "--no-drain asks nobody; a node that somebody had cordoned stays cordoned" {
  cluster 'web-1 rc'
  : >"$STATE/calls"
  run -0 script stop.sh --no-drain
  [[ ! -s $STATE/calls && ! -e $STATE/cordoned ]]
  script start.sh >/dev/null 3>&-
  printf ',SchedulingDisabled' >"$STATE/cordoned"
  run -0 script stop.sh
  has "Somebody had cordoned this node before"
  run -0 script start.sh
  [[ -e $STATE/cordoned ]]
}

@test "an API that does not answer is said, and it goes on; so is a bundle without kubectl" {
  script start.sh >/dev/null 3>&-
  run -0 script stop.sh
  has "not drained: no API server of this cluster answers on port $API"
  has "kubelet is stopped"
  script start.sh >/dev/null 3>&-
  rm "$BUNDLE/bin/kubectl"
  run -0 script stop.sh
  has "not drained: this bundle has no kubectl"
  has "drain sandbox-1"
}

@test "start.sh without an API: 1, the node is still cordoned, and what to type" {
  cluster 'web-1 rc'
  script stop.sh >/dev/null 3>&-
  kill -KILL "${HELPERS[@]}"
  run -1 script start.sh --timeout 3
  has "this node is still cordoned"
  has "uncordon sandbox-1"
  [[ -e $BUNDLE/run/cordoned ]]
}
