# shellcheck shell=bash
# From the lines of a log to the likely cause and what to type. Four words each: a pattern of
# units, an extended regular expression, the cause, the cure ("text :: command"). The first that
# matches counts, so the particular ones come first. (Q1) to (Q6) are the questions and answers
# of the guide. In the texts, @ROOT@ is the bundle, @NODE@ its node scripts, @PORT@ the port in the
# matching line, @FLAG@ what the program did not like, @INTERFACE@ the one with this host's address.
readonly -a CAUSE_TABLE=(
  '*'
  'no space left on device|disk quota exceeded'
  'a disk is full.'
  'See which one, and make room: :: df -h; du -xsh /var/* @ROOT@/log'

  'kube-proxy'
  'read-only file system.*nf_conntrack|nf_conntrack.*(read-only file system|permission denied|operation not permitted)'
  'kube-proxy may not set the kernel'\''s nf_conntrack_max here, as in a container or a network namespace.'
  'Give kube-proxy the flags --conntrack-max=0 --conntrack-max-per-core=0 in the specification.'

  '*'
  'bind: address already in use|address already in use'
  'another process has port @PORT@ already.'
  'See which one, and stop it: :: ss -ltnp "sport = :@PORT@"'

  '*'
  'unknown (shorthand )?flag|flag provided but not defined|unknown option'
  'this release of the program does not know a flag of its command line: @FLAG@'
  'Compare the release in bin/ with the one in the specification, and mend the flag there.'

  '*'
  'cannot execute binary file|exec format error'
  'the program in bin/ was built for another kind of processor.'
  'Take the artifacts for this one, compile again, and unpack the new bundle: :: uname -m'

  '*'
  'failed to execute .*no such file|setsid: .*no such file|nice: .*no such file|error while loading shared libraries'
  'the program in bin/, or a library that it needs, is not on this host.'
  'Look with: :: ls -l @ROOT@/bin; ldd @ROOT@/bin/*'

  'etcd'
  'member count is unequal'
  'the number of members in --initial-cluster is not that of the living cluster.'
  'Add this host to the living cluster with: :: @ROOT@/etcd/add-member.sh'

  'etcd'
  'has already been bootstrapped'
  'the living cluster knows this member, but its data folder is gone.'
  'Replace the member: :: @ROOT@/etcd/replace-member.sh'

  'etcd'
  'cluster id mismatch'
  'this member'\''s data belongs to another cluster than that of the members it talks to.'
  'Compare --initial-cluster-token and the data folders. Move the wrong data folder away; never delete the last copy.'

  'etcd'
  'couldn.?t find local name|unmatched member while checking peer'
  'the member'\''s own name or peer URL is not in --initial-cluster as it should be.'
  'Compare the members in the specification with the names of this host. To mend /etc/hosts: :: @ROOT@/update-hosts.sh'

  'etcd'
  'crc mismatch|read wal error .*cannot be repaired|wal\.\(\*decoder\)|etcdmain: (wal|proto): |cannot use none as id|walpb: .*corrupt|panic: .*corrupt'
  'etcd'\''s data on this host is damaged, as after a power cut or a bad disk.'
  'Keep the data folder under another name; then replace the member: :: @ROOT@/etcd/replace-member.sh'

  '@(etcd|kube-apiserver|flanneld-server)'
  'publish error: .*timed out|no leader|etcd cluster is unavailable or misconfigured|etcdserver: request timed out'
  'fewer than a majority of the etcd members are up (Q1).'
  'Run etcd/start-etcd.sh on the other hosts, then look with: :: @ROOT@/status.sh'

  'kube-@(controller-manager|scheduler)'
  'leaderelection lost|lost master'
  'it led, and ended by itself when kube-apiserver or etcd did not answer for some seconds; one on another host leads now.'
  'Nothing is broken once it runs again. To see whether etcd and kube-apiserver are healthy by now: :: @ROOT@/status.sh'

  '@(kube-apiserver|flanneld*)'
  'no valid ip|unable to find suitable network address|unable to select an ip|failed to get default interface|unable to find default route'
  'this host has no default route, so the program cannot choose its address (Q2).'
  'Set one, with your gateway: :: ip route add default via GATEWAY dev @INTERFACE@'

  'docker'
  'docker-(containerd|runc|containerd-shim)[^ ]*"?: executable file not found|docker-(containerd|runc).*no such file'
  'docker does not find its helpers docker-containerd and docker-runc (Q4).'
  'They belong in @ROOT@/bin, all of one release: compile with --artifacts. What is there: :: ls -l @ROOT@/bin'

  '@(docker|kubelet)'
  'no subsystem for mount|devices cgroup isn.?t mounted|cgroup mount ?point|cgroup.*(not mounted|not found)|mountpoint for [a-z]+ not found'
  'the cgroup hierarchies are not all mounted, or a cgroup2 one is in the way (Q4).'
  'Mount them, then run this again: :: @NODE@/mount-cgroup.sh'

  'docker'
  'couldn.?t find iptables|iptables not found|failed to find iptables|"iptables": executable file not found'
  'iptables is not on this host.'
  'Install the package iptables from this system'\''s own medium.'

  'docker'
  'pid file found, ensure docker is not running'
  'docker sees a pid file of another docker daemon, or one left from a crash.'
  'See which one, and stop it: :: cat /var/run/docker.pid; ps -ef | grep docker'

  'docker'
  'prior storage driver|error initializing graphdriver|driver not supported'
  'docker cannot use its storage driver on this file system, or found data of another driver.'
  'Look at --storage-driver in the specification, and at the disk: :: df -hT'

  '@(docker|kubelet)'
  'server gave http response to https client'
  'the registry speaks plain http, and docker was not told so.'
  'Put it under the insecure registries in the specification (--insecure-registry).'

  'kubelet'
  'gcr\.io/|(failed to pull|error pulling|pull(ing)?) image .*pause|image pull failed for .*pause|failed to create (pod )?infra container'
  'the pause image cannot be pulled, and without it no pod starts (Q6).'
  'Load it from this bundle, and see the flag --pod-infra-container-image: :: @NODE@/load-images.sh; @NODE@/start-kubelet.sh --print'

  'flanneld'
  '/dev/net/tun'
  'there is no /dev/net/tun, which flannel needs for its udp backend.'
  'Choose the backend vxlan or host-gw in the specification, or load it: :: modprobe tun'

  'flanneld*'
  '100: key not found|couldn.?t fetch network config|failed to retrieve network config|500 internal server error|status(code)?:? 500'
  'the network config key is missing in etcd, or cannot be read (Q5).'
  'Run master/start-flanneld-server.sh on a master: it writes the key. Then run this again.'

  '*'
  'no such host|server misbehaving|temporary failure in name resolution'
  'a host name does not resolve on this host.'
  'Mend /etc/hosts, then run this again: :: @ROOT@/update-hosts.sh'

  '*'
  'dial tcp [0-9.]+:8080: .*connection refused'
  'the API server does not answer there: it is not up, or listens on 127.0.0.1 only (Q3).'
  'It needs --insecure-bind-address=0.0.0.0. See on that host: :: ss -ltnp "sport = :8080"'

  '*'
  'executable file not found'
  'a program that it calls is not on this host, see the log.'
  'Install its package, or add it to @ROOT@/bin.'

  '*'
  'permission denied|operation not permitted'
  'it may not do what it has to, see the log.'
  'Look at the rights of what it names, and at SELinux or AppArmor: :: dmesg | grep -i denied'
)

