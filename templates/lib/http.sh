# shellcheck shell=bash
# HTTP without curl: GET and PUT with a time limit, and "does this port accept connections".

# Words before the command of a request: nsenter, when it has to be made in another network.
HTTP_THROUGH=()

# http_request METHOD ADDRESS PORT PATH SECONDS [BODY]: sets HTTP_STATUS (000: no answer), HTTP_HEADERS and
# HTTP_BODY; returns 0 when there was an answer of any status.
http_request() {
  local raw
  HTTP_STATUS=000
  HTTP_HEADERS=''
  HTTP_BODY=''
  # --foreground: without it Ctrl-C would not reach the request. 8 is the lock, see pause.
  raw=$(timeout --foreground "$5" ${HTTP_THROUGH[@]+"${HTTP_THROUGH[@]}"} "$BASH" "$KB_ROOT/lib/http-exchange.sh" \
    "$1" "$2" "$3" "$4" "${6-}" 2>/dev/null 8>&-) || true
  if [[ $raw != HTTP/*' '[0-9][0-9][0-9]* ]]; then
    return 1
  fi
  HTTP_STATUS=${raw#* }
  HTTP_STATUS=${HTTP_STATUS:0:3}
  # shellcheck disable=SC2034 # the callers read them
  HTTP_HEADERS=${raw%%$'\r\n\r\n'*}
  # shellcheck disable=SC2034 # the callers read it
  HTTP_BODY=${raw#*$'\r\n\r\n'}
}

# http_get ADDRESS PORT PATH [SECONDS]
http_get() {
  http_request GET "$1" "$2" "$3" "${4-2}"
}

# http_put ADDRESS PORT PATH BODY [SECONDS]: BODY is form-url-encoded already.
http_put() {
  http_request PUT "$1" "$2" "$3" "${5-5}" "$4"
}

# tcp_open ADDRESS PORT [SECONDS]: something accepts connections there.
tcp_open() {
  timeout --foreground "${3-1}" "$BASH" "$KB_ROOT/lib/http-exchange.sh" \
    CONNECT "$1" "$2" >/dev/null 2>&1 8>&-
}

# url_encode TEXT: every byte as %xx, which is longer than needed and never wrong.
url_encode() {
  printf '%s' "$1" | od -An -v -tx1 | tr -d '\n' | tr ' ' '%'
}
