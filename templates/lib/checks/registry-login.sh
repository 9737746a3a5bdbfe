# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# The kubelet pulls with the credentials in its home; without them, or with a home elsewhere, pulls fail.
check_title="kubelet's login"
check_group=node
check_phase='before after'
check_roles=node

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local file mode home='' word registry
  if ! { cluster_value registry-credentials && [[ $VALUE == true ]]; }; then
    skip "the specification gives no credentials for the registry"
  fi
  cluster_value registry || skip "there is no private registry"
  registry=$VALUE
  setting kubelet KB_HOME || skip "the kubelet has no home of its own"
  file=$KB_ROOT/${SETTING[0]}/.docker/config.json
  need_root
  quote_word "$file"
  if [[ ! -s $file ]]; then
    bad "$file is missing" "Unpack this host's tarball over the bundle again, in the folder above it:" \
      "  cd $TYPED_ROOT/.. && tar xzf $KB_HOST.tar.gz"
  fi
  mode=$(stat -c %a "$file")
  if [[ $mode != 600 ]]; then
    bad "everybody may read the credentials (mode $mode)" "Type:" "  chmod 0600 $QUOTED"
  elif ! grep -qF "\"$registry\"" "$file" && ! grep -qF "://$registry" "$file"; then
    bad "the credentials are not for $registry" "Log in there on a machine with docker, put its config.json into the specification (registry.credentialsFile), and compile again."
  fi
  if unit_pid kubelet; then
    while IFS= read -r -d '' word; do
      if [[ $word == HOME=* ]]; then home=${word#HOME=}; fi
    done <"/proc/$UNIT_PID/environ"
    if [[ $home != "$KB_ROOT/${SETTING[0]}" ]]; then
      typed_start kubelet
      bad "kubelet runs with HOME=$home, where the credentials are not" "Start it again:" "  $TYPED_RESTART"
    fi
  fi
  good "the credentials for $registry are there, for root only"
}
