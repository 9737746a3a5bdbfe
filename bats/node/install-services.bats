#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031 # code in single quotes is for a later shell; each test is a process of its own
# install-services.sh: its units under systemd's own check, rc.local, cron; --undo. Everything in a private /etc;
# systemctl is a stand-in that takes no more than what is used. No systemd is started.

load helper

setup() {
  make_bundle
  mkdir -p "$BUNDLE"/{log,etcd,master}
  services
}

# services: install-services.sh as the compiler prints it for a host with three units.
services() {
  make_script install-services.sh services.sh install_services_main 'readonly KB_HAS_IMAGES=1' \
    "readonly -a KB_SERVICES=(etcd etcd/start-etcd.sh etcd/stop-etcd.sh update-hosts.sh ''
      flanneld node/start-flanneld.sh node/stop-flanneld.sh node/mount-cgroup.sh ''
      docker node/start-docker.sh node/stop-docker.sh '' flanneld)" \
    "readonly -a KB_FOLDERS=(/home/work/etcd/data-dir '/srv/my data')"
}

# rename_bundle NAME: the bundle lies in a folder of that name from now on.
rename_bundle() {
  mv "$BUNDLE" "$BATS_TEST_TMPDIR/$1"
  BUNDLE=$BATS_TEST_TMPDIR/$1
}

# Sourced inside: a private /etc, a running systemd as far as the script can see, and a systemctl.
IN_SYSTEMD='
  own_etc
  mount -t tmpfs tmpfs /run
  mkdir -p /run/systemd/system
  units=/etc/systemd/system
  shim systemctl "
    echo \"\$*\" >>\"$TEST_FOLDER/systemctl\"
    case \"\$1 \$#\" in
      \"daemon-reload 1\" | \"stop 2\") ;;
      \"--no-block 3\") [[ \$2 == start ]] ;;
      \"kill 3\") rm -f \"$TEST_FOLDER/active/\$3\" ;;
      \"is-active 2\") if [[ -e $TEST_FOLDER/active/\$2 ]]; then echo active; else echo inactive; exit 3; fi ;;
      *) echo \"Unknown command verb \$1.\" >&2; exit 1 ;;
    esac"
  mkdir -p "$TEST_FOLDER/active"
  install() { script_in "$TEST_FOLDER/shims" install-services.sh "$@"; }
  ours() { find /etc -name "*kubebale*" -newer "$TEST_FOLDER/before" | sort; }
  : >"$TEST_FOLDER/before"
'

# printed PATH: the file of that name in what --print prints.
printed() {
  "$KB_BASH" "$BUNDLE/install-services.sh" --print --init "${INIT-systemd}" |
    awk -v path="### $1" '/^### / { on = $0 == path; next } on'
}

# unit_words TEXT: the words of a command line in a unit, by systemd's rules, one a line. Not the code's own way back.
unit_words() {
  node -e '
    const words = [...process.argv[1].matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare);
    for (const word of words) console.log(word.replace(/\\(.)/g, "$1").replaceAll("%%", "%").replaceAll("$$", "$"));' "$1"
}

@test "help, usage, wrong host, not root" {
  help_is_fine install-services.sh
  refusals_are_fine install-services.sh
  local words
  for words in '--init upstart' '--size 0' '--keep no' '--undo --now'; do
    # shellcheck disable=SC2086 # two words on purpose
    run "$KB_BASH" "$BUNDLE/install-services.sh" $words
    status_is 2
  done
  # --print needs neither root nor the host.
  run env TEST_ADDRESS=192.0.2.1 setpriv --reuid 65534 --clear-groups "$KB_BASH" "$BUNDLE/install-services.sh" --print --init systemd
  status_is 0
}

@test "systemd-analyze verify accepts the units, silently, also with an odd folder" {
  local name
  for name in plain 'a b%c$d\e"f'"'"'[g]*é'; do
    rename_bundle "$name"
    run in_private "$IN_SYSTEMD"'
      install >/dev/null
      systemd-analyze verify --man=no "$units"/kubebale-guide* 2>&1'
    status_is 0
    [[ -z $output ]]
  done
  # A check that finds nothing says nothing either: it does find what is wrong.
  run in_private "$IN_SYSTEMD"'
    install >/dev/null
    sed -i "s/^Restart=.*/Restart=sometimes/; s|^ExecStart=/bin/bash|ExecStart=/bin/no-bash|" "$units/kubebale-guide-etcd.service"
    systemd-analyze verify --man=no "$units"/kubebale-guide* 2>&1'
  has 'sometimes'
  has '/bin/no-bash'
}

