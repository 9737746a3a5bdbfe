# shellcheck shell=bash
# What a unit depends on, and how to see whether it is there. KB_NEEDS has five words for each
# need: mode (start or wait), kind, what, address, port.

# missing_needs MODE: sets MISSING to one text for each need of that mode that is not met, and
# MISSING_BRIEFLY to them in short, for a line that has to stay one.
missing_needs() {
  local index
  MISSING=() MISSING_BRIEFLY=()
  for ((index = 0; index + 4 < ${#KB_NEEDS[@]}; index += 5)); do
    if [[ ${KB_NEEDS[index]} != "$1" ]]; then
      continue
    fi
    NEED_TEXT=${KB_NEEDS[index + 2]}
    NEED_BRIEFLY=''
    if ! need_met "${KB_NEEDS[index + 1]}" "${KB_NEEDS[index + 3]}" "${KB_NEEDS[index + 4]}"; then
      MISSING+=("$NEED_TEXT")
      # shellcheck disable=SC2034 # unit-wait.sh shows it
      MISSING_BRIEFLY+=("${NEED_BRIEFLY:-$NEED_TEXT}")
    fi
  done
  ((${#MISSING[@]} > 0))
}

# need_met KIND ADDRESS PORT: 0 when it is there; else NEED_TEXT says what is seen instead.
need_met() {
  case $1 in
    etcd) need_etcd ;;
    kube-apiserver) need_url "$2" "$3" /healthz && [[ $HTTP_BODY == ok ]] ;;
    flanneld-server) need_url "$2" "$3" /v1/_/config ;;
    flanneld) need_flanneld ;;
    docker) need_docker ;;
    *) die "this bundle is broken: unknown kind of need: $1" ;;
  esac
}

need_url() {
  NEED_TEXT+=" at $1:$2"
  if http_get "$1" "$2" "$3" 2 && [[ $HTTP_STATUS == 200 ]]; then
    return 0
  fi
  if [[ $HTTP_STATUS == 000 ]]; then
    NEED_TEXT+=" (no answer)"
  else
    NEED_TEXT+=" (HTTP $HTTP_STATUS)"
  fi
  return 1
}

# need_etcd: one healthy member is enough, for it is only healthy with a majority behind it.
need_etcd() {
  local member host address client_port peer_port
  while IFS=$'\t' read -r member host address client_port peer_port; do
    if etcd_says_healthy "$address" "$client_port"; then
      return 0
    fi
  done <"$KB_ROOT/lib/etcd-members.tsv"
  probe_etcd_members
  NEED_TEXT="etcd (no healthy member; "
  if ((${#PEERS_MISSING[@]} > 0)); then
    join_words "${PEERS_MISSING[@]}"
    NEED_TEXT+="${#PEERS_MISSING[@]} of $PEERS_TOTAL do not answer: $JOINED)"
    join_words ${PEERS_AWAY[@]+"${PEERS_AWAY[@]}"}
    NEED_BRIEFLY="etcd ($((PEERS_TOTAL - ${#PEERS_MISSING[@]})) of $PEERS_TOTAL members up, waiting for $JOINED)"
  else
    NEED_TEXT+="all $PEERS_TOTAL listen, so they are just finding each other)"
  fi
  return 1
}

# etcd_says_healthy ADDRESS PORT: releases answer "true" with and without the quotes.
etcd_says_healthy() {
  http_get "$1" "$2" /health 2 && [[ $HTTP_BODY =~ \"health\"[[:space:]]*:[[:space:]]*\"?true ]]
}

# Sets PEERS_TOTAL, and PEERS_MISSING to "member (host address:port)" for each one whose peer
# port takes no connections; PEERS_AWAY to their hosts.
probe_etcd_members() {
  local member host address client_port peer_port
  PEERS_TOTAL=0
  PEERS_MISSING=() PEERS_AWAY=()
  # shellcheck disable=SC2034 # a row has five columns, whichever of them are of use
  while IFS=$'\t' read -r member host address client_port peer_port; do
    PEERS_TOTAL=$((PEERS_TOTAL + 1))
    if ! tcp_open "$address" "$peer_port"; then
      PEERS_MISSING+=("$member ($host $address:$peer_port)")
      PEERS_AWAY+=("$host")
    fi
  done <"$KB_ROOT/lib/etcd-members.tsv"
}

# flanneld is ready when it has written the subnet *after* it was started: the file outlives it.
need_flanneld() {
  local pid_file=$KB_ROOT/run/flanneld.pid
  if ! process_alive "$pid_file"; then
    NEED_TEXT+=" (not running on this host)"
  elif ! subnet_file_fresh "$pid_file"; then
    NEED_TEXT+=" (it runs, but has not written $SUBNET_FILE)"
  else
    return 0
  fi
  return 1
}

# subnet_file_fresh PID_FILE: find compares parts of a second; -nt of old releases of bash does not.
subnet_file_fresh() {
  SUBNET_FILE=${KB_FLANNEL_SUBNET_FILE:-/run/flannel/subnet.env}
  [[ -s $SUBNET_FILE && -n $(find "$SUBNET_FILE" -newer "$1" 2>/dev/null) ]]
}

need_docker() {
  if docker_answers; then
    return 0
  fi
  NEED_TEXT+=" (no answer at unix://$KB_DOCKER_SOCKET)"
  return 1
}

# docker_answers: the bundle's own client reaches the daemon, whatever DOCKER_TLS_VERIFY and
# ~/.docker of the person say.
docker_answers() {
  env -i "PATH=$PATH" HOME=/nonexistent timeout --foreground 10 \
    "$KB_ROOT/bin/docker" -H "unix://$KB_DOCKER_SOCKET" version >/dev/null 2>&1 8>&-
}

# join_words TEXT...: sets JOINED to them with commas between.
join_words() {
  local word
  JOINED=''
  for word in "$@"; do
    JOINED+=${JOINED:+, }$word
  done
}
