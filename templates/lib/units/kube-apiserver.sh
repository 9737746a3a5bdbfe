# shellcheck shell=bash
# kube-apiserver: healthy when its own /healthz says so, and etcd is there. Up to 1.5 its answer does not speak of etcd
# (1.3.3, pkg/master/master.go), without which it can do nothing.

# shellcheck disable=SC2034 # unit.sh reads it
UNIT_PORT=$KB_HEALTH_PORT

unit_healthy() {
  healthz "$KB_HEALTH_PORT" || return 1
  if missing_needs start; then
    join_words ${MISSING[@]+"${MISSING[@]}"}
    # shellcheck disable=SC2034 # unit-wait.sh says it
    HEALTH_TEXT="it answers, but it needs: $JOINED"
    return 1
  fi
}
