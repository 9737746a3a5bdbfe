#!/usr/bin/env bats
# shellcheck disable=SC2016 # code in single quotes is for the shell in the namespace
# node/mount-cgroup.sh (G8, Q4), with real mounts in private mount namespaces.

load helper

setup() {
  make_bundle
  make_script node/mount-cgroup.sh mount-cgroup.sh mount_cgroup_main
  remember_machine
}

teardown() {
  same_machine
}

@test "help, usage, wrong host, not root" {
  help_is_fine node/mount-cgroup.sh
  refusals_are_fine node/mount-cgroup.sh
}

@test "G8: a bare host gets the tmpfs and one mount for each enabled controller" {
  run in_private '
    no_cgroups
    script node/mount-cgroup.sh
    for name in $(awk "!/^#/ && \$4 == 1 { print \$1 }" /proc/cgroups); do
      grep -q "^cgroup /sys/fs/cgroup/$name cgroup .*$name" /proc/mounts || echo "NOT $name"
    done
    grep "^cgroup /sys/fs/cgroup tmpfs .*mode=755" /proc/mounts
    cgroup_mounts >"$TEST_FOLDER/mounts"
    diff "$TEST_FOLDER/mounts" "$BUNDLE/run/cgroup-mounts"
  '
  status_is 0
  lacks NOT
  has 'Mounted memory on /sys/fs/cgroup/memory.'
  has 'docker can start'
}

@test "G8: a second run changes nothing" {
  run in_private '
    no_cgroups
    script node/mount-cgroup.sh >/dev/null
    cat /proc/mounts "$BUNDLE/run/cgroup-mounts" >"$TEST_FOLDER/one"
    script node/mount-cgroup.sh
    cat /proc/mounts "$BUNDLE/run/cgroup-mounts" | diff "$TEST_FOLDER/one" -
  '
  status_is 0
  lacks 'Mounted'
}

@test "G8: skipped when fstab mounts cgroups, with a word when it has not yet" {
  run in_private '
    no_cgroups
    echo "cgroup /sys/fs/cgroup/cpu cgroup defaults,cpu 0 0" | fake_file /etc/fstab
    script node/mount-cgroup.sh
    cgroup_mounts
    [[ ! -e $BUNDLE/run/cgroup-mounts ]]
  '
  status_is 0
  has '/etc/fstab mounts the cgroups: nothing is mounted here'
  has 'mount -a -t cgroup'
  lacks '/sys/fs/cgroup/memory'
}

@test "G8: comments, cgroup2 and names with cgroup in fstab do not count" {
  run in_private '
    no_cgroups
    printf "%s\n" "# cgroup /sys/fs/cgroup cgroup" " #x /sys/fs/cgroup cgroup" "none /mnt/cgroup tmpfs" \
      "cgroup2 /mnt cgroup2" | fake_file /etc/fstab
    script node/mount-cgroup.sh
  '
  status_is 0
  has 'Mounted devices'
}

