#!/usr/bin/env bats
# The nights of an etcd cluster (G2 and after), with a real etcd on three hosts: migration, members that come and go,
# backups, the loss of the majority; each while somebody writes. The tests follow one another.

bats_require_minimum_version 1.5.0
load hosts
load ../etcd-release
load etcd
load ../killed-after

setup_file() {
  etcd_hosts
  for host in sandbox-1 sandbox-2 sandbox-3; do script "$host" update-hosts.sh; done
  old_data 10000
  export OLD_ETCD
}

teardown_file() {
  etcd_hosts_remove
}

@test "G2: refused while the old etcd runs, and without a terminal or --yes" {
  run -2 script sandbox-1 etcd/migrate-etcd.sh --from "$OLD" --yes
  has "an etcd still runs on $OLD (pid $OLD_ETCD)"
  old_etcd_stop
  run -2 script sandbox-1 etcd/migrate-etcd.sh --from "$OLD" </dev/null
  has "copy $OLD/member to /home/work/etcd/data-dir.new"
  has "Add --yes"
  run -2 script sandbox-1 etcd/migrate-etcd.sh --from "$OLD/member" --yes
  has "the folder that has member/ in it is wanted"
  run -2 script sandbox-1 etcd/migrate-etcd.sh --from "$OLD.json" --yes
  has "there is no folder"
  run -2 script sandbox-1 etcd/migrate-etcd.sh --from /usr --yes
  has "holds no data of an etcd"
  [[ ! -e $(work sandbox-1)/etcd ]]
}

@test "G2: migrated to three hosts, killed with -9 twice on the way: every key, value and time to live is there" {
  local before
  before=$(digest "$OLD")
  # --force-new-cluster is about to happen, and then: the data is about to be put in its place.
  for number in 2 4; do
    run -0 killed_after "$number" script sandbox-1 etcd/migrate-etcd.sh --from "$OLD" --yes
    printf '%s\n' "$output"
    run -1 script sandbox-1 etcd/start-etcd.sh
    has "migrate-etcd.sh was interrupted on this host"
  done
  # Without --from it knows where it was.
  run -0 script sandbox-1 etcd/migrate-etcd.sh --yes
  printf '%s\n' "$output"
  has "Next, go to sandbox-2"
  has "etcd/migrate-etcd.sh --join"
  same_keys sandbox-1
  run -0 ctl sandbox-1 member list
  has "name=etcd2 peerURLs=http://sandbox-1:2380"

  run -1 script sandbox-2 etcd/start-etcd.sh
  has "etcd/add-member.sh"
  run -0 script sandbox-2 etcd/migrate-etcd.sh --join --yes
  printf '%s\n' "$output"
  has "Next, go to sandbox-3"
  run -0 script sandbox-3 etcd/migrate-etcd.sh --join --yes
  has "All members of this cluster's list are in it."
  healthy 3
  for host in sandbox-1 sandbox-2 sandbox-3; do
    same_keys "$host"
    run -1 grep -r force-new-cluster "$HOSTS_FOLDER/$host/bundle/lab/run" "$HOSTS_FOLDER/$host/bundle/lab/log/etcd.log"
  done
  [[ $(digest "$OLD") == "$before" ]]
  # Done before.
  run -0 script sandbox-1 etcd/migrate-etcd.sh --from "$OLD" --yes
  has "Done before"
  run -0 script sandbox-3 etcd/migrate-etcd.sh --join --yes
  # Later starts are plain ones.
  for host in sandbox-3 sandbox-1; do
    script "$host" etcd/stop-etcd.sh
    run -0 script "$host" etcd/start-etcd.sh
    [[ $output != *existing* && $output != *ignores* ]]
  done
}

