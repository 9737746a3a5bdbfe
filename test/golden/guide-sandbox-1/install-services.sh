#!/usr/bin/env bash
# Has this host's system start the daemons after a reboot, keep their logs small, and the pause image
# in docker; --undo takes it all away. Nothing needs this: it is for hosts that nobody watches.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/lib
set -euo pipefail

readonly KB_CLUSTER=guide KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18
readonly KB_HAS_IMAGES=1

# Five words each: unit, start script, stop script, steps before it, units of this host that it needs.
readonly -a KB_SERVICES=(
  etcd etcd/start-etcd.sh etcd/stop-etcd.sh update-hosts.sh ''
  flanneld-server master/start-flanneld-server.sh master/stop-flanneld-server.sh '' etcd
  kube-apiserver master/start-kube-apiserver.sh master/stop-kube-apiserver.sh '' etcd
  kube-controller-manager master/start-kube-controller-manager.sh master/stop-kube-controller-manager.sh '' kube-apiserver
  kube-scheduler master/start-kube-scheduler.sh master/stop-kube-scheduler.sh '' kube-apiserver
  flanneld node/start-flanneld.sh node/stop-flanneld.sh node/mount-cgroup.sh flanneld-server
  docker node/start-docker.sh node/stop-docker.sh '' flanneld
  kubelet node/start-kubelet.sh node/stop-kubelet.sh '' 'docker kube-apiserver'
  kube-proxy node/start-kube-proxy.sh node/stop-kube-proxy.sh '' kube-apiserver
)

# Folders with data, whose disks have to be mounted before.
readonly -a KB_FOLDERS=(
  /home/work/etcd/data-dir
  /home/work/docker/runtime_1.11
  /home/work/docker/run
  /var/lib/kubelet
)

KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=lib/services.sh
. "$KB_ROOT/lib/services.sh"
install_services_main "$@"
