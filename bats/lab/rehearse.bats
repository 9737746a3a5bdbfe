#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2119,SC2120 # quoted text is for other shells; each test is a subshell
# `kubebale rehearse` as a command: what it refuses, what it writes, and that nothing stays behind, however it ends.
# Clusters of etcd alone, played by stand-ins, are quick to start.

bats_require_minimum_version 1.5.0
load lab
load listing

setup() {
  lab_folder
  export THREE=$LAB/three.json
  export CLUSTERS='one|three'
  spec one alone >"$SPEC"
  spec three first second third >"$THREE"
  live_listing >"$LAB/before-alive"
  listing >"$LAB/before"
}

teardown() {
  local job
  for job in $(jobs -p); do kill -KILL "$job" 2>/dev/null || true; done
  if [[ -e $KUBEBALE_LAB ]]; then
    kubebale rehearse "$SPEC" --remove >/dev/null 2>&1 3>&- || true
    kubebale rehearse "$THREE" --remove >/dev/null 2>&1 3>&- || true
  fi
  rm -rf -- "$LAB"
}

# spec CLUSTER HOST...: each host is a member of etcd and nothing else.
spec() {
  local cluster=$1 host hosts='' number=18
  shift
  for host in "$@"; do
    hosts+="${hosts:+,}
    { \"name\": \"$host\", \"address\": \"10.207.182.$((number++))\", \"roles\": [\"etcd\"]${HOST_MORE-} }"
  done
  printf '{\n  "name": "%s",\n  "releases": { "etcd": "%s" },\n  "hosts": [%s\n  ]%s\n}\n' \
    "$cluster" "${RELEASE-2.3.7}" "$hosts" "${MORE-}"
}

# rehearse OPTION...: the cluster of one host, with stand-ins.
rehearse() {
  kubebale rehearse "$SPEC" --stand-ins --logs "$LAB/logs" "$@" 3>&-
}

# begin SPEC OPTION...: a rehearsal beside the test; BEGUN is its pid, $LAB/begun.txt what it writes.
begin() {
  : >"$LAB/begun.txt"
  node "$PROJECT/dist/cli/main.js" rehearse "$@" --stand-ins --logs "$LAB/logs" >"$LAB/begun.txt" 2>&1 3>&- &
  BEGUN=$!
}

# begun_says TEXT: until it has written that.
begun_says() {
  local tries=600
  until grep -qF -- "$1" "$LAB/begun.txt"; do
    if ! ((tries--)) || ! kill -0 "$BEGUN"; then
      cat "$LAB/begun.txt"
      return 1
    fi
    sleep 0.1
  done
}

# ended: the exit code of the rehearsal that was begun, as status; what it wrote, as output.
ended() {
  status=0
  wait "$BEGUN" || status=$?
  output=$(<"$LAB/begun.txt")
  printf '%s\n' "$output"
}

@test "without root it ends with 2 and says what to do" {
  run -2 setpriv --reuid=65534 --regid=65534 --clear-groups \
    node "$PROJECT/dist/cli/main.js" rehearse "$PROJECT/examples/guide/cluster.json" --stand-ins
  printf '%s\n' "$output"
  [[ $output == *'making hosts needs root'* && $output == *sudo* ]]
}

@test "root without its rights, as in a container, is told so with 2; nothing is left" {
  run -2 setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin \
    node "$PROJECT/dist/cli/main.js" rehearse "$SPEC" --stand-ins --logs "$LAB/logs"
  printf '%s\n' "$output"
  [[ $output == *'not permitted'* && $output == *privileged* && $output != *KB9001* ]]
  nothing_left
}

@test "a unit or a host that the cluster does not have: 2, with the one that was meant" {
  run -2 rehearse --until etdc
  [[ $output == *'no host has a unit etdc'* && $output == *etcd* ]]
  run -2 rehearse --until docker
  [[ $output == *'no host has a unit docker'* && $output == *'the units are etcd'* ]]
  run -2 rehearse --shell aloen
  [[ $output == *'no host aloen'* && $output == *'did you mean alone?'* ]]
  nothing_left
}

@test "without a lock and without --stand-ins: 2, and how to get on" {
  run -2 kubebale rehearse "$SPEC"
  printf '%s\n' "$output"
  [[ $output == *'cluster.lock.json'* && $output == *'kubebale fetch'* && $output == *'--stand-ins'* ]]
  nothing_left
}

@test "programs for another processor: 2 without --stand-ins, played by stand-ins with it" {
  local name
  HOST_MORE=', "architecture": "arm64"' spec one alone >"$SPEC"
  mkdir "$LAB/programs"
  for name in etcd etcdctl; do
    # An ELF header says what machine it is for in its bytes 18 and 19; 183 is arm64.
    cp -- /usr/bin/true "$LAB/programs/$name"
    printf '\267\0' | dd of="$LAB/programs/$name" bs=1 seek=18 conv=notrunc status=none
  done
  kubebale lock "$SPEC" --artifacts "$LAB/programs" --trust-first-use
  run -2 kubebale rehearse "$SPEC" --logs "$LAB/logs"
  printf '%s\n' "$output"
  [[ $(tr -s ' \n' ' ' <<<"$output") == *"for another processor than this machine's: etcd, etcdctl"*'--stand-ins'* ]]
  nothing_left
  run -0 rehearse
  [[ $output == *'etcd 2.3.7, a stand-in'* ]]
  nothing_left
}

@test "with a lock the real programs run, and no stand-in is named" {
  lab_programs
  RELEASE=$ETCD_RELEASE spec one alone >"$SPEC"
  kubebale lock "$SPEC" --artifacts "$LAB/programs" --trust-first-use
  run -0 kubebale rehearse "$SPEC" --logs "$LAB/logs"
  printf '%s\n' "$output"
  grep -E "^etcd +1 of 1 .* etcd $ETCD_RELEASE$" <<<"$output"
  [[ $output != *tand-in* ]]
  nothing_left
}

@test "an error in the specification is shown as check shows it, with 1" {
  sed -i 's/10.207.182.18/10.207.182.300/' "$SPEC"
  run -1 rehearse
  [[ $output == *KB3011*'10.207.182.300'* ]]
  nothing_left
}

@test "it runs all scripts, shows the table, and keeps what the scripts and programs said; nothing else is left" {
  run -0 rehearse
  printf '%s\n' "$output"
  grep -E '^  ok +alone  update-hosts.sh  [0-9.]+ s$' <<<"$output"
  grep -E '^  ok +alone  etcd/start-etcd.sh  [0-9.]+ s$' <<<"$output"
  grep -E '^etcd +1 of 1 +[0-9.]+ s +etcd 2.3.7, a stand-in$' <<<"$output"
  [[ $output == *'but are none of them: etcd, etcdctl.'* && $output == *"logs and what the scripts said: $LAB/logs" ]]
  # No progress in a pipe.
  [[ $output != *$'\e'* && $output != *$'\r'* ]]
  grep -F 'etcd is healthy' "$LAB/logs/alone/start-etcd.txt"
  grep -F 'listening for client requests' "$LAB/logs/alone/log/etcd.log"
  [[ -f $LAB/logs/alone/update-hosts.txt ]]
  nothing_left
}

@test "the specification may come from a pipe, and --quiet leaves the table" {
  cd "$LAB"
  run -0 bash -c 'node "$PROJECT/dist/cli/main.js" rehearse - --stand-ins --quiet <"$SPEC"' 3>&-
  printf '%s\n' "$output"
  [[ $output == *'UNIT '* && $output != *update-hosts.sh* && $output == *'rehearsal/one'* ]]
  [[ -f $LAB/rehearsal/one/alone/start-etcd.txt ]]
  nothing_left
}

@test "on a terminal it shows how far it is, in lines of its width" {
  command script -qec 'stty cols 60; node "$PROJECT/dist/cli/main.js" rehearse "$SPEC" --stand-ins --logs "$LAB/logs"' \
    "$LAB/typescript" </dev/null >/dev/null 3>&-
  run -0 cat "$LAB/typescript"
  [[ $output == *$'\r\e[Kcompiling'* && $output == *$'\e[K  alone  etcd/start-etcd.sh'* ]]
  # What is written over and over fits; the lines that stay are for 80 columns.
  node -e '
    const text = require("fs").readFileSync(process.argv[1], "utf8");
    const over = text.split("\r\x1b[K").map((part) => part.split(/\r?\n/)[0]).slice(1);
    const wide = [...over.filter((line) => line.length > 60 && !/ [0-9.]+ s$/.test(line)),
      ...text.split(/[\r\n]/).filter((line) => line.replace("\x1b[K", "").length > 80 && !line.startsWith("Script "))];
    if (over.length < 5 || wide.length > 0) throw new Error(JSON.stringify({ over: over.length, wide }));' "$LAB/typescript"
  nothing_left
}

@test "kept: a shell on a host, whose exit code is passed on; a new rehearsal takes its place; --remove ends it" {
  run -0 rehearse --keep
  printf '%s\n' "$output"
  [[ $output == *"kubebale rehearse $SPEC --shell alone"* && $output == *"kubebale rehearse $SPEC --remove"* ]]
  run -7 kubebale rehearse "$SPEC" --shell alone 3>&- <<<'hostname; id -u; pwd; touch /root/mark; /root/one/status.sh; exit 7'
  printf '%s\n' "$output"
  [[ ${lines[0]} == alone && ${lines[1]} == 0 && ${lines[2]} == /root && $output == *'etcd'*'healthy'* ]]
  # It sees nothing of this machine's processes and files.
  run -0 kubebale rehearse "$SPEC" --shell alone 3>&- <<<"ls -d '$LAB' /home/* 2>&1; ps -e -o args"
  printf '%s\n' "$output"
  [[ $output != *bats* && $output == *"cannot access '$LAB'"* && $output == *etcd* ]]
  run -0 rehearse --keep
  run -0 kubebale rehearse "$SPEC" --shell alone 3>&- <<<'ls -A /root'
  [[ $output != *mark* && $output == *one* ]]
  run -0 kubebale rehearse "$SPEC" --remove
  [[ $output == 'removed the hosts of one' ]]
  nothing_left
  run -0 kubebale rehearse "$SPEC" --remove
  [[ $output == 'nothing of one was there' ]]
}

@test "--shell without a kept lab opens it at the end; then all is removed" {
  run -0 rehearse --shell alone <<<'echo "on $(hostname)"'
  printf '%s\n' "$output"
  [[ $output == *'UNIT '*'on alone'* ]]
  nothing_left
}

@test "--until ends after that unit" {
  cat >"$SPEC" <<'JSON'
{ "name": "one", "hosts": [{ "name": "alone", "address": "10.207.182.18", "roles": ["etcd", "master", "node"] }] }
JSON
  run -0 rehearse --until flanneld-server
  printf '%s\n' "$output"
  grep -E '^flanneld-server +1 of 1' <<<"$output"
  run ! grep -E 'kube-apiserver +|docker +[0-9]' <<<"$output"
  nothing_left
}

@test "a script that fails: FAILED with its words, 1, and what it said in the logs; nothing is left" {
  # etcd refuses an election timeout below five heartbeats, which no rule of check looks at.
  MORE=',
  "etcd": { "flags": { "heartbeat-interval": 500, "election-timeout": 1000 } }' spec one alone >"$SPEC"
  run -1 rehearse --quiet
  printf '%s\n' "$output"
  grep -E '^  FAILED  alone  etcd/start-etcd.sh  [0-9.]+ s, exit code 1$' <<<"$output"
  [[ $output == *'    | '*'should be at least as 5 times as'* ]]
  grep -E '^etcd +0 of 1' <<<"$output"
  grep -F 'should be at least as 5 times as' "$LAB/logs/alone/start-etcd.txt" "$LAB/logs/alone/log/etcd.log"
  nothing_left
}

@test "two rehearsals of one cluster: the second says who is at work; one of another cluster is not in the way" {
  begin "$THREE"
  begun_says 'three: 3 hosts, unpacked'
  run -2 kubebale rehearse "$THREE" --stand-ins --logs "$LAB/logs2" 3>&-
  printf '%s\n' "$output"
  [[ $output == *"another rehearsal of this cluster is at work (pid $BEGUN)"* && $output == *"kill $BEGUN"* ]]
  run -2 kubebale rehearse "$THREE" --remove
  [[ $output == *"pid $BEGUN"* ]]
  run -0 rehearse
  ended
  [[ $status -eq 0 && $output == *'3 of 3'* ]]
  nothing_left
}

@test "of two that begin at the same moment one rehearses" {
  local second
  begin "$SPEC"
  rehearse >"$LAB/second.txt" 2>&1 &
  second=$!
  wait "$second" || true
  ended
  cat "$LAB/second.txt"
  [[ $(grep -l 'etcd  *1 of 1' "$LAB/begun.txt" "$LAB/second.txt" | wc -l) -eq 1 ]]
  [[ $(grep -l 'is at work (pid' "$LAB/begun.txt" "$LAB/second.txt" | wc -l) -eq 1 ]]
  nothing_left
}

@test "SIGINT in the middle: 130, and nothing is left" {
  begin "$THREE"
  begun_says 'ok      first   update-hosts.sh'
  kill -INT "$BEGUN"
  ended
  [[ $status -eq 130 && $output == *'interrupted by SIGINT'* ]]
  nothing_left
}

@test "SIGTERM in the middle, also while the hosts are made: 143, and nothing is left" {
  begin "$THREE"
  begun_says 'ok      first   update-hosts.sh'
  kill -TERM "$BEGUN"
  ended
  [[ $status -eq 143 && $output == *'interrupted by SIGTERM'* ]]
  nothing_left
  begin "$THREE"
  begun_says 'three: 3 hosts, unpacked'
  kill -TERM "$BEGUN"
  ended
  [[ $status -eq 143 && $output != *update-hosts.sh* ]]
  nothing_left
}

@test "Ctrl-C on a terminal: 130, and nothing is left" {
  mkfifo "$LAB/keys"
  : >"$LAB/begun.txt"
  command script -qefc 'exec node "$PROJECT/dist/cli/main.js" rehearse "$THREE" --stand-ins --logs "$LAB/logs"' \
    "$LAB/begun.txt" <"$LAB/keys" >/dev/null 3>&- &
  BEGUN=$!
  exec 7>"$LAB/keys"
  begun_says 'ok      first   update-hosts.sh'
  printf '\003' >&7
  ended
  exec 7>&-
  [[ $status -eq 130 ]]
  nothing_left
}

@test "kill -9 in the middle: processes, mounts and networks are gone at once, the next run clears away the rest" {
  begin "$THREE"
  begun_says 'ok      first   update-hosts.sh'
  kill -KILL "$BEGUN"
  ended
  [[ $status -eq 137 ]]
  nothing_alive
  [[ -d $KUBEBALE_LAB/three ]]
  # Of another cluster, too.
  run -0 rehearse
  nothing_left
}
