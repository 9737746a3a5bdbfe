# shellcheck shell=bash
# kubelet: healthy when its own /healthz says so.

# shellcheck disable=SC2034 # unit.sh reads it
UNIT_PORT=$KB_HEALTH_PORT

unit_healthy() {
  healthz "$KB_HEALTH_PORT"
}

# The pause image is loaded at every start: image garbage collection may have deleted it, and
# offline that keeps every new pod of this node Pending (Q6).
unit_preflight() {
  local code=0
  local -a options=()
  if ((OPT_FORCE)); then
    options+=(--force)
  fi
  "$BASH" "$KB_ROOT/node/load-images.sh" ${options[@]+"${options[@]}"} 8>&- || code=$?
  if ((code != 0)); then
    complain "kubelet was not started, for the images could not be loaded (see above)." \
      "When that is mended, run this again:" "  $(path_of_script start)"
    exit "$code"
  fi
}