@test "a member that came back empty is refused, and replaced while somebody writes: no acknowledged write is lost" {
  local acknowledged=$BATS_TEST_TMPDIR/acknowledged
  writer_start "$acknowledged"
  wipe sandbox-3
  run -1 script sandbox-3 etcd/start-etcd.sh
  has "its data in /home/work/etcd/data-dir is gone"
  has "etcd/replace-member.sh"
  run -2 script sandbox-3 etcd/add-member.sh --yes
  has "etcd/replace-member.sh"
  # Killed between the removal and the start, which no mv marks: the old entry is out, and it goes on from there.
  run -0 ctl sandbox-1 member list
  ctl sandbox-1 member remove "$(awk -F '[:[]' '/name=etcd0 / { print $1 }' <<<"$output")"
  run -1 script sandbox-3 etcd/start-etcd.sh
  has "does not know this member"
  run -0 script sandbox-3 etcd/replace-member.sh --yes
  printf '%s\n' "$output"
  goes_on "$acknowledged"
  # The whole way in one go, of a member that leads perhaps.
  wipe sandbox-2
  run -0 script sandbox-2 etcd/replace-member.sh --yes
  printf '%s\n' "$output"
  has "the old entry is taken out"
  has "joining it (--initial-cluster-state existing)"
  goes_on "$acknowledged"
  writer_stop
  healthy 3
  written "$acknowledged"
  same_keys sandbox-2
}

@test "remove-member.sh: never the majority; what leaves is kept aside, and comes back with add-member.sh" {
  script sandbox-2 etcd/stop-etcd.sh
  run -2 script sandbox-1 etcd/remove-member.sh --member etcd0 --yes
  has "needs 2 healthy ones, but only 1 are"
  run -0 script sandbox-1 etcd/remove-member.sh --member etcd1 --yes
  has "etcd1 is out of the cluster"
  run -0 script sandbox-1 etcd/remove-member.sh --member etcd1 --yes
  has "has no member etcd1"
  # Its old data is of no use, and is not taken for that of a member.
  run -1 script sandbox-2 etcd/start-etcd.sh
  has "does not have this member"
  run -0 script sandbox-2 etcd/add-member.sh --yes
  has "is in /home/work/etcd/data-dir.before-"
  healthy 3
  run -0 script sandbox-3 etcd/remove-member.sh --yes
  printf '%s\n' "$output"
  compgen -G "$(work sandbox-3)/etcd/data-dir.removed-*/member/wal/*.wal"
  healthy 2
  run -0 script sandbox-3 etcd/add-member.sh --yes
  healthy 3
}

@test "a backup taken while somebody writes has all that was acknowledged before, and is restored on all hosts" {
  local acknowledged=$BATS_TEST_TMPDIR/acknowledged backup
  writer_start "$acknowledged"
  goes_on "$acknowledged"
  # Whole lines only: the writer goes on.
  head -n "$(wc -l <"$acknowledged")" "$acknowledged" >"$acknowledged.before"
  run -0 script sandbox-2 etcd/backup-etcd.sh --to /home/work/backups --yes
  printf '%s\n' "$output"
  goes_on "$acknowledged"
  writer_stop
  backup=$(work sandbox-2)/backups
  [[ $(ls -A "$backup") == etcd-sandbox-2-* ]]
  backup=$backup/$(ls -A "$backup")
  [[ $(stat -c %a "$backup") == 700 ]]
  ctl sandbox-1 rm --recursive /data >/dev/null

  run -2 script sandbox-1 etcd/restore-etcd.sh --from "$backup" --yes
  has "etcd/stop-etcd.sh"
  for host in sandbox-1 sandbox-2 sandbox-3; do script "$host" etcd/stop-etcd.sh; done
  cp -a "$backup" "$backup.damaged"
  printf 'x' >>"$(ls "$backup.damaged"/member/snap/*.snap | head -n 1)"
  run -2 script sandbox-1 etcd/restore-etcd.sh --from "$backup.damaged" --yes
  has "the backup is damaged"
  run -0 killed_after 5 script sandbox-1 etcd/restore-etcd.sh --from "$backup" --yes
  run -0 script sandbox-1 etcd/restore-etcd.sh --from "$backup" --yes
  printf '%s\n' "$output"
  compgen -G "$(work sandbox-1)/etcd/data-dir.before-*/member/wal/*.wal"
  # The old cluster cannot come back beside it.
  run -1 script sandbox-2 etcd/start-etcd.sh
  has "does not have this member"
  run -0 script sandbox-2 etcd/add-member.sh --yes
  run -0 script sandbox-3 etcd/add-member.sh --yes
  healthy 3
  written "$acknowledged.before"
  same_keys sandbox-3
}

