# shellcheck shell=bash
# kube-scheduler: healthy when its own /healthz says so.

# shellcheck disable=SC2034 # unit.sh reads it
UNIT_PORT=$KB_HEALTH_PORT

unit_healthy() {
  healthz "$KB_HEALTH_PORT"
}
