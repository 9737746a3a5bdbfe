# shellcheck shell=bash
# etcd: the first member cannot be healthy alone, and a member that lost its data must not come
# back as a new one: with an empty data folder and --initial-cluster-state new it would found a
# second cluster beside the living one.

# shellcheck disable=SC2034 # unit.sh reads it
UNIT_PORT=$KB_ETCD_CLIENT_PORT
# Alone for this long means that nobody else has been started yet.
# shellcheck disable=SC2034 # unit.sh reads it
UNIT_PATIENCE=10

# shellcheck source=../etcd-list.sh
. "$KB_ROOT/lib/etcd-list.sh"
# shellcheck source=../etcd-guard.sh
. "$KB_ROOT/lib/etcd-guard.sh"

# Written after the first health, beside the data folder so that it survives the folder.
FIRST_START_FILE=$KB_ETCD_DATA_DIR.first-start

unit_healthy() {
  local try
  for try in 1 2 3; do
    if etcd_says_healthy 127.0.0.1 "$KB_ETCD_CLIENT_PORT"; then
      return 0
    fi
    # Up to 3.0 a member of an idle cluster says 503 now and then, when Raft's index has not moved within 0.75 s
    # (etcd 2.3, etcdserver/etcdhttp/client.go).
    if [[ $HTTP_STATUS != 503 ]]; then
      break
    fi
  done
  HEALTH_TEXT="http://127.0.0.1:$KB_ETCD_CLIENT_PORT/health does not answer"
  if [[ $HTTP_STATUS != 000 ]]; then
    # shellcheck disable=SC2034 # unit-wait.sh says it
    HEALTH_TEXT="http://127.0.0.1:$KB_ETCD_CLIENT_PORT/health says HTTP $HTTP_STATUS: ${HTTP_BODY:0:80}"
  fi
  return 1
}

# The process is up and listens, but fewer than a majority of the members do (Q1).
unit_waiting_for() {
  if ! tcp_open "$KB_ADDRESS" "$KB_ETCD_PEER_PORT" && ! tcp_open 127.0.0.1 "$KB_ETCD_PEER_PORT"; then
    return 1
  fi
  probe_etcd_members
  if (((PEERS_TOTAL - ${#PEERS_MISSING[@]}) * 2 > PEERS_TOTAL)); then
    return 1
  fi
  join_words ${PEERS_MISSING[@]+"${PEERS_MISSING[@]}"}
  # shellcheck disable=SC2034 # unit-wait.sh says it
  WAITING_TEXT="${#PEERS_MISSING[@]} of $PEERS_TOTAL members are missing: $JOINED"
  join_words ${PEERS_AWAY[@]+"${PEERS_AWAY[@]}"}
  # shellcheck disable=SC2034 # unit-wait.sh shows it
  WAITING_BRIEFLY="$((PEERS_TOTAL - ${#PEERS_MISSING[@]})) of $PEERS_TOTAL members up, waiting for $JOINED"
}

unit_next_step() {
  # shellcheck disable=SC2034 # unit-wait.sh says it
  NEXT_STEP=(
    "etcd works only while more than half of its members run (Q1), so this is normal on the first host. On one of the missing hosts, type this in its own bundle:"
    "  etcd/start-etcd.sh"
  )
}

unit_preflight() {
  guard_unfinished
  if has_etcd_data "$KB_ETCD_DATA_DIR"; then
    guard_old_data
    compare_first_start
  else
    guard_empty_data
  fi
}

# A member that was announced with "member add" joins; with "new", or with another --initial-cluster than the members
# there are, it would be turned away. Only its very first start looks at these flags.
unit_adjust_command() {
  local index
  if ((!JOINS_LIVING_CLUSTER)); then
    return 0
  fi
  for ((index = 1; index < ${#KB_ARGV[@]}; index++)); do
    case ${KB_ARGV[index]} in
      --initial-cluster-state=new) KB_ARGV[index]=--initial-cluster-state=existing ;;
      --initial-cluster-state) KB_ARGV[index + 1]=existing ;;
      --initial-cluster=*) KB_ARGV[index]=--initial-cluster=$LIVING_CLUSTER ;;
      --initial-cluster) KB_ARGV[index + 1]=$LIVING_CLUSTER ;;
    esac
  done
  say "The living cluster expects this member: joining it (--initial-cluster-state existing)."
}

unit_prepare() {
  make_folder "$KB_ETCD_DATA_DIR"
  chmod 0700 -- "$KB_ETCD_DATA_DIR" || die_unwritable "$KB_ETCD_DATA_DIR"
}

# On existing data etcd ignores these flags without a word.
compare_first_start() {
  local key value now
  if [[ ! -r $FIRST_START_FILE ]]; then
    return 0
  fi
  while IFS='=' read -r key value; do
    first_start_value "$key"
    now=$FIRST_VALUE
    if [[ -n $now && $now != "$value" ]]; then
      warn "etcd ignores a changed --$key on existing data. The data was made with" "  $value" "now it is" "  $now"
    fi
  done <"$FIRST_START_FILE"
}

# first_start_value NAME: sets FIRST_VALUE to what this start has for it.
first_start_value() {
  FIRST_VALUE=''
  case $1 in
    name) FIRST_VALUE=$KB_ETCD_NAME ;;
    initial-cluster-token) FIRST_VALUE=$KB_ETCD_TOKEN ;;
    initial-cluster) FIRST_VALUE=$KB_ETCD_INITIAL_CLUSTER ;;
  esac
  # One line each in the file, whatever is in a token.
  quote_word "$FIRST_VALUE"
  FIRST_VALUE=$QUOTED
}

