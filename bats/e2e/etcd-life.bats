#!/usr/bin/env bats
# The nights of an etcd cluster (G2 and after), with a real etcd on three hosts: migration, members that come and go,
# backups, the loss of the majority; each while somebody writes. The tests follow one another.

bats_require_minimum_version 1.5.0
load hosts
load etcd

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