@test "the scripts' paths in the units mean what they should, by systemd's rules" {
  rename_bundle 'a b%c$d\e"f'"'"'g%%h$$i\\n'
  local line
  line=$(printed /etc/systemd/system/kubebale-guide-etcd.service | sed -n 's/^ExecStart=//p')
  run unit_words "$line"
  [[ ${lines[0]} == /bin/bash && ${lines[1]} == "$BUNDLE/etcd/start-etcd.sh" && ${lines[2]} == --service && ${#lines[@]} == 3 ]]
  # systemd itself says how it reads such a path, when it is to be a program.
  rename_bundle 'a b%c\d"e'"'"'f%%g'
  line=$(printed /etc/systemd/system/kubebale-guide-etcd.service | sed -n 's/^ExecStart=.bin.bash \(.*\) --service$/\1/p')
  printf '[Service]\nExecStart=%s\n' "$line" >"$BATS_TEST_TMPDIR/path.service"
  run systemd-analyze verify --man=no "$BATS_TEST_TMPDIR/path.service"
  [[ $output == *"special characters: $BUNDLE/etcd/start-etcd.sh"* ]]
}

@test "a folder with a control character is refused" {
  rename_bundle $'a\nb'
  run "$KB_BASH" "$BUNDLE/install-services.sh" --print
  status_is 2
  has 'has a control character in its name'
}

@test "the order of the plan: each unit after those before it, the steps before their daemon, needs wanted" {
  local docker flanneld etcd
  etcd=$(printed /etc/systemd/system/kubebale-guide-etcd.service)
  flanneld=$(printed /etc/systemd/system/kubebale-guide-flanneld.service)
  docker=$(printed /etc/systemd/system/kubebale-guide-docker.service)
  grep -qxF 'After=network-online.target' <<<"$etcd"
  grep -qxF 'After=network-online.target kubebale-guide-etcd.service' <<<"$flanneld"
  grep -qxF 'After=network-online.target kubebale-guide-etcd.service kubebale-guide-flanneld.service' <<<"$docker"
  grep -qxF 'Wants=network-online.target kubebale-guide-flanneld.service' <<<"$docker"
  grep -qxF "ExecStartPre=/bin/bash \"$BUNDLE/update-hosts.sh\"" <<<"$etcd"
  grep -qxF "ExecStartPre=/bin/bash \"$BUNDLE/node/mount-cgroup.sh\"" <<<"$flanneld"
  run grep -c ExecStartPre <<<"$docker"
  [[ $output == 0 ]]
  grep -qxF "ExecStop=/bin/bash \"$BUNDLE/node/stop-docker.sh\" --from-systemd --force" <<<"$docker"
  grep -qxF 'Restart=on-failure' <<<"$docker"
  grep -qxF 'Delegate=yes' <<<"$docker"
  grep -qxF "RequiresMountsFor=\"$BUNDLE\" \"/home/work/etcd/data-dir\" \"/srv/my data\"" <<<"$etcd"
  run printed /etc/systemd/system/kubebale-guide.target
  has 'Wants=kubebale-guide-etcd.service kubebale-guide-flanneld.service kubebale-guide-docker.service kubebale-guide-logs.timer kubebale-guide-images.timer'
  run printed /etc/systemd/system/kubebale-guide-images.service
  has "ExecStart=/bin/bash \"$BUNDLE/node/load-images.sh\" --pause --quiet"
}

@test "installed, again without a change, started with --now, and undone without a trace" {
  run in_private "$IN_SYSTEMD"'
    find /etc | sort >"$TEST_FOLDER/etc.before"
    install
    echo "-- again"
    install
    echo "-- now"
    install --now
    readlink /etc/systemd/system/multi-user.target.wants/kubebale-guide.target
    touch "$TEST_FOLDER/active/kubebale-guide-etcd.service" "$TEST_FOLDER/active/kubebale-guide.target"
    echo "-- undo"
    install --undo
    echo "-- again"
    install --undo
    find /etc | sort | diff "$TEST_FOLDER/etc.before" - | grep -v multi-user.target.wants'
  # Only the folder of systemd's links may stay, and diff ends with nothing for grep to print.
  status_is 1
  has 'Wrote /etc/systemd/system/kubebale-guide-etcd.service'
  has 'kubebale-guide.target is started at each boot.'
  has '-- again All of it was there already: nothing was changed.'
  has '/etc/systemd/system/kubebale-guide.target'
  has '-- undo Removed /etc/systemd/system/kubebale-guide.target'
  has 'Removed /etc/systemd/system/kubebale-guide-etcd.service'
  has 'The daemons were left as they are.'
  has '-- again Nothing of this bundle is installed: nothing to undo.'
  # The daemons live on: only the start script that watches is told to end, and the target is stopped after that.
  run grep -v is-active "$BATS_TEST_TMPDIR/systemctl"
  [[ ${lines[0]} == daemon-reload && ${lines[1]} == '--no-block start kubebale-guide.target' ]]
  [[ ${lines[2]} == 'kill --kill-who=main kubebale-guide-etcd.service' && ${lines[3]} == 'stop kubebale-guide.target' ]]
  [[ ${lines[4]} == daemon-reload && ${#lines[@]} == 5 ]]
}

@test "--dry-run says what would be done and changes nothing" {
  run in_private "$IN_SYSTEMD"'
    install --dry-run --now
    ours
    install >/dev/null
    ours >"$TEST_FOLDER/installed"
    install --undo --dry-run
    ours | cmp - "$TEST_FOLDER/installed"'
  status_is 0
  has 'would write /etc/systemd/system/kubebale-guide-etcd.service'
  has 'would run systemctl --no-block start kubebale-guide.target'
  has 'would remove /etc/systemd/system/kubebale-guide-etcd.service'
  [[ $(grep -c 'Nothing was changed, because of --dry-run.' <<<"$output") == 2 ]]
}

@test "a role that is gone: its unit is removed at the next run; other clusters' units stay" {
  run in_private "$IN_SYSTEMD"'
    install >/dev/null
    printf "%s\n" "# Written by kubebale" "# bundle: \"/elsewhere\"" >"$units/kubebale-guide-2-etcd.service"
    sed -i "s|docker node/start-docker.sh node/stop-docker.sh .. flanneld)|)|" "$BUNDLE/install-services.sh"
    install
    ls "$units"
    install --undo'
  status_is 0
  has 'Removed /etc/systemd/system/kubebale-guide-docker.service'
  has 'kubebale-guide-2-etcd.service'
  lacks 'Removed /etc/systemd/system/kubebale-guide-2-etcd.service'
}

@test "files of somebody else, or of another bundle that is still there, are refused" {
  run in_private "$IN_SYSTEMD"'
    echo mine >"$units/kubebale-guide-etcd.service"
    fails install 2>&1
    rm "$units/kubebale-guide-etcd.service"
    install >/dev/null
    cp -a "$BUNDLE" "$TEST_FOLDER/copy"
    BUNDLE=$TEST_FOLDER/copy
    fails install 2>&1
    install --undo
    install --force | tail -n 3'
  status_is 0
  has 'kubebale-guide-etcd.service is there, and is not from kubebale.'
  has "belongs to the bundle in $BUNDLE."
  has "'$BUNDLE/install-services.sh' --undo"
  has 'Nothing of this bundle is installed'
}

@test "a full disk leaves no half of a unit" {
  run in_private "$IN_SYSTEMD"'
    full_disk "$units"
    fails install 2>&1
    find "$units" -name "*kubebale*"'
  status_is 0
  has 'cannot write /etc/systemd/system/kubebale-guide-etcd.service: is the disk full'
  lacks 'Wrote'
  [[ $output != *kubebale-guide-etcd.service~* ]]
}

RC='
  own_etc
  rm -f /etc/rc.local
  mount -t tmpfs tmpfs /run
'

@test "without systemd: a block before the last exit of rc.local, once, and out again" {
  run in_private "$RC"'
    printf "#!/bin/sh -e\necho hello\nexit 0\n" >/etc/rc.local
    chmod 0755 /etc/rc.local
    cp /etc/rc.local "$TEST_FOLDER/rc"
    script install-services.sh
    script install-services.sh
    cat /etc/rc.local
    sh -n /etc/rc.local
    script install-services.sh --undo
    cmp /etc/rc.local "$TEST_FOLDER/rc" && stat -c "mode %a" /etc/rc.local'
  status_is 0
  has 'Wrote our lines into /etc/rc.local.'
  has 'nothing was changed'
  has "echo hello # BEGIN kubebale guide (install-services.sh --undo takes this away) setsid /bin/bash '$BUNDLE/start.sh' </dev/null >>'$BUNDLE/log/start.log' 2>&1 &"
  has '# END kubebale guide exit 0'
  has 'mode 755'
}

@test "without an rc.local, and with one that is not executable: made so, and given back" {
  run in_private "$RC"'
    script install-services.sh 2>&1
    [[ -x /etc/rc.local ]]
    script install-services.sh
    script install-services.sh --undo
    [[ ! -e /etc/rc.local ]]
    printf "#!/bin/sh\n# nothing\n" >/etc/rc.local
    chmod 0644 /etc/rc.local
    script install-services.sh >/dev/null
    [[ -x /etc/rc.local ]]
    script install-services.sh --undo >/dev/null
    stat -c "mode %a" /etc/rc.local'
  status_is 0
  has 'this host had no /etc/rc.local'
  has 'mode 644'
}

@test "what rc.local holds does what it should: start.sh runs in the background, its output in the log" {
  rename_bundle 'a b%c$d\e"f'"'"'g'
  printf 'echo "start.sh runs"\nsleep 1\necho "and ends"\n' >"$BUNDLE/start.sh"
  run in_private "$RC"'
    script install-services.sh >/dev/null 2>&1
    # The loop for hosts without cron would go on.
    sed -i "/^(while/d" /etc/rc.local
    timeout 0.9 /etc/rc.local'
  status_is 0
  local try
  for ((try = 0; try < 300; try++)); do
    if grep -q 'and ends' "$BUNDLE/log/start.log"; then break; fi
    sleep 0.1
  done
  [[ $(<"$BUNDLE/log/start.log") == $'start.sh runs\nand ends' ]]
}

@test "cron where there is one, its lines as /bin/sh and cron read them; else a loop in rc.local" {
  rename_bundle 'a b%c'
  printf 'echo "rotate $*"\n' >"$BUNDLE/rotate-logs.sh"
  printf 'echo "images $*"\n' >"$BUNDLE/node/load-images.sh"
  run in_private "$RC"'
    mkdir -p /etc/cron.d
    shim crond "exit 0"
    script_in "$TEST_FOLDER/shims" install-services.sh >/dev/null 2>&1
    fails grep "while sleep" /etc/rc.local
    # cron: six fields, then the command, in which \% is a percent sign.
    grep -v "^#" /etc/cron.d/kubebale-guide | while read -r _ _ _ _ _ user command; do
      [[ $user == root ]]
      sh -c "${command//\\%/%}"
    done
    cat "$BUNDLE/log/services.log"
    script_in "$TEST_FOLDER/shims" install-services.sh --undo >/dev/null
    [[ ! -e /etc/cron.d/kubebale-guide ]]
    rm "$TEST_FOLDER/shims/crond"
    rm -r /etc/cron.d
    script install-services.sh >/dev/null 2>&1
    grep "while sleep 300" /etc/rc.local'
  status_is 0
  has 'rotate --size 100M --keep 5 --quiet --force images --pause --quiet'
  has "(while sleep 300; do /bin/bash '$BUNDLE/rotate-logs.sh' --size 100M --keep 5 --quiet --force; /bin/bash '$BUNDLE/node/load-images.sh' --pause --quiet; done)"
}

@test "the logrotate file is read as meant, also with an odd folder" {
  rename_bundle 'a b%c$d\e"f[g]*h'
  yes line | head -c 3000 >"$BUNDLE/log/etcd.log"
  INIT=rc.local printed /etc/logrotate.d/kubebale-guide >"$BATS_TEST_TMPDIR/conf"
  sed -i 's/size 100M/size 1k/' "$BATS_TEST_TMPDIR/conf"
  chmod 0644 "$BATS_TEST_TMPDIR/conf"
  run logrotate -s "$BATS_TEST_TMPDIR/state" "$BATS_TEST_TMPDIR/conf"
  status_is 0
  [[ -z $output ]]
  [[ -e $BUNDLE/log/etcd.log.1.gz && ! -s $BUNDLE/log/etcd.log ]]
}

@test "a folder with a brace has no logrotate file: rotate-logs.sh does it" {
  rename_bundle 'a{b}'
  run env "$KB_BASH" "$BUNDLE/install-services.sh" --print --init systemd
  status_is 0
  lacks logrotate.d
  has "a{b}/rotate-logs.sh"
}
