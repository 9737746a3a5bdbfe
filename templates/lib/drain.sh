# shellcheck shell=bash
# Draining the node before stop.sh, and taking that back after start.sh: with the bundle's kubectl,
# which masters have. Only flags that kubectl 1.3 knows (pkg/kubectl/cmd/drain.go).

# That it was us: a node that a person had cordoned stays so.
readonly CORDON_FILE=$KB_ROOT/run/cordoned
# Seconds for pods to end; 30 is what a pod gets unless it says otherwise.
readonly DRAIN_SECONDS=60

# run_kubectl WORD...: sets KUBECTL_SAID. With a time limit, for an API without etcd never answers.
run_kubectl() {
  KUBECTL_SAID=$(env -i "PATH=$PATH" HOME=/nonexistent timeout --foreground 20 \
    "$KB_ROOT/bin/kubectl" "--server=http://$API_ADDRESS" "$@" 2>&1 8>&-)
}

# find_api: sets API_ADDRESS to an API server that answers: this host's own, or another master's.
find_api() {
  local address
  for address in 127.0.0.1 $(awk -F '\t' '$3 ~ /master/ { print $2 }' "$KB_ROOT/lib/hosts.tsv"); do
    if http_get "$address" "$KB_API_PORT" /healthz 2 && [[ $HTTP_BODY == ok ]]; then
      API_ADDRESS=$address:$KB_API_PORT
      return 0
    fi
  done
  return 1
}

# read_api_port: sets API_PORT, on a host without an API server of its own.
read_api_port() {
  API_PORT=$(awk -F '\t' '$1 == "api-port" { print $2 }' "$KB_ROOT/lib/cluster.tsv" 2>/dev/null) || API_PORT=''
  API_PORT=${API_PORT:-8080}
}

# drain_node: what cannot be done is said, and stop.sh goes on.
drain_node() {
  if ! process_alive "$KB_ROOT/run/kubelet.pid"; then
    return 0
  fi
  if [[ ! -x $KB_ROOT/bin/kubectl || -z ${KB_API_PORT-} ]]; then
    read_api_port
    not_drained "this bundle has no kubectl. Next time, before stop.sh, type in the bundle of a master:" \
      "  bin/kubectl -s http://127.0.0.1:$API_PORT drain $KB_HOST" "and when this host runs again:" \
      "  bin/kubectl -s http://127.0.0.1:$API_PORT uncordon $KB_HOST"
    return 0
  fi
  if ! find_api; then
    not_drained "no API server of this cluster answers on port $KB_API_PORT."
    return 0
  fi
  cordon_node && drain_pods && wait_for_pods
  return 0
}

# not_drained LINE...: why, and what to type.
not_drained() {
  warn "the pods of this node are not drained: $1" "${@:2}"
}

kubectl_failed() {
  not_drained "kubectl $1 failed:" "  ${KUBECTL_SAID:-it did not answer within 20 s}"
  return 1
}

cordon_node() {
  run_kubectl get nodes "$KB_HOST" || kubectl_failed "get nodes $KB_HOST" || return 1
  if [[ $KUBECTL_SAID == *SchedulingDisabled* ]]; then
    if [[ ! -e $CORDON_FILE ]]; then
      say "Somebody had cordoned this node before: start.sh will leave it so."
    fi
    return 0
  fi
  # First the note: killed in between, start.sh takes back what was not done, which does no harm.
  if ! { : >"$CORDON_FILE"; } 2>/dev/null; then
    not_drained "run/cordoned cannot be written: is the disk full? Look with:" "  df -h $TYPED_ROOT/run"
    return 1
  fi
  run_kubectl cordon "$KB_HOST" || kubectl_failed "cordon $KB_HOST" || return 1
  say "This node gets no new pods until start.sh."
}

