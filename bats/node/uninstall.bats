#!/usr/bin/env bats
# shellcheck disable=SC2016 # code in single quotes is for the private namespaces
# uninstall.sh: real mounts, iptables of both flavours, interfaces and sysctls, in namespaces of the test's own.

bats_require_minimum_version 1.5.0
load helper

setup() {
  make_bundle
  DATA=$BATS_TEST_TMPDIR/disk/home/work
  mkdir -p "$BATS_TEST_TMPDIR/disk"
  printf 'sandbox-1\t127.0.0.1\tnode\n' >"$BUNDLE/lib/hosts.tsv"
  make_script update-hosts.sh update-hosts.sh update_hosts_main
  make_script node/mount-cgroup.sh mount-cgroup.sh mount_cgroup_main
  make_script node/install-docker.sh install-docker.sh install_docker_main 'readonly -a KB_DOCKER_BINARIES=(docker)'
  make_script install-services.sh services.sh install_services_main 'readonly KB_HAS_IMAGES=0' 'readonly -a KB_SERVICES=()' \
    'readonly -a KB_FOLDERS=()'
  printf '#!/bin/sh\n' >"$BUNDLE/bin/docker"
  chmod 0755 "$BUNDLE/bin/docker"
  make_uninstall "$DATA/etcd/data-dir" "$DATA/etcd/data-dir.first-start" "$DATA/etcd/data-dir.new" "$DATA/docker/graph" "$DATA/docker/run" /var/lib/kubelet
  remember_machine
}

teardown() {
  find /sys/fs/cgroup/{memory,pids} -depth -path "*/uninstall-test-$$*" -type d -exec rmdir {} \;
  same_machine
}

# own_cgroups: this process moves to cgroups of its own, which are the root of those that it sees in a new namespace.
own_cgroups() {
  local name path
  for name in memory pids; do
    path=/sys/fs/cgroup/$name$(awk -F : -v name="$name" '$2 == name { print $3 }' /proc/self/cgroup)/uninstall-test-$$
    mkdir -p "$path"
    echo "$BASHPID" >"$path/tasks"
  done
}

# make_uninstall DATA-PATH...: with the template's own last lines.
make_uninstall() {
  {
    printf '%s\n' '#!/usr/bin/env bash' 'set -euo pipefail' \
      'readonly KB_CLUSTER=guide KB_HOST=sandbox-1 KB_ADDRESS=${TEST_ADDRESS:-127.0.0.1}' \
      'readonly KB_POD_NETWORK=10.1.0.0/16 KB_DOCKER_SOCKET=${TEST_SOCKET-/var/run/docker.sock}' \
      'readonly KB_DOCKER_REGISTRY=registry.example:5000 KB_DOCKER_CA=node/registry-ca.crt'
    printf 'readonly -a KB_DATA=('
    printf '%q ' "$@"
    printf ')\nKB_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")\n'
    sed '1,/^{{> root}}/d' "$BATS_TEST_DIRNAME/../../templates/uninstall.sh.hbs"
  } >"$BUNDLE/uninstall.sh"
  chmod 0755 "$BUNDLE/uninstall.sh"
  (cd "$BUNDLE" && find . -type f ! -name SHA256SUMS -printf '%P\0' | xargs -0 sha256sum >SHA256SUMS)
}

# inside CODE: on a private host, with a network of its own.
inside() {
  own_cgroups
  MACHINE_NAMESPACE=$(readlink /proc/self/ns/mnt) BUNDLE=$BUNDLE KB_BASH=$KB_BASH DATA=$DATA \
  TEST_FOLDER=$BATS_TEST_TMPDIR PRIVATE=$BATS_TEST_DIRNAME/private.bash HERE=$BATS_TEST_DIRNAME \
    unshare -mnCpf --mount-proc --propagation private -- bash -c '. "$PRIVATE"; . "$HERE/uninstall.bash"; private_host
'"$1" 3>&-
}

@test "uninstall.sh: help and refusals are those of every script" {
  help_is_fine uninstall.sh
  refusals_are_fine uninstall.sh
  run "$KB_BASH" "$BUNDLE/uninstall.sh" --yes
  status_is 2
  has '--yes goes with --purge-data'
}

