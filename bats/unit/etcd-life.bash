# A bundle with an etcd member and the scripts of its life. Needs helper.bash and etcd-release.bash.

# etcd_bundle: $BUNDLE is that of the only member of a cluster, with all scripts of etcd/; its data goes to $DATA.
etcd_bundle() {
  local program
  make_bundle
  for program in etcd etcdctl; do
    type -P "$program" >/dev/null || skip "$program is not installed"
    ln -s "$(type -P "$program")" "$BUNDLE/bin/$program"
  done
  CLIENT=$(free_port) PEER=$(free_port)
  DATA="$BATS_TEST_TMPDIR/da ta"
  printf 'm1\tsandbox-1\t127.0.0.1\t%s\t%s\n' "$CLIENT" "$PEER" >"$BUNDLE/lib/etcd-members.tsv"
  make_start etcd/start-etcd.sh etcd "
readonly KB_ETCD_NAME=m1 KB_ETCD_DATA_DIR='$DATA' KB_ETCD_TOKEN=token-1
readonly KB_ETCD_CLIENT_PORT=$CLIENT KB_ETCD_PEER_PORT=$PEER KB_ETCDCTL_API=$ETCD_V2_CTL KB_ETCDCTL_ENDPOINTS=--endpoints
readonly KB_ETCD_PEER_URL=http://127.0.0.1:$PEER KB_ETCD_INITIAL_CLUSTER=m1=http://127.0.0.1:$PEER" \
    etcd --name m1 --data-dir "$DATA" ${ETCD_V2[@]+"${ETCD_V2[@]}"} \
    --advertise-client-urls "http://127.0.0.1:$CLIENT" --listen-client-urls "http://127.0.0.1:$CLIENT" \
    --initial-advertise-peer-urls "http://127.0.0.1:$PEER" --listen-peer-urls "http://127.0.0.1:$PEER" \
    --initial-cluster-token token-1 --initial-cluster "m1=http://127.0.0.1:$PEER" --initial-cluster-state new
  make_life migrate-etcd etcd-migrate etcd_migrate_main
  make_life backup-etcd etcd-backup etcd_backup_main
  make_life restore-etcd etcd-restore etcd_restore_main
  make_life recover-etcd etcd-recover etcd_recover_main
  make_life add-member etcd-join 'etcd_join_main add'
  make_life replace-member etcd-join 'etcd_join_main replace'
  make_life remove-member etcd-remove etcd_remove_main
}

# make_life NAME LIBRARY MAIN: start-etcd.sh's data block with another library and main, as the compiler prints it.
make_life() {
  sed "s|units/etcd.sh|$2.sh|; s|^start_main|$3|" "$BUNDLE/etcd/start-etcd.sh" >"$BUNDLE/etcd/$1.sh"
}
