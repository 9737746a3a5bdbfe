#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031 # quoted text is for other shells; each test is a subshell
# The scripts of an etcd's life, as far as one host shows it: what they refuse, and where they put data. The rest is in
# bats/e2e/etcd-life.bats.

load ../helper.bash
load etcd-life.bash

setup() { etcd_bundle; }
teardown() { clean_up; }

# old_data FOLDER: looks like what an etcd left behind.
old_data() {
  mkdir -p "$1/member/wal" "$1/member/snap"
  printf 'log' >"$1/member/wal/0000000000000000-0000000000000000.wal"
}

# on_small_disk FOLDER MEGABYTES COMMAND...: with a disk of that size mounted at FOLDER, for the command alone.
on_small_disk() {
  mkdir -p "$1"
  unshare --mount --propagation private bash -c 'mount -t tmpfs -o "size=$2m" tmpfs "$1" && shift 2 && exec "$@"' - "$@"
}

@test "G2: refused while an etcd 2.x holds the data, which locks with flock" {
  old_data "$BATS_TEST_TMPDIR/old"
  flock "$BATS_TEST_TMPDIR"/old/member/wal/*.wal sleep 60 3>&- &
  HELPERS+=($! $(retry 5 pgrep -P $!))
  run -2 script etcd/migrate-etcd.sh --from "$BATS_TEST_TMPDIR/old" --yes
  has "an etcd still runs on $BATS_TEST_TMPDIR/old"
  [[ ! -e $DATA && ! -e $DATA.in-progress ]]
}

@test "G2: the space is looked at before anything is written" {
  old_data "$BATS_TEST_TMPDIR/old"
  DATA_DISK=$BATS_TEST_TMPDIR/disk
  sed -i "s|$DATA|$DATA_DISK/data|g" "$BUNDLE/etcd/migrate-etcd.sh"
  run -2 on_small_disk "$DATA_DISK" 50 "$SHELL_UNDER_TEST" "$BUNDLE/etcd/migrate-etcd.sh" \
    --from "$BATS_TEST_TMPDIR/old" --yes
  has "there is not enough space"
  has "128 MB are needed"
}

@test "G2: a disk that is mounted right at the data folder: the copy is made on that disk" {
  mkdir "$BATS_TEST_TMPDIR/empty"
  # All in one shell, for the disk is there only as long as that.
  run -0 on_small_disk "$DATA" 400 bash -c '
    "$1" "$2/etcd/migrate-etcd.sh" --from "$3" --yes && find "$4" -maxdepth 1 -mindepth 1 -printf "in the data folder: %f\n" &&
      "$1" "$2/etcd/stop-etcd.sh"' - "$SHELL_UNDER_TEST" "$BUNDLE" "$BATS_TEST_TMPDIR/empty" "$DATA" 3>&-
  has "put the copy in its place: $DATA"
  [[ $(grep -c 'in the data folder' <<<"$output") == 1 ]]
  has "in the data folder: member"
}

@test "damaged data: etcd's own words, and the data stays" {
  old_data "$BATS_TEST_TMPDIR/old"
  run -1 script etcd/migrate-etcd.sh --from "$BATS_TEST_TMPDIR/old" --yes
  has "etcd does not do what is needed on the copy: it died"
  has "The data that you have was not changed"
  [[ $(cat "$BATS_TEST_TMPDIR"/old/member/wal/*.wal) == log && ! -e $DATA/member ]]
  # It can be given up, as other data is asked for.
  mkdir "$BATS_TEST_TMPDIR/empty"
  run -2 script etcd/migrate-etcd.sh --from "$BATS_TEST_TMPDIR/empty" --yes
  has "an earlier run was interrupted"
  rm "$DATA.in-progress"
  run -0 script etcd/migrate-etcd.sh --from "$BATS_TEST_TMPDIR/empty" --yes
}

@test "two at once: the second says who is at work" {
  exec 8>"$BUNDLE/run/etcd-life.lock"
  flock 8
  printf '%s\n' "$$" >&8
  # The lock is ours alone.
  run -1 bash -c 'exec 8>&-; "$@"' - "$SHELL_UNDER_TEST" "$BUNDLE/etcd/backup-etcd.sh" --to "$BATS_TEST_TMPDIR/backups" --yes
  has "another script of etcd/ (pid $$) is at work here"
}

@test "one member: a backup, everything lost, restored" {
  script etcd/start-etcd.sh 3>&-
  local ctl=(env ETCDCTL_API=2 etcdctl --endpoints "http://127.0.0.1:$CLIENT")
  "${ctl[@]}" set /key 'a value'
  run -2 script etcd/backup-etcd.sh --to "$BATS_TEST_TMPDIR/backups" </dev/null
  has "Add --yes"
  run -2 script etcd/backup-etcd.sh --to "$DATA/backups" --yes
  has "inside of etcd's own data folder"
  run -0 script etcd/backup-etcd.sh --to "$BATS_TEST_TMPDIR/backups" --yes
  has "1 keys and folders"
  run -2 script etcd/restore-etcd.sh --from "$BATS_TEST_TMPDIR"/backups/* --yes
  has "etcd runs on this host"
  run -2 script etcd/remove-member.sh --yes
  has "is the last member"
  run -0 script etcd/recover-etcd.sh --yes
  has "nothing to recover"
  script etcd/stop-etcd.sh
  run -2 script etcd/add-member.sh --yes
  has "no other member of this cluster answers"
  rm -rf "$DATA" "$DATA.first-start"
  run -0 script etcd/restore-etcd.sh --from "$BATS_TEST_TMPDIR"/backups/* --yes 3>&-
  has "All members of this cluster's list are in it."
  [[ $("${ctl[@]}" get /key) == 'a value' ]]
}

@test "every script has a help that fits, and takes no unknown option" {
  local name
  for name in migrate-etcd backup-etcd restore-etcd recover-etcd add-member replace-member remove-member; do
    run -0 script "etcd/$name.sh" --help
    has "Usage: $name.sh"
    has "Exit codes:"
    [[ -z $(awk 'length($0) > 80' <<<"$output") ]]
    run -2 script "etcd/$name.sh" --unknown
  done
}
