#!/usr/bin/env bash
# npm run demo: compiles both examples into out/, with the programs that are at hand on this machine. Programs and
# archives for the first one are looked for in KUBEBALE_ARTIFACTS (a folder), and in out/artifacts.
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
cd -- "$ROOT"

kubebale() {
  node dist/cli/main.js "$@"
}

title() {
  printf '\n== %s\n\n' "$1"
}

# A specification's lock lies beside it, and an example is not to be changed by a demo.
copy_example() {
  mkdir -p "out/examples/$1"
  cp "examples/$1/cluster.json" "out/examples/$1/cluster.json"
}

# The guide's cluster, with what there is of its programs.
guide() {
  local folder
  local -a artifacts=()
  for folder in "${KUBEBALE_ARTIFACTS:-}" out/artifacts; do
    if [[ -d $folder ]]; then artifacts+=(--artifacts "$folder"); fi
  done
  title 'The guide: three hosts, each etcd member, master and node'
  copy_example guide
  kubebale lock out/examples/guide/cluster.json ${artifacts[@]+"${artifacts[@]}"} --trust-first-use --allow-missing --quiet
  kubebale compile out/examples/guide/cluster.json --out out --allow-missing
}

# An etcd cluster of the distribution's programs.
distribution() {
  local etcd spec=out/examples/distribution/cluster.json release folder=out/examples/distribution/programs
  title 'The distribution: three members of etcd, complete'
  if ! etcd=$(type -P etcd) || ! type -P etcdctl >/dev/null; then
    printf '%s\n' 'Left out: etcd and etcdctl are not installed. On Debian or Ubuntu, type:' \
      '  sudo apt-get install -y --no-install-recommends etcd-server etcd-client'
    return 0
  fi
  release=$("$etcd" --version | awk '/^etcd Version/ { print $3 }')
  copy_example distribution
  # Another distribution has another release.
  sed -i "s/\"etcd\": \"[0-9.]*\"/\"etcd\": \"$release\"/" "$spec"
  mkdir -p "$folder"
  cp -L "$etcd" "$(type -P etcdctl)" "$folder"
  kubebale lock "$spec" --artifacts "$folder" --trust-first-use --quiet
  kubebale compile "$spec" --out out
}

guide
distribution
