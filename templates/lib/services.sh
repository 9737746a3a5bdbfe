# shellcheck shell=bash
# install-services.sh: this host's daemons come back after a reboot, the logs stay small, the pause
# image stays in docker. With systemd as units and timers, else with a line in rc.local and one for cron.

# shellcheck source=common.sh
. "$KB_ROOT/lib/common.sh"
# shellcheck source=options.sh
. "$KB_ROOT/lib/options.sh"
# shellcheck source=wait-lock.sh
. "$KB_ROOT/lib/wait-lock.sh"
# shellcheck source=log-limits.sh
. "$KB_ROOT/lib/log-limits.sh"
# shellcheck source=services-files.sh
. "$KB_ROOT/lib/services-files.sh"
# shellcheck source=services-systemd.sh
. "$KB_ROOT/lib/services-systemd.sh"
# shellcheck source=services-control.sh
. "$KB_ROOT/lib/services-control.sh"
# shellcheck source=services-rc-local.sh
. "$KB_ROOT/lib/services-rc-local.sh"

usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [OPTION]..." \
    '' \
    "Has this host's system start the daemons of this bundle after a reboot, rotate" \
    'their logs, and keep the pause image in docker. With systemd: a unit for each' \
    'daemon, kubebale-CLUSTER-UNIT.service, and kubebale-CLUSTER.target over them.' \
    'Without: a line in rc.local that runs start.sh, and a file for cron. What runs' \
    'is left alone. It may be run again at any time, after a new tarball too.' \
    '' \
    '  --now        also start the units now; what runs already is watched over from' \
    '               then on, not started again' \
    '  --undo       take all of it away again; the daemons go on running' \
    '  --print      show the files and change nothing' \
    '  --dry-run    say what would be changed, and change nothing' \
    '  --init NAME  systemd or rc.local, instead of what runs on this host' \
    "  --size N     rotate a log that is larger than N bytes, or with k, M, G ($LOG_SIZE)" \
    "  --keep N     how many older ones stay of each log ($LOG_KEEP)" \
    '  --force      go on although this looks like the wrong host, and replace files' \
    '               of these names that are not from this bundle' \
    '  --help       this text' \
    '' \
    'Exit codes: 0 done, or already so; 1 failed, with the cause; 2 cannot act here' \
    '(usage, not root, wrong host, missing tool, files of another bundle).'
}

install_services_main() {
  parse_options "now undo print dry-run init= size= keep= force" "$@"
  read_log_limits
  if ((OPT_NOW && OPT_UNDO)); then
    usage_error "--now and --undo do not go together"
  fi
  refuse_odd_root
  choose_init
  if ((OPT_PRINT)); then
    plan_files
    print_files
    return 0
  fi
  if ((!OPT_DRY_RUN)); then
    require_root
  fi
  require_tools awk chmod flock ln mkdir mv readlink rm stat
  require_host
  if ((!OPT_DRY_RUN)); then
    # Of two bundles on one host only one writes to rc.local at a time.
    wait_lock /etc
  fi
  if ((OPT_UNDO)); then
    undo_services
  else
    install_services
  fi
}

# systemd, cron and logrotate read their files by the line.
refuse_odd_root() {
  if [[ $KB_ROOT == *[[:cntrl:]]* ]]; then
    refuse "the folder of this bundle has a control character in its name, and unit files cannot hold it." \
      "Move it, or unpack the tarball somewhere else. It is:" "  $TYPED_ROOT"
  fi
}

choose_init() {
  INIT=$OPT_INIT
  case $INIT in
    systemd | rc.local) ;;
    '') if [[ -d /run/systemd/system ]]; then INIT=systemd; else INIT=rc.local; fi ;;
    *) usage_error "--init is systemd or rc.local, not: $INIT" ;;
  esac
}

# plan_files: all that is to be there, in WANTED_PATHS and WANTED_TEXTS.
plan_files() {
  WANTED_PATHS=() WANTED_TEXTS=()
  if [[ $INIT == systemd ]]; then
    plan_units
  elif has_cron; then
    want_file "/etc/cron.d/kubebale-$KB_CLUSTER" cron_text
  fi
  if ((OPT_PRINT)) || type -P logrotate >/dev/null; then
    plan_logrotate
  fi
}

# logrotate takes a "{" for the end of the path, also in quotes; rotate-logs.sh does without it then.
plan_logrotate() {
  if [[ $KB_ROOT != *[{}]* ]]; then
    want_file "/etc/logrotate.d/kubebale-$KB_CLUSTER" logrotate_text
  fi
}

logrotate_text() {
  local root=$KB_ROOT char
  # A pattern between quotes: a backslash before what would be more than itself.
  for char in \\ '*' '?' '[' ']' '"'; do
    root=${root//"$char"/\\"$char"}
  done
  header
  printf '%s\n' \
    "\"$root/log/*.log\" {" '  su root root' "  size $LOG_SIZE" "  rotate $LOG_KEEP" '  start 1' \
    '  # The daemons keep their logs open and cannot be told to open others.' '  copytruncate' \
    '  compress' '  nodelaycompress' \
    '  # A name with the date could come twice on a day, and would then be skipped.' '  nodateext' \
    '  noolddir' '  missingok' '  notifempty' '}'
}

install_services() {
  plan_files
  refuse_foreign_files
  CHANGED=0
  place_files
  # Of an older specification, when the host had roles that it has no more.
  remove_files unwanted
  if [[ $INIT == systemd ]]; then
    enable_units
    remove_rc_local
  else
    place_rc_local
  fi
  if ((OPT_DRY_RUN)); then
    say "Nothing was changed, because of --dry-run."
    return 0
  elif ((!CHANGED)); then
    say "All of it was there already: nothing was changed."
  fi
  if [[ $INIT == systemd ]]; then how_to_look_systemd; else how_to_look_rc_local; fi
}

undo_services() {
  CHANGED=0
  release_units
  remove_files
  if ((CHANGED)) && [[ -d /run/systemd/system ]]; then
    run_systemctl daemon-reload
  fi
  remove_rc_local
  if ((OPT_DRY_RUN && CHANGED)); then
    say "Nothing was changed, because of --dry-run."
  elif ((CHANGED)); then
    say "The daemons were left as they are. After a reboot nothing starts them but" "  $TYPED_ROOT/start.sh"
  else
    say "Nothing of this bundle is installed: nothing to undo."
  fi
}
