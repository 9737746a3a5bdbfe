#!/usr/bin/env bats
# shellcheck disable=SC2016 # code in single quotes is for the shell in the namespace
# update-hosts.sh, with an /etc of its own in private mount namespaces.

load helper

setup() {
  make_bundle
  make_script update-hosts.sh update-hosts.sh update_hosts_main
  printf '%s\t%s\t%s\n' sandbox-1 127.0.0.1 etcd,master sandbox-2 10.0.0.2 etcd,node sandbox-3 10.0.0.3 node \
    >"$BUNDLE/lib/hosts.tsv"
  printf '%s\n' '127.0.0.1 localhost' '10.9.9.9 other' >"$BATS_TEST_TMPDIR/plain"
  remember_machine
}

teardown() {
  same_machine
}

# with_hosts CODE: in a namespace where /etc/hosts is a file of its own with the content of "plain",
# and nothing but the files is asked for names.
with_hosts() {
  in_private 'own_etc; cat "$TEST_FOLDER/plain" >/etc/hosts; echo "hosts: files" >/etc/nsswitch.conf
    plain=$TEST_FOLDER/plain
    '"$1"
}

# with_mounted_hosts CODE: the same with /etc/hosts as a mount of its own, as in containers.
with_mounted_hosts() {
  in_private 'own_etc; cp "$TEST_FOLDER/plain" "$TEST_FOLDER/mounted"; mount --bind "$TEST_FOLDER/mounted" /etc/hosts
    echo "hosts: files" >/etc/nsswitch.conf
    plain=$TEST_FOLDER/plain
    '"$1"
}

BLOCK='# BEGIN kubebale guide
127.0.0.1 sandbox-1
10.0.0.2 sandbox-2
10.0.0.3 sandbox-3
# END kubebale guide'

@test "help, usage, wrong host, not root" {
  help_is_fine update-hosts.sh
  refusals_are_fine update-hosts.sh
  run "$KB_BASH" "$BUNDLE/update-hosts.sh" --print --remove
  status_is 2
}

@test "--print shows the block, needs neither root nor the host, and changes nothing" {
  help_is_fine update-hosts.sh
  chmod -R a+rX "$BATS_RUN_TMPDIR"
  run env TEST_ADDRESS=192.0.2.1 setpriv --reuid 65534 --clear-groups "$KB_BASH" "$BUNDLE/update-hosts.sh" --print
  status_is 0
  [[ $output == "$BLOCK" ]]
}

@test "the block is appended; a second run changes nothing; --remove gives the file back" {
  run with_hosts '
    chmod 0640 /etc/hosts; chown 7:8 /etc/hosts
    script update-hosts.sh
    tail -n +3 /etc/hosts >"$TEST_FOLDER/block"
    head -n 2 /etc/hosts | diff "$plain" -
    stat -c "%a %u %g" /etc/hosts
    stat -c "%i %y" /etc/hosts >"$TEST_FOLDER/before"
    script update-hosts.sh
    stat -c "%i %y" /etc/hosts | diff "$TEST_FOLDER/before" -
    getent ahostsv4 sandbox-3
    script update-hosts.sh --remove
    diff "$plain" /etc/hosts
    stat -c "%a %u %g" /etc/hosts
    script update-hosts.sh --remove
    [[ -z $(find /etc -maxdepth 1 -name "*kubebale*") ]]
  '
  status_is 0
  [[ $(cat "$BATS_TEST_TMPDIR/block") == "$BLOCK" ]]
  has '640 7 8'
  has '/etc/hosts has the 3 names of cluster guide already'
  has '10.0.0.3'
  has 'nothing to remove'
  lacks warning
}

@test "an older block is replaced in place; what is around stays, byte for byte" {
  printf '%s\n' '10.0.0.4 sandbox-4' >"$BATS_TEST_TMPDIR/more"
  run with_hosts '
    printf "a\tb \r\n\xff\xfe\n# BEGIN kubebale guide\n10.7.7.7 sandbox-2\n# END kubebale guide\n\n  10.1.1.1 x # y\nno end" >/etc/hosts
    printf "a\tb \r\n\xff\xfe\n\n  10.1.1.1 x # y\nno end" >"$TEST_FOLDER/around"
    script update-hosts.sh
    sed -n 4p /etc/hosts
    script update-hosts.sh --remove
    sha256sum </etc/hosts >"$TEST_FOLDER/sum"
    sha256sum <"$TEST_FOLDER/around" | diff "$TEST_FOLDER/sum" -
  '
  status_is 0
  has '127.0.0.1 sandbox-1'
}

