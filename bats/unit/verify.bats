#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # each test is a subshell
# verify.sh on the real bundle of the guide's sandbox-1, without its programs.

load ../helper.bash

setup_file() {
  local out=$BATS_FILE_TMPDIR/out
  node "$REPO/dist/cli/main.js" compile "$REPO/examples/guide/cluster.json" --scripts-only --host sandbox-1 \
    --out "$out" --quiet 2>/dev/null
  mkdir "$BATS_FILE_TMPDIR/x y"
  tar xzf "$out/guide/sandbox-1.tar.gz" -C "$BATS_FILE_TMPDIR/x y"
}

setup() {
  cp -a "$BATS_FILE_TMPDIR/x y" "$BATS_TEST_TMPDIR/x y"
  BUNDLE="$BATS_TEST_TMPDIR/x y/guide"
}

@test "an untouched bundle: 0, also with logs, pid files and programs copied by hand; it says what it did not check" {
  printf 'x\n' | tee "$BUNDLE/log/etcd.log" "$BUNDLE/run/etcd.pid" "$BUNDLE/bin/etcd" "$BUNDLE/notes.txt" >/dev/null
  run -0 script verify.sh
  has "files of this bundle are as they were made"
  has "Not checked, for the tarball was made without them: bin/etcd"
  has "Not here yet, for the tarball was made without them: bin/docker"
}

@test "data of etcd inside of the bundle's folder is not called a stray: paths.base may be that folder" {
  mkdir -p "$BUNDLE/etcd/data-dir/member/wal"
  : >"$BUNDLE/etcd/data-dir/member/wal/0.wal"
  : >"$BUNDLE/etcd/data-dir.first-start"
  run -0 script verify.sh
  : >"$BUNDLE/etcd/other.sh"
  run -1 script verify.sh
  has "does not belong here: etcd/other.sh"
  [[ $output != *data-dir* ]]
}

@test "changed, missing, another mode, not of this bundle: each is named, with what to type; 1" {
  printf '\n' >>"$BUNDLE/lib/http.sh"
  rm "$BUNDLE/lib/names.sh"
  chmod 0644 "$BUNDLE/etcd/start-etcd.sh"
  chmod 0666 "$BUNDLE/lib/hosts.tsv"
  : >"$BUNDLE/bin/iptables"
  run -1 script verify.sh
  has "changed: lib/http.sh"
  has "missing: lib/names.sh"
  has "mode: etcd/start-etcd.sh has 0644 instead of 0755"
  has "mode: lib/hosts.tsv has 0666 instead of 0644"
  has "does not belong here: bin/iptables"
  [[ $(grep -cE '^ +(changed|missing|mode|unreadable|does not belong here): ' <<<"$output") == 5 ]]
  has "tar xzf sandbox-1.tar.gz --strip-components=1 -C '$BUNDLE'"
  # What it says to type makes it good.
  tar xzf "$BATS_FILE_TMPDIR/out/guide/sandbox-1.tar.gz" --strip-components=1 -C "$BUNDLE"
  eval "$(grep -E '^ +rm -- ' <<<"$output")"
  run -0 script verify.sh
}

@test "one changed bit of a large program is found" {
  head -c 3000000 /dev/zero >"$BUNDLE/bin/etcd"
  printf '%s  bin/etcd\n' "$(sha256sum <"$BUNDLE/bin/etcd" | cut -c 1-64)" >>"$BUNDLE/SHA256SUMS"
  run -0 script verify.sh
  printf '\001' | dd of="$BUNDLE/bin/etcd" bs=1 seek=1500000 conv=notrunc 2>/dev/null
  run -1 script verify.sh
  has "changed: bin/etcd"
}

@test "SHA256SUMS missing or cut off: 1, and no file is called good" {
  local size
  size=$(stat -c %s "$BUNDLE/SHA256SUMS")
  truncate -s $((size - 20)) "$BUNDLE/SHA256SUMS"
  run -1 script verify.sh
  has "SHA256SUMS is cut off or damaged"
  : >"$BUNDLE/SHA256SUMS"
  run -1 script verify.sh
  rm "$BUNDLE/SHA256SUMS"
  run -1 script verify.sh
  has "SHA256SUMS is missing"
  has_not "as they were made"
}

@test "without root it works; a secret that only root can read is 2, and named" {
  local path
  chmod -R a+rX "$BUNDLE"
  for path in "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "${BATS_TEST_TMPDIR%/*/*}"; do chmod a+x "$path"; done
  run -0 setpriv --reuid 65534 --regid 65534 --clear-groups bash "$BUNDLE/verify.sh"
  mkdir "$BUNDLE/node/kubelet-home"
  printf 'x' >"$BUNDLE/node/kubelet-home/secret"
  chmod 0600 "$BUNDLE/node/kubelet-home/secret"
  printf '%s  node/kubelet-home/secret\n' "$(printf 'x' | sha256sum | cut -c 1-64)" >>"$BUNDLE/SHA256SUMS"
  run -2 setpriv --reuid 65534 --regid 65534 --clear-groups bash "$BUNDLE/verify.sh"
  has "only root can read: node/kubelet-home/secret"
  run -0 script verify.sh
}

@test "a file is tampered with: start.sh refuses with 1 before it changes anything; --no-verify and --force go on" {
  printf '\n' >>"$BUNDLE/node/start-docker.sh"
  # An address of this machine, and a step that shows whether it came so far.
  sed -i -e 's/10\.207\.182\.18/127.0.0.1/' -e 's/^  [a-z].*//' -e 's/^readonly -a KB_STEPS=(/&verify.sh update-hosts.sh/' \
    "$BUNDLE/start.sh"
  printf 'echo "hosts written"\n' >"$BUNDLE/update-hosts.sh"
  run -1 script start.sh
  has "changed: node/start-docker.sh"
  has "step 1 of 2, verify, failed"
  has "Nothing was changed on this host."
  has "start.sh --no-verify"
  has_not "hosts written"
  run -0 script start.sh --no-verify
  has_not "changed:"
  has "hosts written"
  run -0 script start.sh --force
  has "going on because of --force: changed: node/start-docker.sh"
  has "hosts written"
}
