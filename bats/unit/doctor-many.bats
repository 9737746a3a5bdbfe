#!/usr/bin/env bats
# A host alone: 300 others in its specification, and nobody at their addresses. In a network of its own, from a bundle
# that the compiler made.

load ../helper.bash

setup() {
  [[ $EUID -eq 0 ]] || skip "a network of its own needs root"
  local number
  {
    printf '{ "name": "many", "hosts": [\n'
    for ((number = 1; number <= 301; number++)); do
      ((number == 1)) || printf ',\n'
      printf '  { "name": "host-%s", "address": "10.9.%s.%s", "roles": [%s] }' "$number" $((number / 200)) $((number % 200 + 1)) \
        "$( ((number > 3)) || printf '"etcd", "master", ')\"node\""
    done
    printf '\n], "networks": { "podCIDR": "10.64.0.0/10", "serviceCIDR": "10.254.0.0/16" },\n'
    printf '"controlPlane": { "endpoint": { "kind": "master", "host": "host-2" } } }\n'
  } >"$BATS_TEST_TMPDIR/cluster.json"
  node "$REPO/dist/cli/main.js" compile "$BATS_TEST_TMPDIR/cluster.json" --out "$BATS_TEST_TMPDIR/out" \
    --scripts-only --host host-1 --quiet
  tar xzf "$BATS_TEST_TMPDIR/out/many/host-1.tar.gz" -C "$BATS_TEST_TMPDIR"
}

# alone WORD...: where 10.9.0.0/16 is a cable to nobody.
alone() {
  unshare -n bash -c 'ip link set lo up && ip link add eth0 type veth peer name nobody && ip link set nobody up &&
    ip addr add 10.9.0.2/16 dev eth0 && ip link set eth0 up && ip route add default via 10.9.0.1 && exec "$@"' alone "$@"
}

@test "300 hosts, all down: less than 30 s, and it says so in a few lines; before the start as well" {
  local phase
  for phase in --after --before; do
    SECONDS=0
    run alone "$SHELL_UNDER_TEST" "$BATS_TEST_TMPDIR/many/doctor.sh" "$phase"
    printf '%s\n%s s\n' "$output" "$SECONDS"
    ((SECONDS < 30))
    [[ $status -eq 1 ]]
    has "bad other hosts: 0 of "
    has "nobody there at host-2 (10.9.0.3:2379, etcd)"
    # Those that ask other hosts end by themselves.
    has_not "other hosts: it took longer"
    has_not "host names: it took longer"
    has_not "clock: it took longer"
    has_not "the check itself failed"
    ((${#lines[@]} < 200))
  done
}
