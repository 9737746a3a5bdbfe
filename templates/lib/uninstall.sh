# shellcheck shell=bash
# uninstall.sh: undoes what the scripts and daemons of this bundle did on this host. Each step looks at the host and at
# what was recorded, so that a run that was killed is finished by the next one.

# shellcheck source=common.sh
. "$KB_ROOT/lib/common.sh"
# shellcheck source=options.sh
. "$KB_ROOT/lib/options.sh"
# shellcheck source=process.sh
. "$KB_ROOT/lib/process.sh"
# shellcheck source=iptables.sh
. "$KB_ROOT/lib/iptables.sh"
# shellcheck source=docker-host.sh
. "$KB_ROOT/lib/docker-host.sh"

# The registry's certificate authority, where start-docker.sh places it.
KB_CA_FILE=''
if [[ -n $KB_DOCKER_CA ]]; then
  KB_CA_FILE=/etc/docker/certs.d/$KB_DOCKER_REGISTRY/ca.crt
fi

# shellcheck source=before.sh
. "$KB_ROOT/lib/before.sh"
# shellcheck source=uninstall-mounts.sh
. "$KB_ROOT/lib/uninstall-mounts.sh"
# shellcheck source=uninstall-cgroups.sh
. "$KB_ROOT/lib/uninstall-cgroups.sh"
# shellcheck source=uninstall-network.sh
. "$KB_ROOT/lib/uninstall-network.sh"
# shellcheck source=uninstall-files.sh
. "$KB_ROOT/lib/uninstall-files.sh"
# shellcheck source=uninstall-guard.sh
. "$KB_ROOT/lib/uninstall-guard.sh"
# shellcheck source=uninstall-purge.sh
. "$KB_ROOT/lib/uninstall-purge.sh"

usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [--purge-data [--yes]] [--dry-run] [--force] [--help]" \
    '' \
    'Undoes what the scripts and daemons of this bundle did on this host, once' \
    'stop.sh has stopped them: mounts, the block in /etc/hosts, services, docker in' \
    '/usr/bin, interfaces, routes, sysctls, iptables rules, files in /run. What was' \
    'there before the first start stays, or is put back. Data and this folder stay.' \
    '' \
    '  --purge-data  delete the data of etcd, docker and kubelet too, and the files' \
    '                of this bundle; lists them and asks for a word first' \
    '  --yes         do not ask (for scripts)' \
    '  --dry-run     say what would be done and change nothing' \
    '  --force       go on although this looks like the wrong host' \
    '  --record      for the start scripts: record the state of this host, once' \
    '  --help        this text' \
    '' \
    'Exit codes: 0 done, or nothing to undo. 1 something could not be undone, or you' \
    'did not want it. 2 cannot act here: usage, not root, wrong host, daemons run, a' \
    'volume is in use, a path that is not safe to delete.'
}

