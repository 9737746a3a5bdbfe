# shellcheck shell=bash
# What the checks of doctor.sh ask of the cluster: many hosts at once, each with a time limit.
# Sourced by those of lib/checks that need it.
# shellcheck disable=SC2034 # they read what is set here

# ask_all PATH SECONDS [ADDRESS PORT]...: GET PATH of all of them at once. By the index of the pair:
# ANSWER_STATUS (000: no answer), ANSWER_HEAD, ANSWER_BODY, ANSWER_AT (this host's clock then).
ask_all() {
  local path=$1 seconds=$2 file raw
  local -a files=()
  shift 2
  ANSWER_STATUS=() ANSWER_HEAD=() ANSWER_BODY=() ANSWER_AT=()
  while (($# > 1)); do
    exec {file}< <(
      timeout --foreground "$seconds" "$BASH" "$KB_ROOT/lib/http-exchange.sh" GET "$1" "$2" "$path" '' 2>/dev/null || true
      printf '\n%(%s)T' -1
    )
    files+=("$file")
    shift 2
  done
  for file in ${files[@]+"${files[@]}"}; do
    raw=$(cat <&"$file") || true
    exec {file}<&-
    ANSWER_AT+=("${raw##*$'\n'}")
    raw=${raw%$'\n'*}
    if [[ $raw == HTTP/*' '[0-9][0-9][0-9]* ]]; then
      ANSWER_HEAD+=("${raw%%$'\r\n\r\n'*}")
      ANSWER_BODY+=("${raw#*$'\r\n\r\n'}")
      raw=${raw#* }
      ANSWER_STATUS+=("${raw:0:3}")
    else
      ANSWER_STATUS+=(000) ANSWER_HEAD+=('') ANSWER_BODY+=('')
    fi
  done
}

# probe_all SECONDS [ADDRESS PORT]...: connects to all of them, 150 at once. By the index of the pair
# PROBED is open, refused, unreachable (says the kernel), no-network (no route from here) or silent.
probe_all() {
  local seconds=$1 file text
  local -a files
  shift
  PROBED=()
  while (($# > 1)); do
    files=()
    while (($# > 1 && ${#files[@]} < 150)); do
      # shellcheck disable=SC2016 # the inner shell is to expand it
      exec {file}< <(exec timeout --foreground "$seconds" "$BASH" -c 'exec 3<>"/dev/tcp/$1/$2" && echo open' probe "$1" "$2" 2>&1)
      files+=("$file")
      shift 2
    done
    for file in ${files[@]+"${files[@]}"}; do
      text=$(cat <&"$file") || true
      exec {file}<&-
      case $text in
        open) PROBED+=(open) ;;
        *refused*) PROBED+=(refused) ;;
        *'Network is unreachable'*) PROBED+=(no-network) ;;
        *'No route to host'* | *unreachable*) PROBED+=(unreachable) ;;
        *) PROBED+=(silent) ;;
      esac
    done
  done
}

# read_members: sets MEMBER_NAME, MEMBER_HOST, MEMBER_ADDRESS, MEMBER_PEER by index, and MEMBER_CLIENTS,
# the pairs of address and client port.
read_members() {
  local member host address client peer
  MEMBER_NAME=() MEMBER_HOST=() MEMBER_ADDRESS=() MEMBER_PEER=() MEMBER_CLIENTS=()
  while IFS=$'\t' read -r member host address client peer; do
    MEMBER_NAME+=("$member") MEMBER_HOST+=("$host") MEMBER_ADDRESS+=("$address") MEMBER_PEER+=("$peer")
    MEMBER_CLIENTS+=("$address" "$client")
  done <"$KB_ROOT/lib/etcd-members.tsv"
}

# ask_members PATH [SECONDS]: ask_all of every member, after read_members.
ask_members() {
  ask_all "$1" "${2-4}" ${MEMBER_CLIENTS[@]+"${MEMBER_CLIENTS[@]}"}
}

# says_healthy INDEX: the answer to /health. Releases answer "true" with and without the quotes.
says_healthy() {
  [[ ${ANSWER_BODY[$1]} =~ \"health\"[[:space:]]*:[[:space:]]*\"?true ]]
}

# find_leader: sets LEADER to the index of the member that leads, and LEADER_TEXT; fails when none does.
find_leader() {
  local index
  LEADER='' LEADER_TEXT='no member leads'
  ask_members /v2/stats/self 3
  for index in "${!MEMBER_NAME[@]}"; do
    if [[ ${ANSWER_STATUS[index]} == 200 && ${ANSWER_BODY[index]} == *StateLeader* ]]; then
      LEADER=$index
      LEADER_TEXT="${MEMBER_NAME[index]} (${MEMBER_HOST[index]}) leads"
      return 0
    fi
  done
  return 1
}

# etcdctl_typed INDEX: sets ETCDCTL, how a person types the bundle's etcdctl against that member.
etcdctl_typed() {
  ETCDCTL="${KB_ETCDCTL_API:+ETCDCTL_API=$KB_ETCDCTL_API }$TYPED_ROOT/bin/etcdctl ${KB_ETCDCTL_ENDPOINTS---endpoints} http://${MEMBER_CLIENTS[2 * $1]}:${MEMBER_CLIENTS[2 * $1 + 1]}"
}

# typed_start UNIT: sets TYPED_START and TYPED_RESTART, how a person starts it and starts it again here.
typed_start() {
  local stop
  unit_script "$1" || return 1
  stop=${UNIT_SCRIPT%/*}/stop-$1.sh
  quote_word "$stop"
  stop=$QUOTED
  quote_word "$UNIT_SCRIPT"
  TYPED_START=$QUOTED TYPED_RESTART="$stop && $QUOTED"
}

# api_end: sets API_ADDRESS and API_PORT to where this host's programs reach an apiserver.
api_end() {
  API_ADDRESS=127.0.0.1
  if ! has_role master; then
    cluster_value control-plane || return 1
    API_ADDRESS=$VALUE
  fi
  cluster_value api-port || return 1
  API_PORT=$VALUE
}

# ask_api PATH: GET PATH of it; sets HTTP_STATUS, HTTP_BODY, and FLAT, the body without the white
# space that some releases print between the parts.
ask_api() {
  FLAT=''
  api_end || return 1
  http_get "$API_ADDRESS" "$API_PORT" "$1" 4 || return 1
  FLAT=$(printf '%s' "$HTTP_BODY" | tr -d '\n' | sed 's/\([:,{[]\) */\1/g; s/ *\([]}]\)/\1/g')
}

# no_api: the result of every check that cannot ask an apiserver.
no_api() {
  if has_role master; then
    typed_start kube-apiserver
    unknown "kube-apiserver does not answer at $API_ADDRESS:$API_PORT (HTTP $HTTP_STATUS)" "Type:" "  $TYPED_START"
  fi
  unknown "no kube-apiserver answers at $API_ADDRESS:$API_PORT (HTTP $HTTP_STATUS)" \
    "On that master, in the bundle's folder, type:" "  ./doctor.sh --only api-address,units-running"
}

# few TEXT...: sets FEW to the first five of them, and how many more there are.
few() {
  join_words "${@:1:5}"
  FEW=$JOINED
  if (($# > 5)); then
    FEW+=" and $(($# - 5)) more"
  fi
}