@test "G8: skipped when the kernel has no cgroups" {
  run in_private '
    mkdir "$TEST_FOLDER/proc"
    mount --rbind /proc "$TEST_FOLDER/proc"
    mkdir "$TEST_FOLDER/fake"
    for entry in "$TEST_FOLDER"/proc/[a-z]*; do
      [[ ${entry##*/} == cgroups ]] || ln -s "$entry" "$TEST_FOLDER/fake/${entry##*/}"
    done
    mount --bind "$TEST_FOLDER/fake" /proc
    script node/mount-cgroup.sh
  '
  status_is 0
  has 'this kernel has no cgroups'
}

@test "no /sys/fs/cgroup: 1, and what to type" {
  run in_private '
    mount -t tmpfs tmpfs /sys/fs
    script node/mount-cgroup.sh
  '
  status_is 1
  has 'there is no folder /sys/fs/cgroup'
  has 'mount -t sysfs sysfs /sys'
}

@test "only cgroup v2: 1, with the kernel command line" {
  run in_private '
    no_cgroups
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    script node/mount-cgroup.sh || status=$?
    cgroup_mounts
    exit "${status:-0}"
  '
  status_is 1
  has 'systemd.unified_cgroup_hierarchy=0'
  has 'SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1'
  lacks '/sys/fs/cgroup/'
}

@test "a cgroup v2 mount beside the v1 ones is a warning" {
  run in_private '
    no_cgroups
    script node/mount-cgroup.sh
    mkdir /sys/fs/cgroup/unified
    mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
    echo SECOND
    script node/mount-cgroup.sh
  '
  status_is 0
  has 'SECOND'
  has 'no subsystem for mount'
  has 'systemd.legacy_systemd_cgroup_controller=1'
}

@test "controllers that are mounted together, anywhere, are accepted" {
  run in_private '
    no_cgroups
    mkdir -p "$TEST_FOLDER/two of them"
    mount -t cgroup -o net_cls,net_prio cgroup "$TEST_FOLDER/two of them"
    script node/mount-cgroup.sh
    ls /sys/fs/cgroup
  '
  status_is 0
  has 'Mounted cpu on'
  lacks net_
}

@test "controllers that share a hierarchy elsewhere are mounted together" {
  run in_private '
    no_cgroups
    mkdir "$TEST_FOLDER/two"
    mount -t cgroup -o net_cls,net_prio cgroup "$TEST_FOLDER/two"
    unshare -m --propagation private bash -c ". \"\$PRIVATE\"
      umount \"\$TEST_FOLDER/two\"
      script node/mount-cgroup.sh
      grep net_ /proc/mounts"
  '
  status_is 0
  has 'cgroup /sys/fs/cgroup/net_cls cgroup rw,relatime,net_cls,net_prio'
  lacks '/sys/fs/cgroup/net_prio'
}

@test "a hierarchy hidden under a later mount does not count" {
  run in_private '
    mount -t tmpfs cover /sys/fs/cgroup
    script node/mount-cgroup.sh
    ls /sys/fs/cgroup/memory/tasks
  '
  status_is 0
  has 'Mounted memory'
}

@test "G8: an unmountable controller is said, and its folder removed again" {
  run in_private '
    no_cgroups
    { cat /proc/cgroups; printf "nosuch\t0\t1\t1\nturnedoff\t0\t1\t0\n"; } | fake_file /proc/cgroups
    script node/mount-cgroup.sh
    ls /sys/fs/cgroup "$BUNDLE/run"
    fails grep nosuch "$BUNDLE/run/cgroup-mounts"
    [[ ! -e /sys/fs/cgroup/nosuch && ! -e /sys/fs/cgroup/turnedoff ]]
  '
  status_is 0
  has 'the controller nosuch cannot be mounted (docker and kubelet run without it)'
  has 'Mounted pids'
}

@test "a needed controller turned off at boot: 1, with the cure; --force goes on" {
  run in_private '
    no_cgroups
    awk "BEGIN { OFS = \"\t\" } \$1 == \"memory\" { \$4 = 0 } { print }" /proc/cgroups | fake_file /proc/cgroups
    script node/mount-cgroup.sh || echo "STATUS $?"
    script node/mount-cgroup.sh --force && echo FORCED
  '
  status_is 0
  has 'STATUS 1'
  has 'cgroup_enable=memory'
  has 'Mounted cpu on'
  has FORCED
  [[ $output != *'Mounted memory'* ]]
}

@test "a needed controller that the kernel lacks: 1" {
  run in_private '
    no_cgroups
    grep -v ^devices /proc/cgroups | fake_file /proc/cgroups
    script node/mount-cgroup.sh
  '
  status_is 1
  has 'devices: this kernel was built without it'
}

@test "a read-only /sys/fs/cgroup: said for each, 1" {
  run in_private '
    no_cgroups
    mount -t tmpfs -o ro tmpfs /sys/fs/cgroup
    script node/mount-cgroup.sh
  '
  status_is 1
  has 'Read-only file system'
  has 'mount -o remount,rw /sys/fs/cgroup'
}

@test "kill -9 before a mount: the next run finishes it, each path once in the record" {
  run in_private '
    no_cgroups
    shim mount "case \"\$*\" in *memory*) kill -9 \$VICTIM; sleep 1; exit 1 ;; esac; exec /bin/mount \"\$@\""
    script_in "$TEST_FOLDER/shims" node/mount-cgroup.sh || echo "STATUS $?"
    grep memory "$BUNDLE/run/cgroup-mounts"
    sleep 1.2
    script node/mount-cgroup.sh
    cgroup_mounts | sort >"$TEST_FOLDER/mounts"
    sort "$BUNDLE/run/cgroup-mounts" | diff "$TEST_FOLDER/mounts" -
  '
  status_is 0
  has 'STATUS 137'
}

@test "kill -9 right after a mount: the mount is in the record" {
  run in_private '
    no_cgroups
    shim mount "/bin/mount \"\$@\"; kill -9 \$VICTIM"
    script_in "$TEST_FOLDER/shims" node/mount-cgroup.sh || echo "STATUS $?"
    cgroup_mounts
    cat "$BUNDLE/run/cgroup-mounts"
    script node/mount-cgroup.sh
    cgroup_mounts | sort >"$TEST_FOLDER/mounts"
    sort "$BUNDLE/run/cgroup-mounts" | diff "$TEST_FOLDER/mounts" -
  '
  status_is 0
  has 'STATUS 137'
  has '/sys/fs/cgroup /sys/fs/cgroup'
}

@test "two at once: everything is mounted once" {
  run in_private '
    no_cgroups
    script node/mount-cgroup.sh & script node/mount-cgroup.sh & script node/mount-cgroup.sh
    wait
    cgroup_mounts | sort >"$TEST_FOLDER/mounts"
    uniq -d "$TEST_FOLDER/mounts"
    [[ -z $(uniq -d "$TEST_FOLDER/mounts") ]]
    sort "$BUNDLE/run/cgroup-mounts" | diff "$TEST_FOLDER/mounts" -
  '
  status_is 0
}

@test "a full disk: 1, nothing mounted that is not in the record" {
  run in_private '
    no_cgroups
    full_disk "$BUNDLE/run"
    script node/mount-cgroup.sh || status=$?
    [[ -z $(cgroup_mounts) ]]
    exit "$status"
  '
  status_is 1
  has 'is the disk full'
}

@test "the record of an earlier boot is forgotten" {
  echo /sys/fs/cgroup/old >"$BUNDLE/run/cgroup-mounts"
  echo an-earlier-boot >"$BUNDLE/run/cgroup-mounts.boot"
  run in_private '
    no_cgroups
    script node/mount-cgroup.sh
    fails grep old "$BUNDLE/run/cgroup-mounts"
    cat /proc/sys/kernel/random/boot_id | diff - "$BUNDLE/run/cgroup-mounts.boot"
  '
  status_is 0
}

@test "works with the awk of busybox" {
  run in_private '
    no_cgroups
    shim awk "exec busybox awk \"\$@\""
    script_in "$TEST_FOLDER/shims" node/mount-cgroup.sh
  '
  status_is 0
  has 'Mounted memory'
}
