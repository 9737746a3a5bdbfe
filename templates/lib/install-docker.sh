# shellcheck shell=bash
# node/install-docker.sh: copies docker's executables of this bundle to /usr/bin, and back (G8).
# Nobody needs it to run the cluster: docker runs from bin/. It is for those who want to type docker.

# shellcheck source=common.sh
. "$KB_ROOT/lib/common.sh"
# shellcheck source=options.sh
. "$KB_ROOT/lib/options.sh"
# shellcheck source=wait-lock.sh
. "$KB_ROOT/lib/wait-lock.sh"
# shellcheck source=docker-host.sh
. "$KB_ROOT/lib/docker-host.sh"
# shellcheck source=install-record.sh
. "$KB_ROOT/lib/install-record.sh"
# shellcheck source=install-undo.sh
. "$KB_ROOT/lib/install-undo.sh"

usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [--to DIR] [--undo] [--force] [--help]" \
    '' \
    "Copies docker's executables from bin/ of this bundle to /usr/bin. What is" \
    'replaced is kept beside it as NAME.previous. The cluster does not need this:' \
    'start-docker.sh runs docker from bin/.' \
    '' \
    '  --to DIR  another folder than /usr/bin, for example /usr/local/bin' \
    '  --undo    put back what was there before (with --to: in DIR only)' \
    '  --force   go on although this host does not carry the address of the bundle;' \
    '            with --undo: also forget files that somebody else has changed since' \
    '  --help    this text' \
    '' \
    'Exit codes: 0 done, or already so; 1 failed, with the cause; 2 cannot act here' \
    '(usage, not root, wrong host, missing tool).'
}

install_docker_main() {
  parse_options "to= undo force" "$@"
  require_root
  require_tools awk chmod cp flock head ln mv readlink rm sha256sum stat
  require_host
  make_folder "$KB_ROOT/run"
  # Of the host, not of the bundle: two bundles must not replace the same file at once.
  wait_lock /usr/bin
  record_read
  resolve_target_folder
  if ((OPT_UNDO)); then
    undo_main
  else
    install_main
  fi
}

# --- there -----------------------------------------------------------------------------------

