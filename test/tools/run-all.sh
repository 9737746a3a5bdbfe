#!/usr/bin/env bash
# npm test: the tools, then the checks, the vitest suites and the bats suites, each with its own output. A part that
# fails does not stop the next one. bats/soak takes too long for here: npm run test:soak. The last line is
# `N passed, N failed`; exit 1 when anything failed or nothing ran.
set -uo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
cd -- "$ROOT" || exit 2
REPORTS=$(mktemp -d)
trap 'rm -rf "$REPORTS"' EXIT
PASSED=0 FAILED=0 SKIPPED=0
TIMES=() RED=()
# Files of tests that run side by side: they wait more than they compute.
TOGETHER=4
# shellcheck source=tap.bash
. test/tools/tap.bash

title() {
  printf '\n== %s\n' "$1"
}

# check NAME COMMAND...: counts as one test.
check() {
  title "$1"
  if "${@:2}"; then
    PASSED=$((PASSED + 1))
  else
    FAILED=$((FAILED + 1))
    printf '%s failed\n' "$1"
  fi
}

run_vitest() {
  local code=0 before=$FAILED passed failed skipped
  title 'vitest'
  node_modules/.bin/vitest run --reporter=default --reporter=json --outputFile.json="$REPORTS/vitest.json" || code=$?
  if read -r passed failed skipped < <(node test/tools/count-vitest.mjs "$REPORTS/vitest.json"); then
    PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
  fi
  count_failure "$code" "$before"
  ((FAILED == before)) || RED+=('vitest: see above')
}

# bats_file FILE: as tests that can be read in a log, and its seconds in the last line.
bats_file() {
  local name=${1//\//-} start=$SECONDS code=0
  mkdir -p "$REPORTS/$name"
  node_modules/bats/bin/bats --tap --timing --print-output-on-failure --report-formatter tap \
    --output "$REPORTS/$name" "$1" || code=$?
  printf '# %s: %d s, exit code %d\n' "$1" "$((SECONDS - start))" "$code"
  return "$code"
}

# on_own_network FILE: an address beside the loopback's, for getaddrinfo finds no IPv4 name without one; and a /dev/shm
# of its own, since a test of doctor.sh looks for what is left there.
on_own_network() {
  mount -t tmpfs tmpfs /dev/shm
  ip link set lo up
  ip link add eth0 type veth peer name eth1
  ip addr add 198.51.100.1/24 dev eth0
  ip link set eth0 up
  ip link set eth1 up
  bats_file "$1"
}

# alone FILE: with a network and processes of its own, so that files may run side by side, take the same ports and look
# for running daemons. Its output is printed when it ends.
alone() {
  local code=0 output=$REPORTS/${1//\//-}.output
  export REPORTS
  export -f bats_file on_own_network
  # shellcheck disable=SC2016 # the inner bash is to expand it
  unshare --net --mount --pid --fork --mount-proc bash -c 'on_own_network "$1"' bash "$1" >"$output" 2>&1 || code=$?
  cat "$output"
  printf '%d\n' "$code" >"$output.code"
}

# count_file FILE CODE
count_file() {
  local before=$FAILED
  count_tap "$REPORTS/${1//\//-}/report.tap"
  count_failure "$2" "$before"
  ((FAILED == before)) || RED+=("$1")
}

# Those that mostly wait, several at once; they need nothing of the machine but processors.
run_bats_together() {
  local file index code
  local -a files=("$@") pids=()
  title 'bats, side by side'
  for index in "${!files[@]}"; do
    while (($(jobs -rp | wc -l) >= TOGETHER)); do sleep 0.2; done
    alone "${files[index]}" &
    pids+=("$!")
  done
  for index in "${!files[@]}"; do
    wait "${pids[index]}"
    # Not what wait says: bash forgets jobs that have ended for long.
    read -r code <"$REPORTS/${files[index]//\//-}.output.code" || code=1
    count_file "${files[index]}" "$code"
  done
}

# Those that make hosts, one by one.
run_bats() {
  local file code
  title 'bats'
  for file in "$@"; do
    code=0
    bats_file "$file" || code=$?
    count_file "$file" "$code"
  done
}

# time_of NAME COMMAND...: runs it, and notes its seconds.
time_of() {
  local start=$SECONDS
  "${@:2}"
  TIMES+=("$(printf '%5d s  %s' "$((SECONDS - start))" "$1")")
}

bash test/tools/install-tools.sh || exit
# The end-to-end tests run what the user runs: dist/.
check 'build' npm run --silent build
check 'check' npm run --silent check
time_of vitest run_vitest
if unshare --net --mount --pid --fork --mount-proc true 2>/dev/null; then
  time_of 'bats/unit, bats/node' run_bats_together bats/node/*.bats bats/unit/*.bats
else
  # Not root, or in a container: then they use the machine's own network, one after the other.
  time_of 'bats/unit, bats/node' run_bats bats/node/*.bats bats/unit/*.bats
fi
for folder in bats/e2e bats/lab; do time_of "$folder" run_bats "$folder"/*.bats; done

printf '\n'
printf '%s\n' "${TIMES[@]}"
((${#RED[@]} == 0)) || printf 'not green: %s\n' "${RED[@]}"
SUMMARY="$PASSED passed, $FAILED failed"
((SKIPPED == 0)) || SUMMARY+=", $SKIPPED skipped"
printf '%s\n' "$SUMMARY"
((FAILED == 0 && PASSED > 0))
