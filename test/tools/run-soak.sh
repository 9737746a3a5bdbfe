#!/usr/bin/env bash
# npm run test:soak: what takes too long for npm test: bats/soak, and the faults of bats/lab on every host. Needs root.
# Says how long each file took. The last line is `N passed, N failed`; exit 1 when anything failed or nothing ran.
#
#   run-soak.sh [FILE...]    only these
set -uo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
cd -- "$ROOT" || exit 2
if [[ $(id -u) -ne 0 ]]; then
  printf 'making hosts needs root\n' >&2
  exit 2
fi
REPORTS=$(mktemp -d)
trap 'rm -rf "$REPORTS"' EXIT
PASSED=0 FAILED=0 SKIPPED=0
# shellcheck source=tap.bash
. test/tools/tap.bash
TIMES=()
export KUBEBALE_SOAK=1

# run_file FILE: its tests are counted; a file that fails without a failed test counts as one.
run_file() {
  local code=0 before=$FAILED start=$SECONDS
  printf '\n== %s\n' "$1"
  rm -f "$REPORTS/report.tap"
  node_modules/bats/bin/bats --timing --print-output-on-failure --report-formatter tap --output "$REPORTS" "$1" || code=$?
  count_tap "$REPORTS/report.tap"
  count_failure "$code" "$before"
  TIMES+=("$(printf '%5d s  %s' "$((SECONDS - start))" "$1")")
}

bash test/tools/install-tools.sh || exit
npm run --silent build || exit
FILES=("$@")
((${#FILES[@]} > 0)) || FILES=(bats/lab/faults.bats bats/soak/*.bats)
for file in "${FILES[@]}"; do run_file "$file"; done

printf '\n'
printf '%s\n' "${TIMES[@]}"
SUMMARY="$PASSED passed, $FAILED failed"
((SKIPPED == 0)) || SUMMARY+=", $SKIPPED skipped"
printf '%s\n' "$SUMMARY"
((FAILED == 0 && PASSED > 0))