install_main() {
  local name
  local -a wanted=()
  for name in ${KB_DOCKER_BINARIES[@]+"${KB_DOCKER_BINARIES[@]}"}; do
    check_binary "$name"
    if [[ $DIGEST != "$BUNDLED" ]]; then
      wanted+=("$name")
    fi
  done
  if ((${#wanted[@]} > 0)); then
    # Everything is looked at before the first file changes.
    for name in "${wanted[@]}"; do
      check_target "$name"
    done
    refuse_running_daemon "its executables cannot be replaced under it"
    for name in "${wanted[@]}"; do
      install_binary "$name"
    done
  fi
  remove_stale_pid_file
  if ((${#wanted[@]} == 0)); then
    say "docker's executables in $TARGET_FOLDER are those of this bundle already."
  else
    say "Done. To put back what was there before, type:" "  $QUOTED_SCRIPT --undo"
  fi
}

# Sets TARGET_FOLDER, an absolute path without symlinks, and QUOTED_SCRIPT for hints.
resolve_target_folder() {
  local folder=${OPT_TO:-/usr/bin}
  quote_word "$KB_ROOT/node/install-docker.sh"
  QUOTED_SCRIPT=$QUOTED
  if [[ $folder == *[[:cntrl:]]* ]]; then
    usage_error "--to: a folder with a control character in its name is not possible"
  fi
  TARGET_FOLDER=$(readlink -f -- "$folder") || TARGET_FOLDER=''
  if [[ ! -d $TARGET_FOLDER ]]; then
    quote_word "$folder"
    die "there is no folder $folder." "Make it first, then run this again:" "  mkdir -p -- $QUOTED"
  fi
  if [[ $TARGET_FOLDER == "$(readlink -f -- "$KB_ROOT")"/* ]]; then
    usage_error "--to $folder is inside of this bundle"
  fi
}

# check_binary NAME: sets BUNDLED and DIGEST, of the bundle's file and of the one in the target folder.
check_binary() {
  local source=$KB_ROOT/bin/$1 target=$TARGET_FOLDER/$1
  if [[ ! -f $source ]]; then
    refuse "bin/$1 is not in this bundle: compile with --artifacts, or copy it to" "  $TYPED_ROOT/bin/"
  fi
  if [[ -d $target ]]; then
    quote_word "$target"
    die "$target is a folder, and a program is to go there." "Look at it, and move it away:" "  ls -la $QUOTED"
  fi
  digest "$source"
  BUNDLED=$DIGEST
  digest "$target"
}

# check_target NAME: may TARGET_FOLDER/NAME be replaced?
check_target() {
  local target=$TARGET_FOLDER/$1
  find_owner "$target"
  if [[ -n $OWNER ]]; then
    die "$target belongs to the package $OWNER: its next update would take our file away again." \
      "Either leave it (the cluster runs docker from bin/ anyway), or take another folder that comes earlier in PATH:" \
      "  $QUOTED_SCRIPT --to /usr/local/bin" \
      "or remove the package first:" "  $OWNER_REMOVE"
  fi
  digest "$target"
  quote_words "$target" "$target.mine"
  if record_find "$target" && [[ -n $DIGEST && $DIGEST != "$FOUND_OLD" ]] && ! record_is_ours "$target" "$DIGEST"; then
    die "$target is neither what this script installed nor what was there before: somebody has changed it since." \
      "Move it away, then run this again:" "  mv $QUOTED"
  fi
}

# plan_keeping TARGET OURS: writes into the record what will be done, and sets KEEP_AS to the name
# that the old file is still to get, or to ''.
plan_keeping() {
  local target=$1 ours=$2 old
  KEEP_AS=''
  digest "$target"
  old=${DIGEST:--}
  if record_find "$target" && record_is_ours "$target" "$old"; then
    record_add "$target" "$FOUND_KEEP" "$ours" "$FOUND_OLD"
    return 0
  fi
  if record_find "$target" && same_file "$target" "$FOUND_KEEP"; then
    # An earlier run was killed after it gave the old file its second name.
    record_add "$target" "$FOUND_KEEP" "$ours" "$FOUND_OLD"
    return 0
  fi
  # -L: a link that leads nowhere is kept too.
  if [[ -e $target || -L $target ]]; then
    free_name "$target.previous"
    KEEP_AS=$FREE
  elif record_find "$target"; then
    # Somebody deleted what we installed: what was there at first is still what counts.
    record_add "$target" "$FOUND_KEEP" "$ours" "$FOUND_OLD"
    return 0
  fi
  record_drop "$target"
  record_add "$target" "${KEEP_AS:--}" "$ours" "$old"
}

# install_binary NAME. Each step may be the last one before a kill -9: the record is written
# first, the old file gets its second name, and one rename brings the new one.
install_binary() {
  local name=$1 source=$KB_ROOT/bin/$1 target=$TARGET_FOLDER/$1 bundled
  local temporary=$TARGET_FOLDER/.$1.kubebale-new
  digest "$source"
  bundled=$DIGEST
  plan_keeping "$target" "$bundled"
  # By a temporary file: after a full disk or a kill the old program is still whole.
  if ! { cp -- "$source" "$temporary" && chmod 0755 "$temporary"; } 2>/dev/null; then
    rm -f -- "$temporary"
    die_unwritable "$target"
  fi
  digest "$temporary"
  if [[ $DIGEST != "$bundled" ]]; then
    rm -f -- "$temporary"
    die "the copy of bin/$name in $TARGET_FOLDER is not the same as the original." "Look for disk errors:" "  dmesg | tail"
  fi
  if [[ -n $KEEP_AS ]]; then
    # A second name for the same file: there is no moment without the old program, and ln never
    # overwrites.
    if ! ln -P -- "$target" "$KEEP_AS" 2>/dev/null; then
      rm -f -- "$temporary"
      die_unwritable "$KEEP_AS"
    fi
    say "Kept the old $name as $KEEP_AS."
  fi
  mv -f -- "$temporary" "$target" || die_unwritable "$target"
  say "Installed $target."
}