# find_cause LOG: sets CAUSE, and CURE to one or two lines, or returns 1.
find_cause() {
  local index line
  for ((index = 0; index < ${#CAUSE_TABLE[@]}; index += 4)); do
    # shellcheck disable=SC2053 # a pattern on purpose
    [[ $KB_UNIT == ${CAUSE_TABLE[index]} ]] || continue
    # tail reads all of it: a pipe that ends early would look like a failure.
    line=$(printf '%s\n' "$1" | grep -iE -- "${CAUSE_TABLE[index + 1]}" | tail -n 1) || continue
    fill_in "${CAUSE_TABLE[index + 2]}" "$line"
    # shellcheck disable=SC2034 # unit-wait.sh says it
    CAUSE=$FILLED
    fill_in "${CAUSE_TABLE[index + 3]}" "$line"
    CURE=("${FILLED%% :: *}")
    if [[ $FILLED == *" :: "* ]]; then
      CURE+=("  ${FILLED#* :: }")
    fi
    return 0
  done
  return 1
}

# fill_in TEXT LINE: sets FILLED.
fill_in() {
  local port=PORT flag='see the log' interface=''
  if [[ $2 =~ :([0-9]+):\ (bind|listen) || $2 =~ :([0-9]+)[^0-9] ]]; then
    port=${BASH_REMATCH[1]}
  fi
  if [[ $2 =~ (unknown|not\ defined)[^-]*(-[a-zA-Z0-9_=-]+) ]]; then
    flag=${BASH_REMATCH[2]}
  fi
  FILLED=${1//@PORT@/$port}
  FILLED=${FILLED//@FLAG@/$flag}
  FILLED=${FILLED//@ROOT@/$TYPED_ROOT}
  FILLED=${FILLED//@NODE@/$TYPED_ROOT/node}
  if [[ $FILLED == *@INTERFACE@* ]]; then
    interface=$(ip -4 -o addr show 2>/dev/null |
      awk -v want="$KB_ADDRESS" '{ sub("/.*", "", $4); if ($4 == want) name = $2 } END { print name }') || true
    FILLED=${FILLED//@INTERFACE@/${interface:-INTERFACE}}
  fi
}
