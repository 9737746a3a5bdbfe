#!/usr/bin/env bash
# Has this host's system start the daemons after a reboot, keep their logs small, and the pause image
# in docker; --undo takes it all away. Nothing needs this: it is for hosts that nobody watches.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/lib
set -euo pipefail

readonly KB_CLUSTER=modern KB_HOST=sandbox-2 KB_ADDRESS=10.207.182.19
readonly KB_HAS_IMAGES=1

# Five words each: unit, start script, stop script, steps before it, units of this host that it needs.
readonly -a KB_SERVICES=(
  flanneld node/start-flanneld.sh node/stop-flanneld.sh 'update-hosts.sh node/mount-cgroup.sh' ''
  docker node/start-docker.sh node/stop-docker.sh '' flanneld
  kubelet node/start-kubelet.sh node/stop-kubelet.sh '' docker
  kube-proxy node/start-kube-proxy.sh node/stop-kube-proxy.sh '' ''
)

# Folders with data, whose disks have to be mounted before.
readonly -a KB_FOLDERS=(
  /home/work/docker/runtime_1.11
  /home/work/docker/run
  /var/lib/kubelet
)

KB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=lib/services.sh
. "$KB_ROOT/lib/services.sh"
install_services_main "$@"
