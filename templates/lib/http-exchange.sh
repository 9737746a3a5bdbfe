#!/usr/bin/env bash
# One HTTP/1.0 request over /dev/tcp, the answer on stdout: METHOD ADDRESS PORT PATH [BODY].
# A process of its own, because connecting to a dead host hangs and only a process can be given
# a time limit. http.sh calls it; nobody else should.
exec 3<>"/dev/tcp/$2/$3" || exit 7
if [[ $1 == CONNECT ]]; then
  exit 0
fi
LC_ALL=C # so that ${#5} counts bytes
printf '%s %s HTTP/1.0\r\nHost: %s:%s\r\nConnection: close\r\n' "$1" "$4" "$2" "$3" >&3
if [[ -n ${5-} ]]; then
  printf 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %s\r\n' "${#5}" >&3
fi
printf '\r\n%s' "${5-}" >&3
# exec: the time limit ends this process and no child of it, and a cat left behind would hold the
# caller's pipe open for ever (etcd without a majority takes a request and never answers).
exec cat <&3