# drain_pods: sets KEPT to the pods that stay, as names. kubectl deletes none at all while one is
# there that it may not delete, so the others are deleted one by one then.
drain_pods() {
  local namespace name
  local -a options=()
  KEPT=()
  if run_kubectl drain "$KB_HOST"; then
    return 0
  fi
  read_refusal
  if ((${#UNMANAGED[@]} + ${#OF_DAEMONSETS[@]} == 0)); then
    kubectl_failed "drain $KB_HOST"
    return 1
  fi
  # Its daemon set would make such a pod anew at once, on this very node.
  KEPT=(${OF_DAEMONSETS[@]+"${OF_DAEMONSETS[@]}"})
  ((${#OF_DAEMONSETS[@]} == 0)) || options+=(--ignore-daemonsets)
  if ((${#UNMANAGED[@]} == 0 || OPT_FORCE_DRAIN)); then
    ((${#UNMANAGED[@]} == 0)) || options+=(--force)
    run_kubectl drain "$KB_HOST" ${options[@]+"${options[@]}"} || kubectl_failed "drain $KB_HOST ${options[*]-}"
    return
  fi
  KEPT+=(${UNMANAGED[@]+"${UNMANAGED[@]}"})
  warn "no controller would make these pods anew, so they are left, and end with docker: ${UNMANAGED[*]-}." \
    "To delete them too:" "  $TYPED_ROOT/stop.sh --force-drain"
  list_pods || return 1
  while read -r namespace name; do
    if is_kept "$name"; then
      continue
    fi
    # Gone meanwhile is as good.
    run_kubectl delete pod "$name" "--namespace=$namespace" || [[ $KUBECTL_SAID == *'not found'* ]] ||
      kubectl_failed "delete pod $name" || return 1
  done <<<"$PODS"
}

# read_refusal: the names in "error: pods not managed by ...: a,b (use --force to override) and
# DaemonSet-managed pods: c (use --ignore-daemonsets to ignore)"; later releases order it otherwise,
# and put the namespace before a name.
read_refusal() {
  UNMANAGED=() OF_DAEMONSETS=()
  read_names '[Pp]ods not managed by [^:]*'
  UNMANAGED=(${NAMES[@]+"${NAMES[@]}"})
  read_names 'DaemonSet-managed [Pp]ods[^:]*'
  OF_DAEMONSETS=(${NAMES[@]+"${NAMES[@]}"})
}

read_names() {
  local text word pattern="$1: ([^(;]*)"
  NAMES=()
  if [[ ! $KUBECTL_SAID =~ $pattern ]]; then
    return 0
  fi
  text=${BASH_REMATCH[1]%% and *}
  for word in ${text//,/ }; do
    NAMES+=("${word##*/}")
  done
}

# list_pods: sets PODS to "NAMESPACE NAME" of each pod on this node that the API can delete; the
# name of a mirror pod ends with that of the node (pkg/kubelet/config/common.go, generatePodName).
list_pods() {
  run_kubectl get pods --all-namespaces -o wide || kubectl_failed "get pods" || return 1
  PODS=$(awk -v node="$KB_HOST" '
    $8 == node && substr($2, length($2) - length(node)) != "-" node { print $1, $2 }
  ' <<<"$KUBECTL_SAID")
}

is_kept() {
  local name
  for name in ${KEPT[@]+"${KEPT[@]}"}; do
    [[ $name != "$1" ]] || return 0
  done
  return 1
}

# wait_for_pods: 1.3's drain does not wait for the pods to end.
wait_for_pods() {
  local namespace name
  local -a left
  read_clock
  STARTED_AT=$NOW
  while :; do
    list_pods || return 0
    left=()
    while read -r namespace name; do
      [[ -z $name ]] || is_kept "$name" || left+=("$name")
    done <<<"$PODS"
    if ((${#left[@]} == 0)); then
      say "The node is drained: its pods have ended.${KEPT[0]:+ Left were: ${KEPT[*]-}.}"
      return 0
    elif past_deadline "$DRAIN_SECONDS" || ((INTERRUPTED)); then
      warn "still there after $((NOW - STARTED_AT)) s: ${left[*]-}. They end with docker."
      return 0
    fi
    progress "draining: ${#left[@]} pods have to end: ${left[*]-}"
    pause 1
  done
}

# uncordon_node: at the end of start.sh, when stop.sh had cordoned it. The API may take a moment.
uncordon_node() {
  local limit=30
  if [[ ! -e $CORDON_FILE ]]; then
    return 0
  fi
  if ((${OPT_TIMEOUT:-0} > 0)); then
    limit=$OPT_TIMEOUT
  fi
  read_clock
  STARTED_AT=$NOW
  until find_api && run_kubectl uncordon "$KB_HOST"; do
    if past_deadline "$limit" || ((INTERRUPTED)); then
      die "everything runs, but this node is still cordoned, as stop.sh left it: it gets no pods." \
        "When the API answers, run the first again, or type the second:" \
        "  $TYPED_ROOT/start.sh" "  $TYPED_ROOT/bin/kubectl -s http://127.0.0.1:$KB_API_PORT uncordon $KB_HOST"
    fi
    progress "taking back the cordon of this node"
    pause 1
  done
  rm -f -- "$CORDON_FILE" || die_unwritable "$CORDON_FILE"
  say "This node gets pods again."
}
