# shellcheck shell=bash
# An etcd that nobody reaches and that reaches nobody, in a network namespace of its own: for --force-new-cluster,
# which must happen once and unseen, and for proving a backup. Needs etcd-life.sh.

ISOLATED_DROP=''
readonly ISOLATED_PID=$KB_ROOT/run/etcd-isolated.pid ISOLATED_LOG=$KB_ROOT/log/etcd-isolated.log

# isolated_command FOLDER FLAG...: sets ISOLATED_ARGV: the member's own command line on FOLDER, with loopback
# addresses instead of the host's.
isolated_command() {
  local folder=$1 word skip=0
  shift
  ISOLATED_ARGV=()
  for word in ${KB_ARGV[@]+"${KB_ARGV[@]:1}"}; do
    if ((skip)) && [[ $word != --* ]]; then
      skip=0
      continue
    fi
    skip=0
    case ${word%%=*} in
      --data-dir | --listen-* | --advertise-* | --initial-* | --discovery* | --force-new-cluster)
        if [[ $word != *=* ]]; then skip=1; fi
        ;;
      *) ISOLATED_ARGV+=("$word") ;;
    esac
  done
  ISOLATED_ARGV+=(--data-dir "$folder"
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380
    --initial-cluster "$KB_ETCD_NAME=http://127.0.0.1:2380" "$@")
}

# isolated_start FOLDER FLAG...: starts it and waits until it is healthy.
isolated_start() {
  isolated_end
  isolated_command "$@"
  trap isolated_exit EXIT
  # Else its end would show what an earlier one said.
  { : >"$ISOLATED_LOG"; } 2>/dev/null || die_unwritable "$ISOLATED_LOG"
  (
    trap - INT TERM HUP EXIT
    write_pid_file "$ISOLATED_PID" || exit "$EXIT_FAILED"
    exec </dev/null >>"$ISOLATED_LOG" 2>&1 || exit "$EXIT_FAILED"
    # shellcheck disable=SC2016,SC2034 # the new shell expands it; become reads it
    BECOME_WITH=(setsid unshare --net -- "$BASH" -c 'ip link set lo up && exec "$@"' -)
    become "$PROGRAM" ${ISOLATED_ARGV[@]+"${ISOLATED_ARGV[@]}"}
  ) &
  ISOLATED=$!
  disown "$ISOLATED" 2>/dev/null || true
  read_clock
  STARTED_AT=$NOW
  while :; do
    if ! kill -0 "$ISOLATED" 2>/dev/null; then
      isolated_failed "it died"
    fi
    if isolated_network && etcd_says_healthy 127.0.0.1 2379; then
      return 0
    fi
    # A long log is read for minutes.
    if past_deadline 300; then
      isolated_failed "it is not healthy after 300 s"
    fi
    progress "starting etcd on $1, unseen by all others"
    pause 0.2
  done
}

# isolated_network: 0 once it has a network of its own; from then on requests go there.
isolated_network() {
  HTTP_THROUGH=()
  if [[ /proc/$ISOLATED/ns/net -ef /proc/self/ns/net ]]; then
    return 1
  fi
  HTTP_THROUGH=(nsenter "--net=/proc/$ISOLATED/ns/net")
}

isolated_failed() {
  complain "etcd does not do what is needed on the copy: $1. The data that you have was not changed." \
    "The end of $ISOLATED_LOG:"
  without_stacks <"$ISOLATED_LOG" | tail -n 12 | sed 's/^/  | /' >&2
  print_message '' "It has to be data of the same etcd release, or of the one right before it." \
    "When the cause is mended, run this again." >&2
  exit "$EXIT_FAILED"
}

# What is of no use when the script ends here goes too.
isolated_exit() {
  isolated_end
  if [[ -n $ISOLATED_DROP ]]; then
    rm -rf --one-file-system -- "$ISOLATED_DROP"
  fi
}

# isolated_end: gently, because only then its whole log is on the disk.
isolated_end() {
  HTTP_THROUGH=()
  if process_alive "$ISOLATED_PID"; then
    read_clock
    # shellcheck disable=SC2034 # past_deadline counts from here
    STARTED_AT=$NOW
    end_process "$FILE_PID" "$FILE_START" 30
  fi
  rm -f -- "$ISOLATED_PID"
}

# count_keys: sets KEYS to how many keys and folders it holds, and READ_INDEX.
count_keys() {
  quorum_read 127.0.0.1 2379 || return 1
  # Quotes in a value are escaped, so no value looks like this; the answer may be too large for a variable.
  # shellcheck disable=SC2034 # the callers say it
  KEYS=$(${HTTP_THROUGH[@]+"${HTTP_THROUGH[@]}"} timeout 120 "$BASH" "$KB_ROOT/lib/http-exchange.sh" GET 127.0.0.1 2379 \
    '/v2/keys/?recursive=true' 8>&- | awk 'BEGIN { RS = "{" } /^"key":"/ { count++ } END { print count + 0 }')
}

# found_cluster FOLDER: makes the data in FOLDER that of a cluster with one member, this host's. Empty: a new one.
found_cluster() {
  local output
  if has_etcd_data "$1"; then
    isolated_start "$1" --force-new-cluster
  else
    # A token of its own: two clusters begun by mistake must not take each other for the same.
    isolated_start "$1" --initial-cluster-state new \
      --initial-cluster-token "$KB_ETCD_TOKEN-$(</proc/sys/kernel/random/uuid)"
  fi
  read_isolated_member
  # --force-new-cluster leaves the old peer URL, or http://localhost:2380.
  if ! output=$(etcdctl_at 127.0.0.1 2379 member update "$MEMBER_ID" "$KB_ETCD_PEER_URL"); then
    isolated_failed "etcdctl member update says: $output"
  fi
  read_isolated_member
  if [[ $MEMBER_PEERS != "$KB_ETCD_PEER_URL" ]]; then
    isolated_failed "its peer URL is $MEMBER_PEERS, not $KB_ETCD_PEER_URL"
  fi
  count_keys || isolated_failed "it does not answer a read"
  isolated_end
}

# Sets MEMBER_ID and MEMBER_PEERS of the only one.
read_isolated_member() {
  local rows=''
  if http_get 127.0.0.1 2379 /v2/members 10 && [[ $HTTP_STATUS == 200 ]]; then
    rows=$(list_members "$HTTP_BODY")
  fi
  IFS=$'\t' read -r MEMBER_ID _ MEMBER_PEERS _ < <(printf '%s\n' "$rows") || true
  if [[ -z $MEMBER_ID || $rows == *$'\n'* ]]; then
    isolated_failed "it should have one member, and says: ${rows:-nothing}"
  fi
}
