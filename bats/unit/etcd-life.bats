#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031 # quoted text is for other shells; each test is a subshell
# The scripts of an etcd's life, as far as one host shows it: what they refuse, and where they put data. The rest is in
# bats/e2e/etcd-life.bats.

load ../helper.bash
load ../etcd-release.bash
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
  rm -rf "$DATA.in-progress" "$DATA.new"
  # Here 3.4 panics, and lists its calls after that.
  : >"$(echo "$BATS_TEST_TMPDIR"/old/member/wal/*.wal)"
  run -1 script etcd/migrate-etcd.sh --from "$BATS_TEST_TMPDIR/old" --yes
  [[ $output == *"cannot be repaired"* || $output == *"panic: cannot use none as id"* ]]
  has_not "goroutine"
  # It can be given up, as other data is asked for.
  mkdir "$BATS_TEST_TMPDIR/empty"
  run -2 script etcd/migrate-etcd.sh --from "$BATS_TEST_TMPDIR/empty" --yes
  has "an earlier run was interrupted"
  has "rm -rf '$DATA.in-progress' '$DATA.new'"
  rm -rf "$DATA.in-progress" "$DATA.new"
  run -0 script etcd/migrate-etcd.sh --from "$BATS_TEST_TMPDIR/empty" --yes
}

# member NAME CLIENT PEER INITIAL: a real etcd beside the bundle's, in a row of its own in the bundle's list.
member() {
  [[ $(<"$BUNDLE/lib/etcd-members.tsv") == *"$1"$'\t'* ]] ||
    printf '%s\tsandbox-%s\t127.0.0.1\t%s\t%s\n' "$1" "${1#m}" "$2" "$3" >>"$BUNDLE/lib/etcd-members.tsv"
  etcd --name "$1" --data-dir "$BATS_TEST_TMPDIR/$1" ${ETCD_V2[@]+"${ETCD_V2[@]}"} \
    --listen-client-urls "http://127.0.0.1:$2" --advertise-client-urls "http://127.0.0.1:$2" \
    --listen-peer-urls "http://127.0.0.1:$3" --initial-advertise-peer-urls "http://127.0.0.1:$3" \
    --initial-cluster "$4" --initial-cluster-token others >>"$BATS_TEST_TMPDIR/$1.log" 2>&1 3>&- &
  MEMBER_PID=$!
  HELPERS+=("$MEMBER_PID")
}

# healthy PORT
healthy() {
  retry 30 env ETCDCTL_API=2 etcdctl --endpoints "http://127.0.0.1:$1" --no-sync member list >/dev/null 2>&1
}

