# The etcd in PATH, which the suites run with: the product's own 2.3 as well as the 3.4 of distributions.
ETCD_RELEASE=$(etcd --version 2>/dev/null | awk '/^etcd Version/ { print $3 }')
# ETCD_V2: the flags with which it answers the v2 API, which 3.2 made a matter of choice and 3.4 does not answer by
# itself. ETCD_V2_CTL: what ETCDCTL_API has to be for etcdctl's v2 commands, as the compiler has it.
# shellcheck disable=SC2034 # the suites read them
case $ETCD_RELEASE in
  2.*) ETCD_V2=() ETCD_V2_CTL='' ;;
  3.[01].*) ETCD_V2=() ETCD_V2_CTL=2 ;;
  *) ETCD_V2=(--enable-v2) ETCD_V2_CTL=2 ;;
esac