@test "the majority is lost for good: said what may be lost, recovered from the one that is left" {
  local acknowledged=$BATS_TEST_TMPDIR/acknowledged last
  run -0 script sandbox-3 etcd/recover-etcd.sh --yes
  has "nothing to recover"
  writer_start "$acknowledged"
  goes_on "$acknowledged"
  head -n "$(wc -l <"$acknowledged")" "$acknowledged" >"$acknowledged.before"
  last=$(tail -n 1 "$acknowledged.before")
  # It has reached the one that is left, asked without a majority.
  until_true 30 ctl sandbox-3 get "/written/$last"
  wipe sandbox-1
  wipe sandbox-2
  run -2 script sandbox-3 etcd/recover-etcd.sh </dev/null
  printf '%s\n' "$output"
  has "WHAT MAY BE LOST"
  has "Add --yes"
  run -2 script sandbox-1 etcd/recover-etcd.sh --yes
  has "nothing to recover from"
  run -0 killed_after 5 script sandbox-3 etcd/recover-etcd.sh --yes
  run -0 script sandbox-3 etcd/recover-etcd.sh --yes
  printf '%s\n' "$output"
  has "Next, go to sandbox-1"
  # The clients that never stopped can write again at once.
  goes_on "$acknowledged"
  run -0 script sandbox-1 etcd/add-member.sh --yes
  run -0 script sandbox-2 etcd/add-member.sh --yes
  goes_on "$acknowledged"
  writer_stop
  healthy 3
  written "$acknowledged.before"
  same_keys sandbox-1
}

@test "G2: the old folder is the new one's: kept aside as it was; and an empty folder begins a new cluster" {
  local before
  for host in sandbox-1 sandbox-2 sandbox-3; do wipe "$host"; done
  mkdir -p "$(work sandbox-1)/etcd"
  cp -a "$OLD" "$(work sandbox-1)/etcd/data-dir"
  before=$(digest "$OLD/member")
  run -0 script sandbox-1 etcd/migrate-etcd.sh --from /home/work/etcd/data-dir --yes
  has "is in /home/work/etcd/data-dir.before-"
  [[ $(digest "$(work sandbox-1)"/etcd/data-dir.before-*/member) == "$before" ]]
  same_keys sandbox-1

  wipe sandbox-1
  on sandbox-1 mkdir -p /home/work/nothing
  run -0 script sandbox-1 etcd/migrate-etcd.sh --from /home/work/nothing --yes
  has "is empty: begin a new cluster of one member"
  run -0 script sandbox-2 etcd/migrate-etcd.sh --join --yes
  run -0 script sandbox-3 etcd/migrate-etcd.sh --join --yes
  healthy 3
  [[ -z $(ls -A "$(work sandbox-1)/nothing") ]]
}

@test "the third member of a new cluster, started when the log of its first hour is gone already, is not refused" {
  for host in sandbox-1 sandbox-2 sandbox-3; do wipe "$host"; done
  run -3 script sandbox-1 etcd/start-etcd.sh --timeout 2
  run -0 script sandbox-2 etcd/start-etcd.sh
  # More than the thousand after which a snapshot is made, and more than etcd keeps for stragglers (5000).
  on sandbox-1 node "$PROJECT/bats/fixtures/keys.mjs" fill http://10.207.182.18:2379 7000
  run -0 script sandbox-3 etcd/start-etcd.sh
  [[ $output != *existing* ]]
  healthy 3
  ctl sandbox-3 get '/data/1/größe 1/键 1'
}
