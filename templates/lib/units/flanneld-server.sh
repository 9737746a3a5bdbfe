# shellcheck shell=bash
# flanneld, server side (G6): first the network config key in etcd, then the daemon. It answers
# 500 for as long as the key is missing (Q5), so its own answer is the health check.

# shellcheck disable=SC2034 # unit.sh reads it
UNIT_PORT=$KB_FLANNEL_PORT

# shellcheck source=../etcd-value.sh
. "$KB_ROOT/lib/etcd-value.sh"

unit_healthy() {
  HEALTH_TEXT="http://127.0.0.1:$KB_FLANNEL_PORT/v1/_/config does not answer"
  if http_get 127.0.0.1 "$KB_FLANNEL_PORT" /v1/_/config 2; then
    HEALTH_TEXT="http://127.0.0.1:$KB_FLANNEL_PORT/v1/_/config says HTTP $HTTP_STATUS"
  fi
  if [[ $HTTP_STATUS == 500 ]]; then
    # shellcheck disable=SC2034 # unit-wait.sh says it
    HEALTH_TEXT+=": it cannot read the key $KB_FLANNEL_KEY in etcd (Q5)"
  fi
  [[ $HTTP_STATUS == 200 ]]
}

unit_preflight() {
  local member host address client_port peer_port
  local -a seen=()
  # shellcheck disable=SC2034 # a row has five columns, whichever of them are of use
  while IFS=$'\t' read -r member host address client_port peer_port; do
    if write_network_key "$member" "$address" "$client_port"; then
      return 0
    fi
    seen+=("  $member ($address:$client_port): $KEY_TEXT")
  done <"$KB_ROOT/lib/etcd-members.tsv"
  die "the network config key $KB_FLANNEL_KEY cannot be read or written (Q5). The members say:" \
    ${seen[@]+"${seen[@]}"} "Without a leader nothing can be written. See who leads, and whether a majority is up:" \
    "  ${KB_ETCDCTL_API:+ETCDCTL_API=$KB_ETCDCTL_API }$TYPED_ROOT/bin/etcdctl ${KB_ETCDCTL_ENDPOINTS---endpoints} http://$address:$client_port member list"
}

# write_network_key MEMBER ADDRESS PORT: the key is there afterwards; 1 and KEY_TEXT when this
# member cannot tell, so that the next one is asked.
write_network_key() {
  local path=/v2/keys$KB_FLANNEL_KEY
  # quorum: a member that lags behind must not say "missing" when it is not.
  http_get "$2" "$3" "$path?quorum=true" 5 || true
  if [[ $HTTP_STATUS == 404 && $HTTP_BODY == *'"errorCode":100'* ]]; then
    # Compare and create: of several masters at once, one creates it and the others find it.
    http_put "$2" "$3" "$path?prevExist=false" "value=$(url_encode "$KB_FLANNEL_CONFIG")" 5 || true
    if [[ $HTTP_STATUS == 201 || $HTTP_STATUS == 200 ]]; then
      say "Wrote $KB_FLANNEL_KEY through $1: $KB_FLANNEL_CONFIG"
      return 0
    elif [[ $HTTP_STATUS == 412 ]]; then
      http_get "$2" "$3" "$path?quorum=true" 5 || true
    fi
  fi
  case $HTTP_STATUS in
    200) compare_network_key "$1" "$2" "$3" ;;
    000) KEY_TEXT="no answer" ;;
    404) KEY_TEXT="HTTP 404, so it has no v2 API (etcd from 3.4 on needs --enable-v2)" ;;
    *) KEY_TEXT="HTTP $HTTP_STATUS ${HTTP_BODY:0:200}" ;;
  esac
  [[ $HTTP_STATUS == 200 ]]
}

# compare_network_key MEMBER ADDRESS PORT: equal but for white space, or it is refused.
compare_network_key() {
  json_value "$HTTP_BODY"
  if [[ ${JSON_VALUE//[[:space:]]/} == "${KB_FLANNEL_CONFIG//[[:space:]]/}" ]]; then
    return 0
  fi
  quote_word "$KB_FLANNEL_CONFIG"
  if ((OPT_FORCE)); then
    warn "$KB_FLANNEL_KEY is $JSON_VALUE, not $KB_FLANNEL_CONFIG; it stays as it is, going on because of --force."
    return 0
  fi
  die "etcd holds another network config than this bundle ($1 says so). There:" \
    "  $JSON_VALUE" "here:" "  $KB_FLANNEL_CONFIG" \
    "Changing it moves the overlay under all running pods, so it is not changed. Put the value that is there into the specification; or, when the change is meant, stop all nodes first and type:" \
    "  ${KB_ETCDCTL_API:+ETCDCTL_API=$KB_ETCDCTL_API }$TYPED_ROOT/bin/etcdctl ${KB_ETCDCTL_ENDPOINTS---endpoints} http://$2:$3 set $KB_FLANNEL_KEY $QUOTED"
}