@test "no newline at the end: --remove gives that back as well" {
  printf '127.0.0.1 localhost' >"$BATS_TEST_TMPDIR/plain"
  run with_hosts '
    script update-hosts.sh
    head -n 2 /etc/hosts
    echo "10.5.5.5 more" >>"$BUNDLE/lib/extra-hosts.tsv"
    printf "registry.example.com\t10.0.0.9\n" >"$BUNDLE/lib/extra-hosts.tsv"
    script update-hosts.sh
    grep -x "10.0.0.9 registry.example.com" /etc/hosts
    cp /etc/hosts "$TEST_FOLDER/kept"
    script update-hosts.sh --remove
    [[ $(sha256sum </etc/hosts) == $(sha256sum <"$plain") ]]
    cat "$TEST_FOLDER/kept" >/etc/hosts
    echo "10.6.6.6 later" >>/etc/hosts
    script update-hosts.sh --remove
    echo; cat /etc/hosts
  '
  status_is 0
  has '127.0.0.1 localhost # BEGIN kubebale guide'
  has '127.0.0.1 localhost 10.6.6.6 later'
}

@test "an empty file, and none at all" {
  : >"$BATS_TEST_TMPDIR/plain"
  run with_hosts '
    script update-hosts.sh
    head -n 1 /etc/hosts
    script update-hosts.sh --remove
    [[ ! -s /etc/hosts ]]
    rm /etc/hosts
    script update-hosts.sh --remove
    [[ ! -e /etc/hosts ]]
    script update-hosts.sh
    stat -c %a /etc/hosts
  '
  status_is 0
  has '# BEGIN kubebale guide'
  has 644
}

@test "extra hosts are in the block" {
  printf 'registry.example.com\t10.0.0.9\n' >"$BUNDLE/lib/extra-hosts.tsv"
  run "$KB_BASH" "$BUNDLE/update-hosts.sh" --print
  status_is 0
  [[ ${lines[4]} == '10.0.0.9 registry.example.com' && ${lines[5]} == '# END kubebale guide' ]]
}

@test "a file of a Windows editor: marks and names are seen" {
  printf '127.0.0.1 localhost\r\n# BEGIN kubebale guide\r\n1.2.3.4 sandbox-1\r\n# END kubebale guide\r\n' \
    >"$BATS_TEST_TMPDIR/plain"
  run with_hosts '
    script update-hosts.sh
    [[ $(grep -c BEGIN /etc/hosts) == 1 ]]
    head -n 1 /etc/hosts | od -c
    printf "10.8.8.8 sandbox-3\r\n" >>/etc/hosts
    script update-hosts.sh
  '
  status_is 1
  has 't \r \n'
  has 'line 7: 10.8.8.8 sandbox-3 (in the cluster: 10.0.0.3)'
}

@test "Debian's line for the own name on 127.0.1.1: 1, nothing changed, the cure" {
  printf '%s\n' '127.0.0.1 localhost' '127.0.1.1 Sandbox-2.example.com SANDBOX-2 # mine' >"$BATS_TEST_TMPDIR/plain"
  run with_hosts '
    script update-hosts.sh || status=$?
    diff "$plain" /etc/hosts
    script update-hosts.sh --remove >/dev/null
    exit "$status"
  '
  status_is 1
  has 'line 2: 127.0.1.1 SANDBOX-2 (in the cluster: 10.0.0.2)'
  has 'makes etcd talk to itself'
  has 'vi +2 /etc/hosts'
}

@test "the same address outside of the block, comments and other names are no conflict" {
  printf '%s\n' '10.0.0.2 sandbox-2' '# 10.5.5.5 sandbox-3' '10.5.5.5 xsandbox-3 sandbox-33 # sandbox-3' \
    >"$BATS_TEST_TMPDIR/plain"
  run with_hosts 'script update-hosts.sh'
  status_is 0
}

@test "the block of another cluster counts as any other line" {
  printf '%s\n' '# BEGIN kubebale guide2' '10.5.5.5 sandbox-3' '# END kubebale guide2' >"$BATS_TEST_TMPDIR/plain"
  run with_hosts 'script update-hosts.sh'
  status_is 1
  has 'line 2: 10.5.5.5 sandbox-3'
}

@test "blocks that are not whole: 1, nothing changed" {
  local text
  for text in '# BEGIN kubebale guide\n1.1.1.1 x\n' '# END kubebale guide\n' \
    '# END kubebale guide\n# BEGIN kubebale guide\n' \
    '# BEGIN kubebale guide\n# END kubebale guide\n# BEGIN kubebale guide\n# END kubebale guide\n'; do
    # shellcheck disable=SC2059 # a format on purpose
    printf "$text" >"$BATS_TEST_TMPDIR/plain"
    rm -rf "${BATS_TEST_TMPDIR:?}/etc"
    run with_hosts '
      script update-hosts.sh --remove || echo "STATUS $?"
      script update-hosts.sh || status=$?
      diff "$plain" /etc/hosts
      exit "$status"
    '
    status_is 1
    has 'STATUS 1'
    has 'Nothing was changed'
    has '# END kubebale guide'
  done
}

@test "/etc/hosts as a mount of its own, in a read-only /etc" {
  run with_mounted_hosts '
    mount -o remount,bind,ro /etc
    script update-hosts.sh
    grep -c sandbox /etc/hosts
    diff /etc/hosts "$TEST_FOLDER/mounted"
    script update-hosts.sh --remove
    diff "$plain" /etc/hosts
    ls "$BUNDLE/run"
  '
  status_is 0
  has 'names of cluster guide. 3'
  lacks hosts.backup
  lacks hosts.new
}