@test "the copy never takes the place of what is not ours: --from DATA_DIR.new, and a DATA_DIR.new of somebody" {
  old_data "$DATA.new"
  run -2 script etcd/migrate-etcd.sh --from "$DATA.new" --yes
  has "is where the copy of it would be made"
  [[ $(cat "$DATA.new"/member/wal/*.wal) == log ]]
  old_data "$BATS_TEST_TMPDIR/old"
  run -2 script etcd/migrate-etcd.sh --from "$BATS_TEST_TMPDIR/old" --yes
  has "and that is there already"
  [[ $(cat "$DATA.new"/member/wal/*.wal) == log && ! -e $DATA.in-progress ]]
}

@test "a source that is gone when the work is taken up again is not taken for an empty one" {
  old_data "$BATS_TEST_TMPDIR/old"
  run -1 script etcd/migrate-etcd.sh --from "$BATS_TEST_TMPDIR/old" --yes
  mv "$BATS_TEST_TMPDIR/old" "$BATS_TEST_TMPDIR/elsewhere"
  mkdir "$BATS_TEST_TMPDIR/old"
  run -2 script etcd/migrate-etcd.sh --yes
  has "is not what it was when this began"
  [[ ! -e $DATA/member ]]
}

@test "data with links in it is refused: its copy would share files with it" {
  old_data "$BATS_TEST_TMPDIR/old"
  mv "$BATS_TEST_TMPDIR/old/member/wal" "$BATS_TEST_TMPDIR/fast-disk"
  ln -s "$BATS_TEST_TMPDIR/fast-disk" "$BATS_TEST_TMPDIR/old/member/wal"
  run -2 script etcd/migrate-etcd.sh --from "$BATS_TEST_TMPDIR/old" --yes
  has "$BATS_TEST_TMPDIR/old/member/wal is neither a file nor a folder"
  mv "$BATS_TEST_TMPDIR/old/member" "$BATS_TEST_TMPDIR/there"
  ln -s "$BATS_TEST_TMPDIR/there" "$BATS_TEST_TMPDIR/old/member"
  run -2 script etcd/migrate-etcd.sh --from "$BATS_TEST_TMPDIR/old" --yes
  has "$BATS_TEST_TMPDIR/old/member is neither a file nor a folder"
}

@test "another cluster that lives meanwhile: neither finished nor started beside it, and then joined" {
  local client peer
  client=$(free_port) peer=$(free_port)
  old_data "$BATS_TEST_TMPDIR/old"
  run -1 script etcd/migrate-etcd.sh --from "$BATS_TEST_TMPDIR/old" --yes
  member m2 "$client" "$peer" "m2=http://127.0.0.1:$peer"
  healthy "$client"
  run -2 script etcd/migrate-etcd.sh --yes
  has "etcd runs on sandbox-2, and answers"
  run -2 script etcd/add-member.sh --yes
  has "another script's work was interrupted on this host"
  rm -rf "$DATA.in-progress" "$DATA.new"
  # Founded while the other one is down, and never started.
  kill "$MEMBER_PID"
  wait "$MEMBER_PID" || true
  mkdir "$BATS_TEST_TMPDIR/empty"
  run -0 script etcd/migrate-etcd.sh --from "$BATS_TEST_TMPDIR/empty" --yes
  script etcd/stop-etcd.sh
  mv "$DATA.origin" "$DATA.in-progress"
  rm -f "$DATA.first-start"
  member m2 "$client" "$peer" "m2=http://127.0.0.1:$peer"
  healthy "$client"
  run -1 script etcd/start-etcd.sh
  has "two clusters would be there"
  has "add-member.sh"
  run -1 script etcd/migrate-etcd.sh --yes --force
  has "two clusters would be there"
  run -0 script etcd/add-member.sh --yes 3>&-
  has "Done: this host is a healthy member"
  [[ ! -e $DATA.in-progress ]]
  compgen -G "$DATA.before-*/member" >/dev/null
}

@test "founded, and the copy is gone when it is taken up again: nothing is moved or begun" {
  mkdir "$BATS_TEST_TMPDIR/empty"
  run -0 script etcd/migrate-etcd.sh --from "$BATS_TEST_TMPDIR/empty" --yes
  script etcd/stop-etcd.sh
  sed 's/^step=.*/step=founded/' "$DATA.origin" >"$DATA.in-progress"
  run -1 script etcd/start-etcd.sh
  has "its data is not in place yet"
  run -1 script etcd/migrate-etcd.sh --yes
  has "$DATA.new, which an earlier run made, is gone"
  [[ -e $DATA/member && -e $DATA.in-progress ]]
  # In its place, and gone from there.
  sed 's/^step=.*/step=swapping/' "$DATA.origin" >"$DATA.in-progress"
  mv "$DATA/member" "$BATS_TEST_TMPDIR/"
  run -1 script etcd/migrate-etcd.sh --yes
  has "the copy is neither in $DATA.new nor in $DATA"
  sed 's/^step=.*/step=swapped/' "$DATA.origin" >"$DATA.in-progress"
  run -1 script etcd/start-etcd.sh
  has "is not there"
  mv "$BATS_TEST_TMPDIR/member" "$DATA/"
  run -0 script etcd/migrate-etcd.sh --yes 3>&-
  [[ ! -e $DATA.in-progress ]]
}

@test "what start-etcd.sh finished is finished; a migration that is done is not done again" {
  script etcd/start-etcd.sh 3>&-
  env ETCDCTL_API=2 etcdctl --endpoints "http://127.0.0.1:$CLIENT" set /key 'a value'
  script etcd/stop-etcd.sh
  run -0 script etcd/migrate-etcd.sh --from "$DATA" --yes 3>&-
  script etcd/stop-etcd.sh
  mv "$DATA.origin" "$DATA.in-progress"
  run -0 script etcd/start-etcd.sh 3>&-
  [[ ! -e $DATA.in-progress && -e $DATA.origin ]]
  script etcd/stop-etcd.sh
  run -0 script etcd/migrate-etcd.sh --from "$DATA" --yes
  has "Done before"
  has "It is not healthy now. To start it:"
  [[ $(find "$BATS_TEST_TMPDIR" -maxdepth 1 -name 'da ta.before-*' | wc -l) == 1 ]]
}

@test "a host is not added while that could take the majority away" {
  local name initial='' index
  local -a clients=() peers=() pids=()
  for index in 2 3 4; do
    clients[index]=$(free_port) peers[index]=$(free_port)
    initial+=${initial:+,}m$index=http://127.0.0.1:${peers[index]}
  done
  for index in 2 3 4; do
    member "m$index" "${clients[index]}" "${peers[index]}" "$initial"
    pids[index]=$MEMBER_PID
  done
  for index in 2 3 4; do
    retry 30 env ETCDCTL_API=2 etcdctl --endpoints "http://127.0.0.1:${clients[index]}" --no-sync set /key "$index"
  done
  kill -9 "${pids[4]}"
  wait "${pids[4]}" || true
  retry 30 env ETCDCTL_API=2 etcdctl --endpoints "http://127.0.0.1:${clients[2]}" --no-sync set /key again
  run -2 script etcd/add-member.sh --yes
  has "only 2 of the 3 other members are healthy"
  has "remove-member.sh"
  member m4 "${clients[4]}" "${peers[4]}" "$initial"
  healthy "${clients[4]}"
  retry 30 env ETCDCTL_API=2 etcdctl --endpoints "http://127.0.0.1:${clients[4]}" --no-sync get /key
  run -0 script etcd/add-member.sh --yes 3>&-
  has "Done: this host is a healthy member"
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

@test "a log in a folder of its own (--wal-dir) counts as data: the member starts again" {
  sed -i "s|^    --name$|    --wal-dir=$BATS_TEST_TMPDIR/log --name|" "$BUNDLE/etcd/start-etcd.sh"
  grep -q -- --wal-dir "$BUNDLE/etcd/start-etcd.sh"
  run -0 script etcd/start-etcd.sh 3>&-
  [[ ! -e $DATA/member/wal ]]
  script etcd/stop-etcd.sh
  run -0 script etcd/start-etcd.sh 3>&-
  script etcd/stop-etcd.sh
  rm "$BATS_TEST_TMPDIR"/log/*.wal
  run -1 script etcd/start-etcd.sh
  has "the data of this etcd member is gone"
}
