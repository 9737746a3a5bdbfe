#!/usr/bin/env bats
# shellcheck disable=SC2016 # quoted text is for other shells
# doctor.sh itself: choosing, running and reporting checks, whatever they do. The checks here are the tests' own.

load ../helper.bash

setup() {
  make_bundle
  rm "$BUNDLE"/lib/checks/*
  printf 'pause-image\tregistry.example/pause:1\ncluster-dns\t\n' >"$BUNDLE/lib/cluster.tsv"
  : >"$BUNDLE/lib/ports.tsv"
  make_doctor
}

teardown() { clean_up; }

# make_doctor: doctor.sh as the compiler prints it, for a host that is etcd member and node.
make_doctor() {
  {
    printf '%s\n' '#!/usr/bin/env bash' 'set -euo pipefail' \
      'readonly KB_CLUSTER=guide KB_HOST=sandbox-1 KB_ADDRESS=127.0.0.1 KB_INTERFACE= KB_GATEWAY= KB_ARCH=amd64' \
      'readonly -a KB_ROLES=(etcd node) KB_DATA_PATHS=()' \
      'readonly -a KB_UNITS=(kube-scheduler master/start-kube-scheduler.sh)' \
      'readonly -a KB_SETTINGS=(etcd KB_ETCD_DATA_DIR "/a b" etcd KB_NAMES one etcd KB_NAMES two kubelet KB_HOME "" docker KB_HEALTH_PORT 1)' \
      'KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")' '. "$KB_ROOT/lib/doctor.sh"' 'doctor_main "$@"'
  } >"$BUNDLE/doctor.sh"
  chmod 0755 "$BUNDLE/doctor.sh"
}

# a_check ID BODY [FIELD...]: a file of its own; BODY is what check() does.
a_check() {
  local id=$1 body=$2
  shift 2
  printf '%s\n' "check_title='title of $id' check_group=host check_phase='before after' check_roles='etcd master node'" "$@" \
    "check() { $body
}" >"$BUNDLE/lib/checks/$id.sh"
}

@test "a line for each check by group, the cure under it, a summary, and the exit code" {
  a_check b-route 'bad "there is none" "Type:" "  ip route add default dev eth0"' check_group=network check_question=Q2
  a_check a-swap 'warning "1 MiB is on" "Turn it off:" "  swapoff -a"'
  a_check z-name 'good sandbox-1'
  a_check m-memory 'skip "not here"'
  a_check files 'unknown "only root can see this"' check_group=bundle
  run -1 script doctor.sh
  [[ $output == "guide: sandbox-1 (127.0.0.1), before the start

bundle
  unknown  title of files: only root can see this

host
  warning  title of a-swap: 1 MiB is on
           Turn it off:
             swapoff -a
  good     title of z-name: sandbox-1

network
  bad      title of b-route (Q2): there is none
           Type:
             ip route add default dev eth0

1 good, 1 warning, 1 bad, 1 could not be checked, 1 not for this host.
To look at these again:"* ]]
  # Too long for a line with this path.
  has "doctor.sh --before"
  rm "$BUNDLE/lib/checks/b-route.sh"
  run -2 script doctor.sh
  rm "$BUNDLE/lib/checks/files.sh"
  run -0 script doctor.sh
  rm "$BUNDLE/lib/checks/a-swap.sh"
  run -0 script doctor.sh
  has_not "again"
}

@test "lines are of 80 columns; what has to be typed is whole; nothing reaches the terminal as an order" {
  a_check long 'bad "$(printf "word%.0s " {1..60})"$'\''\e[2J\a\ttab\nline'\'' "$(printf "cure%.0s " {1..60})" "  $(printf "x%.0s" {1..100})"'
  run -1 script doctor.sh
  [[ -z $(printf '%s\n' "${lines[@]}" | grep -v '^ *xxx' | awk 'length > 80') ]]
  grep -q "^             x\{100\}$" <<<"$output"
  has "?[2J? tab line"
  [[ $output != *[$'\e\a\t']* ]]
}

@test "--only: one, several, as a list, of any phase; an unknown id ends with 2 and the list" {
  a_check one 'good yes'
  a_check two 'bad no' check_phase=after
  a_check three 'skip "no swap"'
  run -0 script doctor.sh --only one
  has "1 good, 0 warnings, 0 bad."
  run -1 script doctor.sh --only=two,one
  has "1 good, 0 warnings, 1 bad."
  run -0 script doctor.sh --only one --only three
  has "skip title of three: no swap"
  run -2 script doctor.sh --only one,four
  has "there is no check four"
  has "three host title of three"
  for wrong in --only --only= --only=, --nonsense word '--before --after'; do
    # shellcheck disable=SC2086 # two words
    run -2 script doctor.sh $wrong
    has "Usage: doctor.sh"
  done
}

@test "--list prints ids, groups and titles, and runs nothing; --help fits" {
  a_check one 'touch "$KB_ROOT/ran"; good yes' check_question=Q4
  run -0 script doctor.sh --list
  [[ $output == "one                        host      title of one (Q4)" ]]
  [[ ! -e $BUNDLE/ran ]]
  run -0 script doctor.sh --help
  [[ -z $(awk 'length > 80' <<<"$output") ]]
}

@test "phase and roles: --before, --after, neither; what is not for this host's roles does not run" {
  a_check first 'good "$PHASE"' check_phase=before
  a_check later 'good "$PHASE"' check_phase=after
  a_check mine 'good yes' "check_roles='master node'"
  a_check others 'bad yes' check_roles=master
  run -0 script doctor.sh
  has "first: before"
  has_not "title of later"
  has_not "title of others"
  run -0 script doctor.sh --after
  has "on a running cluster"
  has "later: after"
  has_not "title of first"
  simple_unit
  script master/start-kube-scheduler.sh >/dev/null 3>&-
  run -0 script doctor.sh
  has "later: after"
  run -0 script doctor.sh --before
  has "first: before"
}

@test "--json is JSON, with every byte of a text accounted for" {
  a_check 'odd' 'bad "$(printf '\''q" b\\ \001 \177 \303\274 \360\237\220\263 \377 \355\240\200 \300\257'\'')" "Type:" "  a \"b\""' check_question=Q1
  a_check fine 'good "ü"'
  a_check away 'skip "not here"'
  run -1 script doctor.sh --json
  node -e '
    const r = JSON.parse(process.argv[1]);
    const assert = require("node:assert");
    const odd = r.checks.find((c) => c.id === "odd");
    assert.equal(odd.observed, "q\" b\\ ? ? ü 🐳 \ufffd \ufffd\ufffd\ufffd \ufffd\ufffd");
    assert.deepEqual([odd.verdict, odd.question, odd.group, odd.title, odd.cure], ["bad", "Q1", "host", "title of odd", ["Type:", "  a \"b\""]]);
    assert.deepEqual(r.summary, { good: 1, warning: 0, bad: 1, unknown: 0, skip: 1 });
    assert.deepEqual([r.cluster, r.host, r.address, r.phase, r.exit, r.checks.length], ["guide", "sandbox-1", "127.0.0.1", "before", 1, 3]);
  ' "$output"
  run -0 "$SHELL_UNDER_TEST" -c '. "$1/lib/json.sh"; json_string $'\''\001\n\177"\\'\''; printf "%s" "$JSON"' bash "$BUNDLE"
  [[ $output == '"\u0001\u000a\u007f\"\\"' ]]
}

@test "a check that hangs is ended at its time with its children, and the others are not held up" {
  a_check hangs 'sleep 298.765 & wait' check_limit=1
  a_check ends 'good yes'
  SECONDS=0
  run -2 script doctor.sh
  ((SECONDS < 15))
  has "title of hangs: it took longer than 1 s, and was ended"
  has "ends: yes"
  has_not "Killed"
  has "doctor.sh --only hangs"
  ! pgrep -f 'sleep 298.765'
}

@test "a check that is broken costs its own line: dies, says nothing, says two things, prints, has no check()" {
  a_check dies 'false; good yes'
  a_check silent 'true'
  a_check twice 'x=$(bad no) || true; good yes'
  a_check prints 'echo noise; good yes'
  a_check unset 'good "$NOBODY_SET_THIS"'
  printf '%s\n' "check_title='title of none' check_group=host check_phase=before check_roles=node" >"$BUNDLE/lib/checks/none.sh"
  printf 'check() {\n' >"$BUNDLE/lib/checks/torn.sh"
  a_check well 'good yes'
  run -2 script doctor.sh
  has "unknown torn: the check itself failed"
  for id in dies silent twice prints unset none; do
    has "unknown title of $id: the check itself failed"
  done
  has "good title of well: yes"
  has "NOBODY_SET_THIS: unbound variable"
  has "noise"
}

@test "checks run side by side, not more than eight at a time" {
  for number in {1..24}; do
    a_check "c$number" 'echo x >>"$KB_ROOT/run/now.$BASHPID"; echo "$KB_ROOT"/run/now.* | wc -w >>"$KB_ROOT/run/most"; sleep 0.3; rm "$KB_ROOT/run/now.$BASHPID"; good yes'
  done
  run -0 script doctor.sh
  has "24 good, 0 warnings, 0 bad."
  most=$(sort -n "$BUNDLE/run/most" | tail -n 1)
  # The bundle's path has two words.
  ((most > 2 && most <= 16))
}

@test "it changes nothing: no file of the bundle, nothing left in /dev/shm, no process; also after Ctrl-C and kill" {
  a_check slow 'sleep 245.678; good yes' check_limit=20
  a_check quick 'good yes'
  state() { find "$BUNDLE" -printf '%p %s %T@ %m\n' | sort; ls -d /dev/shm/doctor.* /run/doctor.* 2>/dev/null || true; }
  before=$(state)
  run -0 script doctor.sh --only quick
  [[ $(state) == "$before" ]]
  for signal in INT TERM HUP; do
    # A job of its own, for what is in the background ignores Ctrl-C otherwise.
    run -0 node -e '
      const { spawn } = require("node:child_process");
      const { execSync } = require("node:child_process");
      const child = spawn(process.argv[1], [process.argv[2]], { stdio: "ignore", detached: true });
      const timer = setInterval(() => {
        try { execSync("pgrep -f \"sleep 245.678\""); } catch { return; }
        clearInterval(timer);
        process.kill(child.pid, "SIG" + process.argv[3]);
      }, 50);
      child.on("exit", (code) => { console.log("code", code); });
    ' "$SHELL_UNDER_TEST" "$BUNDLE/doctor.sh" "$signal"
    if [[ $signal == INT ]]; then has "code 130"; else has "code 143"; fi
    retry 10 eval '! pgrep -f "sleep 245.678" >/dev/null'
    [[ $(state) == "$before" ]]
  done
}

@test "what checks read: settings, cluster values, units, flags of the running process before those of the script" {
  a_check settings '[[ $KB_ETCD_DATA_DIR == "/a b" && -z ${KB_HEALTH_PORT-} && -z ${KB_NAMES-} ]]
    setting etcd KB_NAMES; [[ ${SETTING[*]} == "one two" ]]
    if setting kubelet KB_HOME || setting none KB_HOME; then exit 1; fi
    has_role etcd; if has_role master; then exit 1; fi
    good yes'
  a_check values 'cluster_value pause-image; [[ $VALUE == registry.example/pause:1 ]]
    if cluster_value cluster-dns || cluster_value pause; then exit 1; fi
    good yes'
  a_check flags 'if flag_value nobody x; then exit 1; fi
    flag_value kube-scheduler leader-elect; elect=$FLAG_VALUE
    flag_value kube-scheduler leader_elect
    if flag_value kube-scheduler leader; then exit 1; fi
    flag_value kube-scheduler master
    good "$elect,$FLAG_VALUE,$UNIT_SOURCE"'
  simple_unit --leader-elect=false --leader_elect=true --master "http://a b:1"
  run -0 script doctor.sh
  has "flags: true,http://a b:1,script"
  has "3 good"
  script master/start-kube-scheduler.sh >/dev/null 3>&-
  sed -i 's/--leader_elect=true/--leader_elect=changed/' "$BUNDLE/master/start-kube-scheduler.sh"
  run -0 script doctor.sh
  has "flags: true,http://a b:1,running"
}

@test "without root: need_root says so, and what to type" {
  a_check rooted 'need_root; good yes'
  run -0 script doctor.sh
  # Every folder above has to let nobody in.
  folder=$BUNDLE
  while [[ $folder == /tmp/?* ]]; do
    chmod a+rx "$folder"
    folder=${folder%/*}
  done
  run -2 setpriv --reuid 65534 --clear-groups "$SHELL_UNDER_TEST" "$BUNDLE/doctor.sh"
  has "unknown title of rooted: only root can see this"
  has "sudo "
  has "doctor.sh --only rooted"
}

@test "on a terminal: verdicts in color, none with NO_COLOR, progress while it runs" {
  a_check slow 'sleep 1; bad no'
  run -1 command script -qec "TERM=xterm $SHELL_UNDER_TEST $(printf %q "$BUNDLE/doctor.sh")" /dev/null
  [[ $output == *$'\e[31mbad\e[0m      title of slow'* && $output == *"0 of 1 checks done; at work: slow"* ]]
  run -1 command script -qec "NO_COLOR=1 TERM=xterm $SHELL_UNDER_TEST $(printf %q "$BUNDLE/doctor.sh")" /dev/null
  [[ $output == *'  bad      title of slow'* ]]
}
