# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# On data of another cluster etcd ignores its flags, and serves that cluster's keys.
check_title='data of etcd'
check_group=etcd
check_phase='before after'
check_roles=etcd

check() {
  local first=$KB_ETCD_DATA_DIR.first-start token='' name='' key value typed migrate=$KB_ROOT/etcd/migrate-etcd.sh
  local -a cure=()
  quote_word "$KB_ETCD_DATA_DIR"
  typed=$QUOTED
  if [[ -e $KB_ETCD_DATA_DIR ]] && ((EUID != 0)) && [[ ! -x $KB_ETCD_DATA_DIR ]]; then
    need_root
  fi
  if [[ ! -d $KB_ETCD_DATA_DIR/member && ! -e $first ]]; then
    good "none yet"
  elif [[ ! -d $KB_ETCD_DATA_DIR/member ]]; then
    bad "gone, though this member has run here: $KB_ETCD_DATA_DIR is empty" "start-etcd.sh says what can be done; it starts nothing that is wrong:" \
      "  $TYPED_ROOT/etcd/start-etcd.sh"
  elif [[ ! -e $first ]] && unit_pid etcd; then
    good "begun by the etcd that runs here (pid $UNIT_PID), which has not been healthy yet"
  elif [[ ! -e $first ]]; then
    if [[ -e $migrate ]]; then
      cure=("Is it an old cluster's, and its keys are wanted? Then take them over:" "  $TYPED_ROOT/etcd/migrate-etcd.sh --from $typed")
    fi
    warning "there is some in $KB_ETCD_DATA_DIR that this bundle has not made" ${cure[@]+"${cure[@]}"} \
      "When it is not wanted, move it away, which loses nothing:" "  mv $typed $typed.old"
  fi
  while IFS='=' read -r key value; do
    case $key in
      initial-cluster-token) token=$value ;;
      name) name=$value ;;
    esac
  done <"$first"
  quote_word "$KB_ETCD_TOKEN"
  if [[ $token != "$QUOTED" ]]; then
    bad "of another cluster: its token is $token, this one's $QUOTED" \
      "Is this the right bundle? Then move the old data away, which loses nothing:" \
      "  $TYPED_ROOT/etcd/stop-etcd.sh && mv $typed $typed.old && mv $typed.first-start $typed.first-start.old"
  fi
  quote_word "$KB_ETCD_NAME"
  if [[ $name != "$QUOTED" ]]; then
    bad "of another member: $name, this one is $QUOTED" "etcd ignores the new name. Write the old one into the specification (memberName)."
  fi
  good "of this member and this cluster, in $KB_ETCD_DATA_DIR"
}
