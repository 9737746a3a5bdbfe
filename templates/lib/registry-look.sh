# shellcheck shell=bash
# Asks a registry for an image, as far as plain HTTP goes. Sourced by checks of doctor.sh.
# shellcheck disable=SC2034 # they read what is set here

# ask_registry IMAGE: sets REGISTRY (host and port in its name) and REGISTRY_STATE: holds, lacks, login
# (it wants credentials), tls (it answers, but not in plain HTTP), odd (REGISTRY_TEXT says what), silent,
# or public, for a name without a registry.
ask_registry() {
  local rest tag=latest address port=80
  REGISTRY=${1%%/*} REGISTRY_STATE=public REGISTRY_TEXT=''
  if [[ $1 != */* || $REGISTRY != *[.:]* && $REGISTRY != localhost ]]; then
    REGISTRY=docker.io
    return 0
  fi
  rest=${1#*/}
  rest=${rest%%@*}
  if [[ $rest == *:* ]]; then
    tag=${rest##*:}
    rest=${rest%:*}
  fi
  address=${REGISTRY%%:*}
  if [[ $REGISTRY == *:* ]]; then
    port=${REGISTRY##*:}
  elif ! { cluster_value registry-insecure && [[ $VALUE == true ]]; }; then
    port=443
  fi
  if cluster_value registry && [[ $VALUE == "$REGISTRY" ]] && cluster_value registry-address; then
    address=$VALUE
  fi
  REGISTRY_AT="$address:$port"
  REGISTRY_STATE=silent
  if http_get "$address" "$port" "/v2/$rest/tags/list" 4; then
    case $HTTP_STATUS in
      200) if [[ $HTTP_BODY == *"\"$tag\""* ]]; then REGISTRY_STATE=holds; else REGISTRY_STATE=lacks; fi ;;
      404) REGISTRY_STATE=lacks ;;
      401 | 403) REGISTRY_STATE=login ;;
      # What servers of TLS say to plain HTTP (Go, nginx).
      400) REGISTRY_STATE=tls ;;
      *) REGISTRY_STATE=odd REGISTRY_TEXT="HTTP $HTTP_STATUS" ;;
    esac
  elif tcp_open "$address" "$port" 2; then
    REGISTRY_STATE=tls
  fi
}