@test "everything that scripts and daemons did is undone; data and bundle stay; a second run has nothing to do" {
  run inside '
    printf "#!/bin/sh\necho old\n" >/usr/bin/docker
    state >"$TEST_FOLDER/before"
    script uninstall.sh --record
    disturb
    scripts_too
    [[ $(/usr/bin/docker) != old ]]
    person_rule -A
    script uninstall.sh
    [[ -e $DATA/etcd/data-dir/member/db && -e /etc/docker/key.json && -e /var/lib/docker/network/local-kv.db ]]
    person_rule -D
    rm -r "$DATA" /etc/docker /var/lib/{docker,kubelet} /var/log/containers
    rmdir "${DATA%/*}"
    same_state
    echo SECOND
    script uninstall.sh
  '
  status_is 0
  has 'remove the interface flannel.1'
  has 'set kernel/panic back from 10 to 0'
  has 'SECOND There was nothing to undo'
}

@test "--purge-data: as before the unpacking; a folder that was there before stays, what is foreign too" {
  run inside '
    mkdir -p "$DATA/etcd" /etc/docker
    echo {} >/etc/docker/daemon.json
    printf "#!/bin/sh\necho old\n" >/usr/bin/docker
    state >"$TEST_FOLDER/before"
    script uninstall.sh --record
    disturb
    scripts_too
    script uninstall.sh --purge-data --yes
    same_state
    [[ ! -e $BUNDLE ]]
  '
  status_is 0
  lacks "$DATA/etcd/data-dir (it was there before"
  has "To be deleted, with everything in it:"
  has "$DATA/etcd/data-dir"
  has 'as it was before the tarball was unpacked'
}

@test "--purge-data: what etcd's scripts moved aside stays, and is named" {
  run inside '
    script uninstall.sh --record
    disturb
    mkdir -p "$DATA/etcd/data-dir.before-2026/member" "$DATA/etcd/data-dir.removed-2026/member" "$DATA/etcd/data-dir.new"
    script uninstall.sh --purge-data --yes
    [[ -d $DATA/etcd/data-dir.before-2026/member && -d $DATA/etcd/data-dir.removed-2026/member ]]
    [[ ! -e $DATA/etcd/data-dir.new && ! -e $BUNDLE ]]
  '
  status_is 0
  has 'the only copy of something:'
  has "$DATA/etcd/data-dir.before-2026"
  has "$DATA/etcd/data-dir.removed-2026"
}

@test "on a host that is no node, docker and what looks like it are somebody else's" {
  export TEST_SOCKET=''
  run inside '
    script uninstall.sh --record
    # Installed by a person after the first start.
    mkdir -p /var/lib/docker/network /etc/docker /run/docker /run/containerd "$DATA/etcd/data-dir"
    touch /etc/docker/key.json /run/docker.sock
    ip link add docker0 type bridge
    echo 1 >/proc/sys/net/ipv4/ip_forward
    script uninstall.sh --purge-data --yes
    ls -d /var/lib/docker/network /etc/docker/key.json /run/docker /run/containerd /run/docker.sock /sys/class/net/docker0
    [[ $(cat /proc/sys/net/ipv4/ip_forward) == 1 && ! -e $DATA/etcd/data-dir && ! -e $BUNDLE ]]
  '
  status_is 0
}

@test "another docker that runs now: 2, with its pid; nothing is taken from under it" {
  run inside '
    script uninstall.sh --record
    disturb
    cp "$(type -P sleep)" "$TEST_FOLDER/dockerd"
    "$TEST_FOLDER/dockerd" 100 &
    script uninstall.sh || echo "CODE $?"
    [[ -d /sys/class/net/docker0 ]]
    kill $!
    wait $! || true
    script uninstall.sh
    [[ ! -e /sys/class/net/docker0 ]]
  '
  status_is 0
  has 'another docker daemon runs'
  has 'CODE 2'
}

@test "while a script of etcd is at work, or an etcd that it left: 2, with the pid" {
  run inside '
    mkdir -p "$BUNDLE/run" "$DATA/etcd/data-dir"
    echo 4711 >"$BUNDLE/run/etcd-life.lock"
    exec 9>>"$BUNDLE/run/etcd-life.lock"
    flock 9
    (exec 9>&-; script uninstall.sh --purge-data --yes) || echo "FIRST $?"
    exec 9>&-
    sleep 100 &
    printf "%s\n" "$!" "$(awk "{ print \$22 }" /proc/$!/stat)" "$(</proc/sys/kernel/random/boot_id)" >"$BUNDLE/run/etcd-isolated.pid"
    script uninstall.sh --purge-data --yes || echo "SECOND $?"
    [[ -e $DATA/etcd/data-dir ]]
  '
  status_is 0
  has '(pid 4711) is at work here: it holds run/etcd-life.lock'
  has 'FIRST 2'
  has 'an etcd still runs on a copy'
  has 'SECOND 2'
}