@test "a run that was killed while it wrote in place is undone first" {
  run with_mounted_hosts '
    shim dd "/bin/dd \"\$@\"; kill -9 \$VICTIM"
    script update-hosts.sh
    for index in $(seq 500); do echo "10.3.3.3 something-$index"; done >>/etc/hosts
    cp /etc/hosts "$TEST_FOLDER/with"
    script_in "$TEST_FOLDER/shims" update-hosts.sh --remove || echo "STATUS $?"
    fails diff -q /etc/hosts "$TEST_FOLDER/with"
    ls "$BUNDLE/run"
    cp /etc/hosts "$TEST_FOLDER/cut"
    script update-hosts.sh
    diff /etc/hosts "$TEST_FOLDER/with"
    diff "$BUNDLE/run/hosts.interrupted" "$TEST_FOLDER/cut"
    fails test -e "$BUNDLE/run/hosts.backup"
  '
  status_is 0
  has 'STATUS 137'
  has 'hosts.backup'
  has 'an earlier run was cut off'
}

@test "a run that was killed before its rename is done again" {
  run with_hosts '
    shim mv "kill -9 \$VICTIM"
    script_in "$TEST_FOLDER/shims" update-hosts.sh || echo "STATUS $?"
    diff "$plain" /etc/hosts
    script update-hosts.sh
    [[ -z $(find /etc -maxdepth 1 -name "*kubebale*") ]]
  '
  status_is 0
  has 'STATUS 137'
}

@test "a full disk: 1, the old content stays" {
  run with_hosts '
    for index in $(seq 5000); do printf "host-%s\t10.0.%s.%s\n" $index $((index / 256)) $((index % 256)); done >"$BUNDLE/lib/extra-hosts.tsv"
    full_disk /etc 4m
    script update-hosts.sh || echo "STATUS $?"
    diff "$plain" /etc/hosts
    [[ -z $(find /etc -maxdepth 1 -name "*kubebale*") ]]
  '
  status_is 0
  has 'STATUS 1'
  has 'is the disk full'
}

@test "a full disk under a mounted /etc/hosts: 1, the old content is back" {
  run with_mounted_hosts '
    for index in $(seq 5000); do printf "host-%s\t10.0.%s.%s\n" $index $((index / 256)) $((index % 256)); done >"$BUNDLE/lib/extra-hosts.tsv"
    umount /etc/hosts
    mkdir "$TEST_FOLDER/small"
    mount -t tmpfs -o size=64k tmpfs "$TEST_FOLDER/small"
    cp "$plain" "$TEST_FOLDER/small/hosts"
    mount --bind "$TEST_FOLDER/small/hosts" /etc/hosts
    script update-hosts.sh || echo "STATUS $?"
    diff "$plain" /etc/hosts
    ls "$BUNDLE/run"
  '
  status_is 0
  has 'STATUS 1'
  has 'is the disk full'
  lacks hosts.backup
}

@test "waits for another one that is at work, of whatever bundle" {
  run with_hosts '
    flock /etc -c "sleep 1; cp /etc/hosts \"$TEST_FOLDER/meanwhile\"" &
    sleep 0.3
    script update-hosts.sh
    diff "$plain" "$TEST_FOLDER/meanwhile"
  '
  status_is 0
  has 'Another update-hosts.sh is at work'
}

@test "two at once: one block" {
  run with_hosts '
    for _ in 1 2 3 4; do script update-hosts.sh & done
    wait
    cat /etc/hosts
  '
  status_is 0
  [[ $(printf '%s\n' "$output" | grep -c '^# BEGIN') == 1 ]]
}

@test "a name service that does not ask the file is said" {
  run with_hosts '
    echo "hosts: db" >/etc/nsswitch.conf
    script update-hosts.sh
  '
  status_is 0
  has 'sandbox-1 resolves to nothing all the same, not to 127.0.0.1'
}

@test "5,000 hosts in seconds, also with the awk of busybox" {
  for index in $(seq 5000); do
    printf 'host-%s\t10.0.%s.%s\tnode\n' "$index" $((index / 256)) $((index % 256))
  done >>"$BUNDLE/lib/hosts.tsv"
  run with_hosts '
    cat >>/etc/hosts < <(for index in $(seq 3000); do echo "10.200.0.1 other-$index"; done)
    started=$SECONDS
    script update-hosts.sh
    script update-hosts.sh
    ((SECONDS - started < 5))
    cp /etc/hosts "$TEST_FOLDER/with"
    shim awk "exec busybox awk \"\$@\""
    script update-hosts.sh --remove
    script_in "$TEST_FOLDER/shims" update-hosts.sh
    diff /etc/hosts "$TEST_FOLDER/with"
  '
  status_is 0
  has '5003 names'
}

@test "no lib/hosts.tsv: 1" {
  rm "$BUNDLE/lib/hosts.tsv"
  run "$KB_BASH" "$BUNDLE/update-hosts.sh" --print
  status_is 1
  has 'lib/hosts.tsv is not in this bundle'
}
