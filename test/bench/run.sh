#!/usr/bin/env bash
# npm run bench: sees that the programs are there that it is measured against, and runs it. docs/performance.md says more.
# Exit codes: 0 done, 1 failed, 2 something is missing.
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
cd -- "$ROOT"

missing=()
for pair in time:time pigz:pigz mkfs.xfs:xfsprogs; do
  type -P "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
if ((${#missing[@]} > 0)); then
  printf 'The benchmark needs packages that are missing. Type:\n  sudo apt-get install -y %s\n' "${missing[*]}" >&2
  exit 2
fi
npm run --silent build
exec node test/bench/bench.mjs