@test "without a record of this boot: what looks like ours is named, and nothing else is claimed" {
  run inside '
    disturb
    script uninstall.sh
    [[ -d /sys/class/net/docker0 ]]
  '
  status_is 0
  has 'is not recorded here (run/before)'
  has 'the interface docker0'
  lacks 'as it was before the first start'
}

@test "--purge-data: a backup of etcd in the bundle or in the data is not deleted with it" {
  run inside '
    mkdir -p "$BUNDLE/etcd/etcd-sandbox-1-2026/member" "$DATA/etcd/data-dir/a/b/c/d/saved/member" "$DATA/docker/graph"
    # In an image, say.
    touch "$DATA/docker/graph/BACKUP"
    for folder in "$BUNDLE/etcd/etcd-sandbox-1-2026" "$DATA/etcd/data-dir/a/b/c/d/saved"; do touch "$folder/BACKUP" "$folder/SHA256SUMS"; done
    script uninstall.sh --purge-data --yes || echo "CODE $?"
    [[ -e $BUNDLE/etcd/etcd-sandbox-1-2026/BACKUP && -e $DATA/etcd/data-dir/a/b/c/d/saved/BACKUP ]]
  '
  status_is 0
  has 'CODE 2'
  has 'backups of etcd would be deleted too'
  has "mv -- '$BUNDLE/etcd/etcd-sandbox-1-2026' /root/"
  has "mv -- $DATA/etcd/data-dir/a/b/c/d/saved /root/"
  lacks "$DATA/docker/graph /root/"
}

@test "a mount point with a blank before a digit is seen" {
  run inside '
    script uninstall.sh --record
    disturb
    mkdir -p "$DATA/docker/graph/x 1b"
    mount -t tmpfs tmpfs "$DATA/docker/graph/x 1b"
    touch "$DATA/docker/graph/x 1b/file"
    script uninstall.sh --purge-data --yes
    grep -c "x.0401b" /proc/self/mountinfo || true
  '
  status_is 0
  has "done: unmount $DATA/docker/graph/x 1b"
  [[ ${lines[*]: -1} == 0 ]]
}

@test "--dry-run changes nothing and names it all" {
  run inside '
    script uninstall.sh --record
    disturb
    scripts_too
    state >"$TEST_FOLDER/before"
    find "$BUNDLE" | sort >"$TEST_FOLDER/files"
    script uninstall.sh --purge-data --dry-run
    same_state
    find "$BUNDLE" | sort | grep -v start.lock | diff "$TEST_FOLDER/files" -
  '
  status_is 0
  for text in 'unmount /var/lib/kubelet/pods/1-2/volumes' 'unmount /run/docker/netns/1' 'chains out of iptables-legacy' \
    'chains out of ip6tables-nft' 'remove the route 10.1.9.0/24' 'interface docker0' 'set vm/overcommit_memory back from 1 to 0' \
    'remove /run/flannel' 'unmount /sys/fs/cgroup/memory' 'out of /etc/hosts' 'install-docker.sh --undo' "delete $DATA/etcd/data-dir"; do
    has "$text"
  done
  lacks 'done:'
}

@test "killed with -9 after each single change and run again, it finishes" {
  run inside '
    printf "#!/bin/sh\necho old\n" >/usr/bin/docker
    state >"$TEST_FOLDER/before"
    script uninstall.sh --record
    disturb
    scripts_too
    killing_shims umount ip rm rmdir mv iptables-legacy-restore iptables-nft-restore ip6tables-legacy-restore ip6tables-nft-restore
    runs=0
    while [[ -e $BUNDLE/uninstall.sh ]]; do
      runs=$((runs + 1))
      ((runs < 200)) || { tail -n 5 "$TEST_FOLDER/kills"; exit 1; }
      code=0
      script_in "$TEST_FOLDER/shims" uninstall.sh --purge-data --yes >"$TEST_FOLDER/out" 2>&1 || code=$?
      if ((code != 0 && code != 137)); then
        cat "$TEST_FOLDER/out"
        exit 1
      fi
    done
    echo "RUNS $runs"
    # The very last kill may leave the empty folder.
    [[ ! -e $BUNDLE ]] || rmdir "$BUNDLE"
    same_state
  '
  status_is 0
  [[ $output =~ RUNS\ ([0-9]+) ]]
  ((BASH_REMATCH[1] > 30))
}