# The first member of a new cluster never sees itself healthy here, and yet its data has begun.
unit_left() {
  if has_etcd_data "$KB_ETCD_DATA_DIR"; then
    remember_first_start
  fi
}

unit_started() {
  remember_first_start
  finish_founding
}

# finish_founding: a cluster that was founded anew (etcd-refound.sh) has run by now.
finish_founding() {
  local file=$KB_ETCD_DATA_DIR.in-progress
  if [[ -e $file ]] && grep -qx 'step=swapped' -- "$file"; then
    mv -f -- "$file" "$KB_ETCD_DATA_DIR.origin" || warn "cannot rename $file." "Look with:" "  df -h"
  fi
}

# Remembers what the data was made with. A changed --initial-cluster is fine, and becomes what is
# remembered, when the living cluster has just these members by now.
remember_first_start() {
  local key
  if [[ -e $FIRST_START_FILE ]] && ! initial_cluster_is_living; then
    return 0
  fi
  {
    for key in name initial-cluster-token initial-cluster; do
      first_start_value "$key"
      printf '%s=%s\n' "$key" "$FIRST_VALUE"
    done >"$FIRST_START_FILE.new" && mv -f -- "$FIRST_START_FILE.new" "$FIRST_START_FILE"
  } 2>/dev/null || warn "cannot write $FIRST_START_FILE: is the disk full?" "Look with:" "  df -h ${KB_ETCD_DATA_DIR%/*}"
}

# Only the members may have changed; name and token of the data stay what they were.
initial_cluster_is_living() {
  local wanted living
  first_start_value name
  grep -qxF -- "name=$FIRST_VALUE" "$FIRST_START_FILE" || return 1
  first_start_value initial-cluster-token
  grep -qxF -- "initial-cluster-token=$FIRST_VALUE" "$FIRST_START_FILE" || return 1
  http_get 127.0.0.1 "$KB_ETCD_CLIENT_PORT" /v2/members 2 || return 1
  living=$(list_members "$HTTP_BODY" | awk -F '\t' '{ gsub(",", "\n", $3); print $3 }' | sort)
  wanted=$(printf '%s\n' "$KB_ETCD_INITIAL_CLUSTER" | tr ',' '\n' | sed 's/^[^=]*=//' | sort)
  [[ -n $wanted && $living == "$wanted" ]]
}
