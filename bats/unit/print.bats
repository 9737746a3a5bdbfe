#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2153,SC1003 # quoted text is for other shells; each test is a subshell
# --print: one line of shell words that means exactly the argument list, whatever is in it.

load ../helper.bash

setup() { make_bundle; }
teardown() { clean_up; }

HOSTILE=(
  '$(reboot)' '`reboot`' "it's" '"' '\' '\\n' '' ' ' 'a  b' $'a\nb' $'tab\there' $'\r' $'\e[31mred'
  'ünïcödé ☃ 日本' '{{x}}' '{{{x}}}' '*' '?' '~' '#' '!' 'a;b' 'a|b' 'a&b' '>x' '<x' '--flag=${HOME}' '%s%n'
  $'ends in newline\n' "\$'x'" $'\001' $'mix \' " \\ \n $x `y`' '-' '--' '=' 'a=b' "''" $'\177'
)

# reparse: the words of $output, NUL-terminated, as a shell reads them.
reparse() {
  "$SHELL_UNDER_TEST" -c 'eval "set -- $1"; shift; printf "%s\0" "$@"' - "$output"
}

@test "hostile words come back exactly, on one line" {
  make_start master/start-kube-scheduler.sh kube-scheduler 'readonly KB_HEALTH_PORT=1' kube-scheduler "${HOSTILE[@]}"
  run -0 --separate-stderr script master/start-kube-scheduler.sh --print
  [[ ${#lines[@]} == 1 && $output != *$'\e'* ]]
  diff <(reparse) <(printf '%s\0' "${HOSTILE[@]}")
}

@test "they reach the daemon exactly, too" {
  PORT=$(free_port)
  fake_daemon kube-scheduler
  make_start master/start-kube-scheduler.sh kube-scheduler "readonly KB_HEALTH_PORT=$PORT" \
    kube-scheduler "--port=$PORT" "--dump=$BATS_TEST_TMPDIR/dump" "${HOSTILE[@]}"
  run -0 script master/start-kube-scheduler.sh
  diff <(node -e 'for (const w of JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).argv.slice(2))
    process.stdout.write(w + "\0")' "$BATS_TEST_TMPDIR/dump") <(printf '%s\0' "${HOSTILE[@]}")
  # The note in the log and the one for status.sh stay one line each; a line for the program comes behind the latter.
  [[ $(wc -l <"$BUNDLE/run/kube-scheduler.command") == 2 ]]
  diff <(head -n 1 "$BUNDLE/run/kube-scheduler.command") <("$SHELL_UNDER_TEST" "$BUNDLE/master/start-kube-scheduler.sh" --print)
  [[ $(grep -c '^--- start' "$BUNDLE/log/kube-scheduler.log") == 1 ]]
}

@test "what only the host knows is a bare placeholder, a user's text like it is not" {
  make_start node/start-docker.sh docker 'readonly KB_DOCKER_SOCKET=/x' docker daemon \
    'RAW:--bip="${FLANNEL_SUBNET}"' 'RAW:"--x y=${FLANNEL_MTU}/${FLANNEL_SUBNET} z"' '--label=${FLANNEL_SUBNET}'
  run -0 script node/start-docker.sh --print
  [[ $output == *' --bip=${FLANNEL_SUBNET} '* ]]
  # shellcheck disable=SC2034 # eval reads them
  FLANNEL_SUBNET=10.1.2.1/24 FLANNEL_MTU=1472
  eval "set -- $output"
  [[ $# == 5 && $3 == --bip=10.1.2.1/24 && $4 == '--x y=1472/10.1.2.1/24 z' ]]
  [[ $5 == '--label=${FLANNEL_SUBNET}' ]]
}

@test "plain words stay plain" {
  make_start etcd/start-etcd.sh etcd 'readonly KB_ETCD_DATA_DIR=/x KB_ETCD_CLIENT_PORT=1' etcd --name etcd2 \
    --initial-cluster etcd0=http://sandbox-3:2380,etcd1=http://sandbox-2:2380
  run -0 script etcd/start-etcd.sh --print
  [[ $output == *' --name etcd2 --initial-cluster etcd0=http://sandbox-3:2380,etcd1=http://sandbox-2:2380' ]]
}