@test "a pod volume in use: refused, with who holds it and nothing else undone; once it is free it goes" {
  run inside '
    script uninstall.sh --record
    disturb
    (cd "$POD" && exec sleep 300) &
    until [[ $(readlink /proc/$!/cwd) == "$POD" && $(cat /proc/$!/comm) == sleep ]]; do sleep 0.1; done
    echo "HOLDER pid $!"
    code=0
    script uninstall.sh --purge-data --yes || code=$?
    echo "CODE $code"
    [[ -e $POD/token && -e $DATA/etcd/data-dir/member/db && -d /sys/class/net/docker0 && $(cat /proc/sys/kernel/panic) == 10 ]]
    kill $!
    wait $! || true
    umount "$POD"
    script uninstall.sh --purge-data --yes
    [[ ! -e /var/lib/kubelet && ! -e $DATA ]]
  '
  status_is 0
  has 'CODE 2'
  has 'a volume is still in use: /var/lib/kubelet/pods/1-2/volumes/kubernetes.io~secret/a b'
  [[ $output =~ HOLDER\ (pid\ [0-9]+) ]]
  has "${BASH_REMATCH[1]} (sleep)"
  has "umount '/var/lib/kubelet/pods/1-2/volumes/kubernetes.io~secret/a b'"
}

@test "a disk of somebody else in the data is never unmounted or entered" {
  run inside '
    mkdir -p "$DATA/docker/graph/disk"
    mount -t tmpfs disk "$DATA/docker/graph/disk"
    echo precious >"$DATA/docker/graph/disk/file"
    script uninstall.sh --record
    disturb
    script uninstall.sh --purge-data --yes || echo "CODE $?"
    [[ -e $DATA/etcd/data-dir/member/db && -d /sys/class/net/docker0 ]]
    script uninstall.sh
    cat "$DATA/docker/graph/disk/file"
  '
  status_is 0
  has 'CODE 2'
  has "$DATA/docker/graph/disk: it is a mount point of something else"
  has precious
}

@test "a mount that comes between the check and the deletion stops it" {
  run inside '
    script uninstall.sh --record
    disturb
    mkdir "$TEST_FOLDER/foreign"
    echo precious >"$TEST_FOLDER/foreign/file"
    # The last of the steps before the deletion; what it mounts is on the same file system.
    printf "%s\n" "mount --bind \"\$TEST_FOLDER/foreign\" \"\$DATA/etcd/data-dir/member\"" >"$BUNDLE/update-hosts.sh"
    echo "# BEGIN kubebale guide" >>/etc/hosts
    script uninstall.sh --purge-data --yes || echo "CODE $?"
    cat "$TEST_FOLDER/foreign/file"
  '
  status_is 0
  has 'CODE 1'
  has 'data-dir/member is a mount point'
  has precious
}

@test "paths that are not safe to delete are refused before anything is done" {
  mkdir -p "$BATS_TEST_TMPDIR/elsewhere/x"
  ln -s "$BATS_TEST_TMPDIR/elsewhere" "$BATS_TEST_TMPDIR/link"
  for path in / /home /home/ /usr/bin /etc /var/lib /root "$BATS_TEST_TMPDIR" "$BUNDLE" "$BATS_TEST_TMPDIR/link" \
    "$BATS_TEST_TMPDIR/link/../disk" /proc/sys; do
    make_uninstall "$path"
    run in_private '
      ip() { :; }
      # Whatever it does wrong, it does to a copy of nothing.
      shim rm "echo REMOVED; exit 1"
      shim find "echo REMOVED; exit 1"
      script_in "$TEST_FOLDER/shims" uninstall.sh --purge-data --yes || echo "CODE $?"
    '
    status_is 0
    has 'CODE 2'
    has 'these are not safe to delete'
    lacks REMOVED
  done
}

@test "without a terminal and without --yes: 2; another word than purge: 1 and nothing changed; the word: done" {
  run inside '
    script uninstall.sh --record
    disturb
    script uninstall.sh --purge-data </dev/null || echo "CODE $?"
    [[ -e $DATA/etcd/data-dir/member/db ]]
    printf -v line "%q %q --purge-data" "$KB_BASH" "$BUNDLE/uninstall.sh"
    on_terminal no "$line" || echo "TERMINAL $?"
    [[ -e $DATA/etcd/data-dir/member/db && -d /sys/class/net/docker0 ]]
    on_terminal purge "$line"
    [[ ! -e $DATA ]]
  '
  status_is 0
  has 'CODE 2'
  has '--purge-data --yes'
  has 'TERMINAL 1'
  has 'nothing was changed'
}

