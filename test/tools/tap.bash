# Counting what bats reported, for run-all.sh and run-soak.sh.

# count_tap FILE: adds the tests of a TAP report to PASSED, FAILED and SKIPPED.
count_tap() {
  local line
  while IFS= read -r line; do
    case $line in
      'ok '*'# skip'*) SKIPPED=$((SKIPPED + 1)) ;;
      'ok '*) PASSED=$((PASSED + 1)) ;;
      'not ok '*) FAILED=$((FAILED + 1)) ;;
    esac
  done < <(cat "$1" 2>/dev/null)
}

# count_failure CODE FAILED_BEFORE: a tool that says it failed, without a failed test to show, counts as one.
count_failure() {
  if (($1 != 0 && FAILED == $2)); then FAILED=$((FAILED + 1)); fi
}
