# shellcheck shell=bash
# rotate-logs.sh: keeps log/*.log small. With logrotate where install-services.sh has set it up, else
# by itself: copied, then emptied, because the daemons hold their logs open and cannot be told to
# open others.

# shellcheck source=common.sh
. "$KB_ROOT/lib/common.sh"
# shellcheck source=options.sh
. "$KB_ROOT/lib/options.sh"
# shellcheck source=log-limits.sh
. "$KB_ROOT/lib/log-limits.sh"
# shellcheck source=rotate-copy.sh
. "$KB_ROOT/lib/rotate-copy.sh"

readonly LOGROTATE_FILE=/etc/logrotate.d/kubebale-$KB_CLUSTER

usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [OPTION]..." \
    '' \
    'Rotates each log/*.log of this bundle that is larger than a limit: what is in it' \
    'goes to log/NAME.log.1.gz, the older ones to .2.gz and so on, the oldest is' \
    'deleted. The daemons go on writing; what they write in the few milliseconds' \
    'between the copy and the emptying is lost.' \
    'Where logrotate and the file of install-services.sh are there, it does that.' \
    '' \
    "  --size N     the limit, in bytes or with k, M or G (normally $LOG_SIZE)" \
    "  --keep N     how many older ones stay of each log (normally $LOG_KEEP)" \
    '  --plain      do not compress them' \
    '  --own        do it without logrotate' \
    '  --quiet      say nothing when there is nothing to do' \
    '  --force      go on although this host does not carry the address of the bundle' \
    '  --help       this text' \
    '' \
    'Exit codes: 0 done, or nothing to do, or another one is at it; 1 a log could not' \
    'be rotated, with the cause; 2 cannot act here (usage, not root, wrong host).'
}

rotate_logs_main() {
  local file
  parse_options "size= keep= plain own quiet force" "$@"
  read_log_limits
  require_root
  require_tools flock head sha256sum stat tail truncate
  require_host
  make_folder "$KB_ROOT/run"
  # The second of two at once would copy what the first is emptying.
  if ! try_lock "$KB_ROOT/run/rotate-logs.lock"; then
    tell "Another $KB_SCRIPT (pid ${LOCK_HOLDER:-unknown}) is at work."
    return 0
  fi
  if ((!OPT_OWN)) && [[ -e $LOGROTATE_FILE ]] && type -P logrotate >/dev/null && run_logrotate; then
    tell "logrotate has looked after the logs, by $LOGROTATE_FILE."
    return 0
  fi
  ROTATED=0 NOT_ROTATED=0
  for file in "$KB_ROOT"/log/*.log; do
    # A link may lead out of the bundle: nothing of ours makes one.
    if [[ -f $file && ! -L $file ]]; then
      rotate_log "$file"
    fi
  done
  if ((NOT_ROTATED)); then
    exit "$EXIT_FAILED"
  elif ((!ROTATED)); then
    tell "No log is larger than $LOG_SIZE."
  fi
}

# tell LINE...: unless --quiet.
tell() {
  ((OPT_QUIET)) || say "$@"
}

# Whatever keeps it from its work: the logs must not fill the disk.
run_logrotate() {
  local output
  if output=$(logrotate "$LOGROTATE_FILE" 2>&1 8>&-); then
    return 0
  fi
  warn "logrotate failed, so this script does it: ${output%%$'\n'*}" "Look with:" "  logrotate -d $LOGROTATE_FILE"
  return 1
}