@test "refused while a unit runs, and while a program of bin/ does" {
  run inside '
    sleep 300 &
    pid=$!
    { echo $pid; awk "{ print \$22 }" /proc/$pid/stat; cat /proc/sys/kernel/random/boot_id; } >"$BUNDLE/run/etcd.pid"
    script uninstall.sh --dry-run || echo "CODE $?"
    kill $pid
    wait $pid || true
    cp "$(type -P sleep)" "$BUNDLE/bin/containerd-shim"
    "$BUNDLE/bin/containerd-shim" 300 &
    until [[ $(readlink /proc/$!/exe) == "$BUNDLE"/bin/* ]]; do sleep 0.1; done
    script uninstall.sh || echo "SHIM $?"
    kill $!
    wait $! || true
    script uninstall.sh
  '
  status_is 0
  has 'CODE 2'
  has 'still running: etcd (pid'
  has 'stop.sh'
  has 'SHIM 2'
  has 'containerd-shim (pid'
}

@test "the record: once for a boot, whole after a kill -9, anew after an uninstall and after a reboot" {
  run inside '
    shim mv "kill -9 \$VICTIM; sleep 0.2; exit 1"
    script_in "$TEST_FOLDER/shims" uninstall.sh --record || echo "CODE $?"
    [[ -z $(find "$BUNDLE/run/before" -name "boot.*") ]]
    rm "$TEST_FOLDER/shims/mv"
    script uninstall.sh --record
    echo 10 >/proc/sys/kernel/panic
    script uninstall.sh --record
    grep -P "kernel/panic\t0" "$BUNDLE"/run/before/boot.*/sysctls
    script uninstall.sh
    [[ $(cat /proc/sys/kernel/panic) == 0 && -z $(find "$BUNDLE/run/before" -name "boot.*") ]]
    echo 5 >/proc/sys/kernel/panic
    script uninstall.sh --record
    echo 11111111-2222-3333-4444-555555555555 | fake_file /proc/sys/kernel/random/boot_id
    echo 10 >/proc/sys/kernel/panic
    # Of this boot nothing is known and nothing was started: it is not ours.
    script uninstall.sh
    [[ $(cat /proc/sys/kernel/panic) == 10 ]]
    script uninstall.sh --record
    ls "$BUNDLE/run/before"
  '
  status_is 0
  has 'CODE 137'
  has 'boot.11111111-2222'
  [[ $(grep -c '^boot' <<<"$output") == 1 ]]
}

@test "a daemon that ran before anything was recorded: what is named as ours goes, sysctls stay, and it is said" {
  run inside '
    sleep 300 &
    pid=$!
    { echo $pid; awk "{ print \$22 }" /proc/$pid/stat; cat /proc/sys/kernel/random/boot_id; } >"$BUNDLE/run/etcd.pid"
    disturb
    script uninstall.sh --record
    kill $pid
    wait $pid || true
    script uninstall.sh
    [[ $(cat /proc/sys/kernel/panic) == 10 && ! -e /sys/class/net/docker0 ]]
    iptables-nft-save | grep KUBE- || echo NONE
    mountpoint "$POD" || true
  '
  status_is 0
  has 'daemons of this bundle ran already'
  has NONE
  has 'is not a mountpoint'
}

@test "a sysctl that somebody else has set since is left alone, and said" {
  run inside '
    script uninstall.sh --record
    echo 30 >/proc/sys/kernel/panic
    script uninstall.sh
    echo "PANIC $(cat /proc/sys/kernel/panic)"
  '
  status_is 0
  has 'kernel/panic was 0 before the first start and is 30 now'
  has 'PANIC 30'
}

@test "the registry's authority: the one before comes back, a new one goes with its folders" {
  echo ours >"$BUNDLE/node/registry-ca.crt"
  run inside '
    folder=/etc/docker/certs.d/registry.example:5000
    script uninstall.sh --record
    mkdir -p "$folder"
    cp "$BUNDLE/node/registry-ca.crt" "$folder/ca.crt"
    script uninstall.sh
    [[ ! -e /etc/docker/certs.d ]]
    mkdir -p "$folder"
    cp "$BUNDLE/node/registry-ca.crt" "$folder/ca.crt"
    echo old >"$folder/ca.crt.previous"
    script uninstall.sh
    cat "$folder/ca.crt"
  '
  status_is 0
  has old
}

@test "a step that fails is named, the others are done, and the next run finishes" {
  run inside '
    script uninstall.sh --record
    disturb
    shim iptables-nft-restore "echo out of memory >&2; exit 1"
    script_in "$TEST_FOLDER/shims" uninstall.sh || echo "CODE $?"
    [[ ! -e /sys/class/net/docker0 ]]
    script uninstall.sh
    iptables-nft-save | grep KUBE- || echo NONE
  '
  status_is 0
  has 'CODE 1'
  has 'out of memory'
  has 'not undone, see above: take'
  has NONE
}

@test "data can be deleted later too; a folder with something else in it stays, and is named" {
  run inside '
    script uninstall.sh --record
    disturb
    script uninstall.sh
    echo mine >"$DATA/docker/notes"
    script uninstall.sh --purge-data --yes
    [[ ! -e $DATA/etcd && ! -e $DATA/docker/graph && ! -e /var/lib/docker && ! -e $BUNDLE ]]
    cat "$DATA/docker/notes"
  '
  status_is 0
  has mine
  has "$DATA/docker stays: there is something else in it"
}

@test "a host that is no node: nobody of ours touched its iptables, and neither does this" {
  run inside '
    export TEST_SOCKET=
    script uninstall.sh --record
    iptables-nft -P FORWARD ACCEPT
    iptables-nft -N DOCKER
    script uninstall.sh
    iptables-nft-save | grep -E "^:(FORWARD ACCEPT|DOCKER)"
  '
  status_is 0
  has ':FORWARD ACCEPT'
  has ':DOCKER'
  has 'There was nothing to undo'
}

@test "a host with one flavour of iptables, under that name alone" {
  run inside '
    mkdir "$TEST_FOLDER/sbin"
    mount -t tmpfs tmpfs "$TEST_FOLDER/sbin"
    cp -a /usr/sbin/. "$TEST_FOLDER/sbin"
    rm "$TEST_FOLDER"/sbin/ip*tables-{legacy,nft}*
    ln -sf xtables-nft-multi "$TEST_FOLDER/sbin/iptables"
    ln -sf xtables-nft-multi "$TEST_FOLDER/sbin/iptables-save"
    ln -sf xtables-nft-multi "$TEST_FOLDER/sbin/iptables-restore"
    mount --bind "$TEST_FOLDER/sbin" /usr/sbin
    script uninstall.sh --record
    docker_rules iptables
    kube_rules iptables
    script uninstall.sh
    iptables-save | grep -E "KUBE|DOCKER|docker0" || echo NONE
  '
  status_is 0
  has NONE
  has 'chains out of iptables'
}

@test "while another one is at work: 2, with its pid" {
  run inside '
    (exec 8>>"$BUNDLE/run/start.lock"; flock 8; echo $BASHPID >"$BUNDLE/run/start.lock"; exec sleep 300) &
    until [[ -s $BUNDLE/run/start.lock ]]; do sleep 0.1; done
    echo "OTHER (pid $!)"
    script uninstall.sh || echo "CODE $?"
    kill $!
  '
  status_is 0
  has 'CODE 2'
  [[ $output =~ OTHER\ (\(pid\ [0-9]+\)) ]]
  has "${BASH_REMATCH[1]} is at work here"
}

@test "which rules are ours is the same to every awk" {
  local awk before=$BATS_TEST_TMPDIR/before after=$BATS_TEST_TMPDIR/after
  printf '%s\n' '*nat' ':DOCKER -' '-A DOCKER -i x -j RETURN' '-A DOCKER -i x -j RETURN' COMMIT >"$before"
  printf '%s\n' '*filter' ':FORWARD DROP' ':KUBE-A -' '-A FORWARD -j KUBE-A' '-A INPUT -i docker0 -j ACCEPT' \
    '-A FORWARD -s 10.1.0.0/16 -j ACCEPT' '-A FORWARD -s 10.2.0.0/16 -j ACCEPT' COMMIT \
    '*nat' ':DOCKER -' ':POSTROUTING ACCEPT' '-A DOCKER -i x -j RETURN' '-A DOCKER -i x -j RETURN' '-A DOCKER -i x -j RETURN' \
    '-A POSTROUTING -s 10.1.5.2/32 -d 10.1.5.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE' \
    '-A POSTROUTING -s 10.9.5.2/32 -d 10.9.5.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE' \
    '-A POSTROUTING -s 10.1.0.0/16 ! -d 10.1.0.0/16 -j MASQUERADE' COMMIT >"$after"
  for awk in gawk mawk 'busybox awk'; do
    type -P "${awk%% *}" >/dev/null || continue
    run "$KB_BASH" -c 'awk() { command '"$awk"' "$@"; }; . "$1"; iptables_changes "$2" "$3" 10.1.0.0/16' x "$BUNDLE/lib/iptables.sh" "$before" "$after"
    printf '%s\n' '*filter' '-P FORWARD ACCEPT' '-D FORWARD -j KUBE-A' '-D FORWARD -s 10.1.0.0/16 -j ACCEPT' '-F KUBE-A' '-X KUBE-A' COMMIT \
      '*nat' '-D DOCKER -i x -j RETURN' '-D POSTROUTING -s 10.1.5.2/32 -d 10.1.5.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE' \
      '-D POSTROUTING -s 10.1.0.0/16 ! -d 10.1.0.0/16 -j MASQUERADE' COMMIT | diff - <(printf '%s\n' "$output")
  done
}

@test "cgroups of others, in a hierarchy that was mounted only after the first start, stay" {
  touch "$BATS_TEST_TMPDIR/strange"
  run inside '
    script uninstall.sh --record
    scripts_too
    script uninstall.sh
    mountpoint -q /sys/fs/cgroup || echo UNMOUNTED
  '
  status_is 0
  has 'remove the cgroup /sys/fs/cgroup/memory/kubepods'
  lacks 'pids/kubepods'
  has UNMOUNTED
}

@test "services are taken away first of all; while that fails, data stays" {
  echo 'echo "SERVICES $*"; exit 1' >"$BUNDLE/install-services.sh"
  run inside '
    script uninstall.sh --record
    disturb
    script uninstall.sh --purge-data --yes || echo "CODE $?"
    [[ -e $DATA/etcd/data-dir/member/db && -e $BUNDLE/bin/docker ]]
    echo "echo gone" >"$BUNDLE/install-services.sh"
    script uninstall.sh --purge-data --yes
    [[ ! -e $DATA && ! -e $BUNDLE/bin ]]
  '
  status_is 0
  [[ $output == *'SERVICES --undo'*'chains out of'* ]]
  has 'CODE 1'
  has 'not undone, see above: take away the services'
}

@test "the lock of the scripts of etcd/ is held up to the end" {
  mkdir "$BUNDLE/etcd"
  run inside '
    script uninstall.sh --record
    disturb
    # One of the last steps tries to take it.
    printf "%s\n" "flock -n \"\$BUNDLE/run/etcd-life.lock\" true || echo \"HELD by \$(cat \"\$BUNDLE/run/etcd-life.lock\")\"" >"$BUNDLE/update-hosts.sh"
    echo "# BEGIN kubebale guide" >>/etc/hosts
    script uninstall.sh
    flock -n "$BUNDLE/run/etcd-life.lock" true && echo FREE
  '
  status_is 0
  [[ $output =~ HELD\ by\ [0-9]+ ]]
  has FREE
}

@test "no record at all: nothing is promised, whatever there is" {
  run inside '
    script uninstall.sh --record
    disturb
    rm -r "$BUNDLE/run/before"
    script uninstall.sh
    [[ -d /sys/class/net/docker0 && $(cat /proc/sys/kernel/panic) == 10 ]]
    script uninstall.sh --purge-data --yes
  '
  status_is 0
  has 'the interface flannel.1'
  has 'chains KUBE-* and FLANNEL-* in iptables-legacy'
  has 'chains KUBE-* and FLANNEL-* in iptables-nft'
  has 'What is known to be ours is undone.'
  lacks 'This host is as it was'
  lacks 'There was nothing to undo'
}

@test "no record, and nothing to see: sysctls may have been changed, and that is said" {
  run inside 'script uninstall.sh'
  status_is 0
  has 'sysctls, if daemons changed them'
  lacks 'This host is as it was'
  lacks 'There was nothing to undo'
}

@test "after an uninstall another docker's interface is not taken for one of ours without a record" {
  run inside '
    script uninstall.sh --record
    script uninstall.sh
    ip link add docker0 type bridge
    echo SECOND
    script uninstall.sh
    [[ -d /sys/class/net/docker0 ]]
  '
  status_is 0
  has 'SECOND There was nothing to undo'
}

@test "part of the record gone: sysctls stay, it is said, and the last sentence does not promise more" {
  run inside '
    script uninstall.sh --record
    disturb
    rm "$BUNDLE"/run/before/boot.*/sysctls
    script uninstall.sh
    [[ ! -e /sys/class/net/docker0 && $(cat /proc/sys/kernel/panic) == 10 ]]
  '
  status_is 0
  has 'the record is no longer whole'
  has 'sysctls that daemons changed (kernel.panic and the like)'
  lacks 'This host is as it was'
}

@test "sysctls of a module that was loaded only later stay, and are named at the end" {
  run inside '
    # A folder in which it is missing.
    mkdir "$TEST_FOLDER/vm"
    cp -a /proc/sys/vm/panic_on_oom "$TEST_FOLDER/vm"
    mount --bind "$TEST_FOLDER/vm" /proc/sys/vm
    script uninstall.sh --record
    grep -P "vm/overcommit_memory\tabsent" "$BUNDLE"/run/before/boot.*/sysctls
    umount /proc/sys/vm
    echo 1 >/proc/sys/vm/overcommit_memory
    script uninstall.sh
    echo "VALUE $(cat /proc/sys/vm/overcommit_memory)"
  '
  status_is 0
  has 'but for what stays until the next reboot: vm/overcommit_memory (1), which was not there before'
  has 'VALUE 1'
}

@test "rules that cannot be read: no record, and no uninstall that says done" {
  run inside '
    shim iptables-nft-save "echo out of memory >&2; exit 1"
    script_in "$TEST_FOLDER/shims" uninstall.sh --record || echo "CODE $?"
    [[ -z $(find "$BUNDLE/run/before" -name "boot.*") ]]
    # What it says on a kernel without nf_tables.
    shim iptables-nft-save "echo \"iptables-save v1.8.7 (nf_tables): Could not fetch rule set generation id: Invalid argument\" >&2; exit 4"
    script_in "$TEST_FOLDER/shims" uninstall.sh --record
    [[ -e $(echo "$BUNDLE"/run/before/boot.*/iptables-nft) ]]
    shim iptables-nft-save "echo out of memory >&2; exit 1"
    script_in "$TEST_FOLDER/shims" uninstall.sh || echo "AFTER $?"
  '
  status_is 0
  has 'CODE 1'
  has 'the rules of iptables-nft cannot be recorded: iptables-nft-save fails: out of memory'
  has 'AFTER 1'
  has 'could not read the rules of iptables-nft: iptables-nft-save fails: out of memory'
}

@test "a flavour that was not recorded: our chains go, its policy stays, and that is said at the end" {
  run inside '
    script uninstall.sh --record
    rm "$BUNDLE"/run/before/boot.*/iptables-nft
    kube_rules iptables-nft
    script uninstall.sh
    iptables-nft-save | grep KUBE- || echo NONE
    iptables-nft-save | grep "^:FORWARD DROP"
  '
  status_is 0
  has NONE
  has ':FORWARD DROP'
  has 'but for what stays until the next reboot: the policy of FORWARD in iptables-nft'
}

@test "--force is for the wrong host only: a docker that was changed since is not forgotten" {
  run inside '
    script node/install-docker.sh
    echo mine >/usr/bin/docker
    export TEST_ADDRESS=192.0.2.1
    script uninstall.sh || echo "WRONG $?"
    script uninstall.sh --force || echo "CODE $?"
    [[ -s $BUNDLE/run/install-docker.tsv ]]
    rm /usr/bin/docker
    script uninstall.sh --force
    [[ ! -e $BUNDLE/run/install-docker.tsv ]]
  '
  status_is 0
  has 'WRONG 2'
  has 'CODE 1'
  has '/usr/bin/docker cannot be put back'
}

@test "the list before the question says which folders stay, empty" {
  run inside '
    mkdir -p "$DATA/etcd/data-dir" "$DATA/docker/run"
    script uninstall.sh --record
    disturb
    sed -i "\|docker/run$|d" "$BUNDLE/run/before/paths"
    script uninstall.sh --purge-data --dry-run
  '
  status_is 0
  has "$DATA/etcd/data-dir (it was there before: emptied, stays)"
  has "$DATA/docker/run (it may have been there before: emptied, stays)"
  lacks "$DATA/docker/graph ("
  lacks "$BUNDLE ("
}

@test "the last step of a purge that was killed: only with --purge-data, as root, and not for --help or --dry-run" {
  run inside '
    # As they are right before it, in a folder that others may read.
    mkdir -p /run/left/.removed
    cp "$BUNDLE/uninstall.sh" /run/left/
    BUNDLE=/run/left
    for word in --help -h --dry-run "--purge-data --dry-run"; do
      # shellcheck disable=SC2086 # two words
      script uninstall.sh $word
    done
    script uninstall.sh || echo "BARE $?"
    chmod a+w /run/left
    setpriv --reuid 65534 --clear-groups "$KB_BASH" "$BUNDLE/uninstall.sh" --purge-data || echo "USER $?"
    [[ -d $BUNDLE/.removed && -e $BUNDLE/uninstall.sh ]]
    script uninstall.sh --purge-data
    [[ ! -e $BUNDLE ]]
  '
  status_is 0
  has 'BARE 2'
  has 'USER 2'
  has 'To delete them, type as root: /run/left/uninstall.sh --purge-data --yes'
}