uninstall_main() {
  FAILED=() KEPT=() DONE=0
  parse_options "purge-data yes dry-run force record" "$@"
  require_root
  require_tools awk find flock grep ip mountpoint mv readlink rm rmdir sed sync
  if ((OPT_RECORD)); then
    before_record
    return 0
  fi
  if ((OPT_YES && !OPT_PURGE_DATA)); then
    usage_error "--yes goes with --purge-data"
  fi
  require_tools cp du sha256sum umount
  require_host
  make_folder "$KB_ROOT/run"
  take_start_lock
  refuse_scripts_at_work
  hold_etcd_lock
  refuse_running_units
  refuse_foreign_docker
  before_find
  find_mounts
  if ((OPT_PURGE_DATA)); then
    purge_check_paths
    purge_list
    purge_ask
  fi
  undo_mounts
  undo_all
  if ((${#FAILED[@]} > 0)); then
    die "not undone, see above: $(join_comma "${FAILED[@]}")." "When that is mended, run this again:" \
      "  $TYPED_ROOT/$KB_SCRIPT$TYPED_OPTIONS"
  fi
  if ((OPT_PURGE_DATA)); then
    purge_data
  fi
  end_main
}

undo_all() {
  undo_services
  if [[ $BEFORE_KNOWN == yes || $BEFORE_KNOWN == late ]]; then
    undo_iptables
    undo_routes
    undo_links
    undo_sysctls
    undo_run_paths
  elif [[ $BEFORE_KNOWN == no && -n $KB_DOCKER_SOCKET ]]; then
    keep_unrecorded
  fi
  undo_registry_ca
  undo_cgroups
  undo_hosts_block
  undo_docker_programs
}

end_main() {
  local stay="Data and this folder stay (--purge-data deletes them)."
  if ((OPT_DRY_RUN)); then
    if ((${#KEPT[@]} > 0)); then
      say "These would stay:" "${KEPT[@]}"
    fi
    say "Nothing was changed (--dry-run)."
    return 0
  fi
  if ((OPT_PURGE_DATA)); then
    purge_bundle
  fi
  before_forget
  if ((DONE == 0 && ${#KEPT[@]} == 0)); then
    say "There was nothing to undo on $KB_HOST. $stay"
  else
    say_result "the first start" "$stay"
  fi
}

# say_result WHEN [TEXT]: the last sentence, which must not promise more than is known.
say_result() {
  if ((${#KEPT[@]} == 0)); then
    say "This host is as it was before $1.${2:+ $2}"
  elif [[ $BEFORE_KNOWN == yes ]]; then
    say "This host is as it was before $1, but for what stays until the next reboot:" ${KEPT[@]+"${KEPT[@]}"} ${2:+"$2"}
  else
    say "What is known to be ours is undone. What this host was like before $1 is not known, and these stay until the next reboot:" \
      ${KEPT[@]+"${KEPT[@]}"} ${2:+"$2"}
  fi
}

join_comma() {
  local text=$1 item
  shift
  for item in "$@"; do
    text+=", $item"
  done
  printf '%s\n' "$text"
}

# act TEXT COMMAND WORD...: a change, in the form "remove the interface docker0". In a dry run it is only said.
act() {
  local text=$1 reason
  shift
  if ((OPT_DRY_RUN)); then
    say "would: $text"
    return 0
  fi
  DONE=$((DONE + 1))
  if reason=$("$@" 2>&1 8>&- 9>&-); then
    say "done: $text"
    return 0
  fi
  complain "could not $text: ${reason:-no reason given}"
  FAILED+=("$text")
}

# act_script TEXT SCRIPT OPTION...: the same by a script of this bundle, which says for itself what it does.
act_script() {
  local text=$1 script=$2 code=0
  local -a any_host=('' yes)
  shift 2
  if ((OPT_DRY_RUN)); then
    say "would: $text"
    return 0
  fi
  DONE=$((DONE + 1))
  # To others --force may mean more than the wrong host.
  KUBEBALE_ANY_HOST=${any_host[OPT_FORCE]} "$BASH" "$KB_ROOT/$script" "$@" 8>&- 9>&- || code=$?
  if ((code != 0)); then
    FAILED+=("$text")
  fi
}

# Nothing is started while this is at work.
take_start_lock() {
  TYPED_OPTIONS=''
  if ((OPT_PURGE_DATA)); then
    # shellcheck disable=SC2034 # messages tell to type it
    TYPED_OPTIONS=' --purge-data'
  fi
  # Right after a kill -9 a last child may hold it for a moment.
  until try_lock "$KB_ROOT/run/start.lock"; do
    if ! past_deadline 3; then
      pause 0.2
      continue
    fi
    refuse "start.sh, stop.sh or $KB_SCRIPT (pid ${LOCK_HOLDER:-unknown}) is at work here." \
      "Wait for it, or end it, then run this again. What it is:" "  ps -fp ${LOCK_HOLDER:-PID}"
  done
}

# Start scripts that wait, and those that move etcd's data: it would be taken from under them. Right after a kill -9 a last
# child may hold a lock for a moment.
refuse_scripts_at_work() {
  local file holder
  for file in "$KB_ROOT"/run/*.lock; do
    if [[ -e $file && $file != */start.lock && $file != */rotate-logs.lock ]] && ! flock -w 2 "$file" true 8>&-; then
      holder=''
      { read -r holder <"$file"; } 2>/dev/null || true
      refuse "a script of this bundle (pid ${holder:-unknown}) is at work here: it holds run/${file##*/}." \
        "Wait for it, or end it, then run this again. What it is:" "  ps -fp ${holder:-PID}"
    fi
  done
}

# Up to the end: a script of etcd/ that is begun meanwhile would copy data that is being deleted.
hold_etcd_lock() {
  local file=$KB_ROOT/run/etcd-life.lock
  # Where there are no such scripts, and in a dry run, no file is left for it.
  if [[ ! -e $file && (! -d $KB_ROOT/etcd || $OPT_DRY_RUN == 1) ]]; then
    return 0
  fi
  { exec 9>>"$file"; } 2>/dev/null || die_unwritable "$file"
  if ! flock -n 9; then
    refuse "a script of etcd/ has just begun here." "Wait for it, or end it, then run this again. What it is:" "  ps -ef | grep '[e]tcd'"
  fi
  { printf '%s\n' "$$" >"$file"; } 2>/dev/null || true
}

# Interfaces, sockets and rules may be those of another docker by now.
refuse_foreign_docker() {
  if [[ -n $KB_DOCKER_SOCKET ]] && find_docker_daemon; then
    refuse "another docker daemon runs, and may use what this bundle's docker left (docker0, rules, sockets): pid $DAEMON_PID." \
      "  $DAEMON_LINE" "Stop it, then run this again. One of these, whichever started it:" \
      "  systemctl stop docker" "  service docker stop" "  kill $DAEMON_PID"
  fi
}

# By their pid files, and by what runs out of bin/: a containerd-shim outlives its docker.
refuse_running_units() {
  local file folder exe
  local -a running=()
  for file in "$KB_ROOT"/run/*.pid; do
    if process_alive "$file"; then
      file=${file##*/}
      if [[ $file == etcd-isolated.pid ]]; then
        refuse "an etcd still runs on a copy that a script of etcd/ made and that was killed. End it, then run this again:" "  kill $FILE_PID"
      fi
      running+=("${file%.pid} (pid $FILE_PID)")
    fi
  done
  if ((${#running[@]} > 0)); then
    refuse "still running: $(join_comma "${running[@]}")." "Stop everything first, then run this again:" "  $TYPED_ROOT/stop.sh"
  fi
  for folder in /proc/[0-9]*; do
    exe=$(readlink "$folder/exe" 2>/dev/null) || continue
    if [[ $exe == "$KB_ROOT/bin/"* && $folder/ns/pid -ef /proc/self/ns/pid ]]; then
      exe=${exe#"$KB_ROOT/bin/"}
      running+=("${exe% (deleted)} (pid ${folder#/proc/})")
    fi
  done
  if ((${#running[@]} > 0)); then
    refuse "programs of this bundle still run: $(join_comma "${running[@]}")." \
      "Stop everything first; what stop.sh does not end, such as docker's shims after docker was killed, end by its pid:" \
      "  $TYPED_ROOT/stop.sh" "  kill PID"
  fi
}
