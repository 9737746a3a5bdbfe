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
}

run_bats() {
  local code=0 before=$FAILED
  title 'bats'
  node_modules/bats/bin/bats --recursive --report-formatter tap --output "$REPORTS" \
    bats/unit bats/node bats/e2e bats/lab || code=$?
  count_tap "$REPORTS/report.tap"
  count_failure "$code" "$before"
}

bash test/tools/install-tools.sh || exit
# The end-to-end tests run what the user runs: dist/.
check 'build' npm run --silent build
check 'check' npm run --silent check
run_vitest
run_bats

printf '\n'
SUMMARY="$PASSED passed, $FAILED failed"
((SKIPPED == 0)) || SUMMARY+=", $SKIPPED skipped"
printf '%s\n' "$SUMMARY"
((FAILED == 0 && PASSED > 0))
