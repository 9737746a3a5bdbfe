# shellcheck shell=bash
# shellcheck disable=SC2016 # code in single quotes is for a later shell
# What the suites of doctor.sh's checks share. Each state is brought about for real, in network, mount
# and uts namespaces of its own, where the kernel lets us; what it does not let us change there (how
# much memory there is, which kernel and processor this is, its clock) a file mounted over the one in
# /proc or a program first in PATH stands in for.

# make_doctor LINE...: doctor.sh with the data block of the guide's first host; LINEs of bash come first,
# and may set DATA_PATHS, SETTINGS, ROLES, UNITS to something else.
make_doctor() {
  local ROLES='etcd master node' UNITS='' SETTINGS='' DATA_PATHS='' line
  for line in "$@"; do eval "$line"; done
  UNITS=${UNITS:-etcd etcd/start-etcd.sh flanneld node/start-flanneld.sh docker node/start-docker.sh}
  make_script doctor.sh doctor.sh doctor_main \
    "readonly KB_INTERFACE=${INTERFACE-} KB_GATEWAY=${GATEWAY-} KB_ARCH=${ARCH:-amd64}" \
    "readonly -a KB_ROLES=($ROLES)" "readonly -a KB_UNITS=($UNITS)" \
    "readonly -a KB_DATA_PATHS=($DATA_PATHS)" \
    "readonly -a KB_SETTINGS=(etcd KB_ETCD_DATA_DIR '$BATS_TEST_TMPDIR/etcd data' etcd KB_ETCD_NAME etcd2 etcd KB_ETCD_TOKEN etcd-cluster-1 flanneld KB_FLANNEL_SUBNET_FILE /run/flannel/subnet.env docker KB_DOCKER_FORWARD_ACCEPT ${FORWARD:-false} $SETTINGS)"
  mkdir -p "$BUNDLE"/{log,etcd}
  printf '%s\t%s\n' pod-network 10.1.0.0/16 flannel-backend "${BACKEND:-udp}" >"$BUNDLE/lib/cluster.tsv"
  printf 'sandbox-1\t127.0.0.1\tetcd\ttcp\t2379\t0.0.0.0\tclients\nsandbox-1\t127.0.0.1\tflanneld\tudp\t8285\t127.0.0.1\tpods\nsandbox-2\t127.0.0.2\tetcd\ttcp\t2380\t0.0.0.0\tmembers\n' \
    >"$BUNDLE/lib/ports.tsv"
}

# on_host CODE [WORD...]: CODE runs on a host of its own: network, mounts, host name. It has the functions
# of private.bash and of doctor-host.bash.
on_host() {
  local code=$1
  shift
  MACHINE_NAMESPACE=$(readlink /proc/self/ns/mnt) BUNDLE=$BUNDLE KB_BASH=$KB_BASH REPO=$BATS_TEST_DIRNAME/../.. \
  TEST_FOLDER=$BATS_TEST_TMPDIR PRIVATE=$BATS_TEST_DIRNAME/private.bash HOST=$BATS_TEST_DIRNAME/doctor-host.bash \
    timeout 60 unshare -m -n -u --propagation private -- bash -c '. "$PRIVATE"; . "$HOST"; '"$code" host "$@" 3>&-
}
