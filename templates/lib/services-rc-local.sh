# shellcheck shell=bash
# Without systemd: a marked block in rc.local that runs start.sh in the background, and a file for cron.

readonly RC_BEGIN="# BEGIN kubebale $KB_CLUSTER (install-services.sh --undo takes this away)"
readonly RC_END="# END kubebale $KB_CLUSTER"
# In the block, so that --undo can give that back too.
readonly RC_NEW='# (there was no rc.local before)' RC_MODE='# (it was not executable before)'

has_cron() {
  [[ -d /etc/cron.d ]] && { type -P cron >/dev/null || type -P crond >/dev/null; }
}

# rc_local_path: sets RC_LOCAL. It is a link on some systems.
rc_local_path() {
  if [[ -e /etc/rc.local ]]; then
    RC_LOCAL=$(readlink -f /etc/rc.local)
  elif [[ -d /etc/rc.d ]]; then
    RC_LOCAL=/etc/rc.d/rc.local
  else
    RC_LOCAL=/etc/rc.local
  fi
}

# tasks_text: sets LOGS_TASK and IMAGES_TASK ('' on a host that is no node), as /bin/sh reads them.
tasks_text() {
  quote_word "$KB_ROOT/rotate-logs.sh"
  LOGS_TASK="/bin/bash $QUOTED --size $LOG_SIZE --keep $LOG_KEEP --quiet --force"
  IMAGES_TASK=''
  if ((KB_HAS_IMAGES)); then
    quote_word "$KB_ROOT/node/load-images.sh"
    IMAGES_TASK="/bin/bash $QUOTED --pause --quiet"
  fi
  quote_word "$KB_ROOT/log/services.log"
  TASK_LOG=">>$QUOTED 2>&1"
}

# In a line of cron a "%" ends the command.
cron_text() {
  local line
  tasks_text
  header
  line="$LOGS_TASK $TASK_LOG"
  printf '*/15 * * * * root %s\n' "${line//%/\\%}"
  if [[ -n $IMAGES_TASK ]]; then
    line="$IMAGES_TASK $TASK_LOG"
    printf '*/5 * * * * root %s\n' "${line//%/\\%}"
  fi
}

# rc_local_block [NOTE]...
rc_local_block() {
  local note start
  printf '%s\n' "$RC_BEGIN"
  for note in "$@"; do
    [[ -z $note ]] || printf '%s\n' "$note"
  done
  quote_word "$KB_ROOT/start.sh"
  start=$QUOTED
  quote_word "$KB_ROOT/log/start.log"
  printf 'setsid /bin/bash %s </dev/null >>%s 2>&1 &\n' "$start" "$QUOTED"
  if ! has_cron; then
    tasks_text
    printf '(while sleep 300; do %s; done) </dev/null %s &\n' "$LOGS_TASK${IMAGES_TASK:+; $IMAGES_TASK}" "$TASK_LOG"
  fi
  printf '%s\n' "$RC_END"
}

# read_rc_local: sets RC_OLD (the file), RC_REST (without our block), RC_NOTES of an older block.
read_rc_local() {
  local line inside=0
  RC_OLD='' RC_REST='' RC_NOTES=('' '')
  if [[ ! -e $RC_LOCAL ]]; then
    RC_NOTES=("$RC_NEW" '')
    RC_REST=$'#!/bin/sh\n'
    return 0
  fi
  while IFS= read -r line || [[ -n $line ]]; do
    RC_OLD+=$line$'\n'
    case $line in
      "$RC_BEGIN") inside=1 ;;
      "$RC_END") inside=0 ;;
      "$RC_NEW") RC_NOTES[0]=$line ;;
      "$RC_MODE") RC_NOTES[1]=$line ;;
      *) ((inside)) || RC_REST+=$line$'\n' ;;
    esac
  done <"$RC_LOCAL"
  if ((inside)); then
    die "$RC_LOCAL has the first line of our block, but not its last:" "  $RC_END" \
      "Delete our lines by hand, with the mark, then run this again:" "  vi $RC_LOCAL"
  fi
}

place_rc_local() {
  local text mode=0755
  rc_local_path
  read_rc_local
  if [[ -x $RC_LOCAL ]]; then
    mode=$(stat -c %a -- "$RC_LOCAL")
  elif [[ -e $RC_LOCAL ]]; then
    RC_NOTES[1]=$RC_MODE
  fi
  text=$(rc_local_with_block && printf x)
  if [[ -x $RC_LOCAL && ${text%x} == "$RC_OLD" ]]; then
    return 0
  fi
  CHANGED=1
  if ((OPT_DRY_RUN)); then
    say "would write these lines into $RC_LOCAL:"
    rc_local_block "${RC_NOTES[@]}"
    return 0
  fi
  if [[ ! -e /etc/rc.local ]]; then
    warn "this host had no /etc/rc.local, and its system may not run $RC_LOCAL. See how it starts programs, and have it run:" \
      "  $TYPED_ROOT/start.sh"
  fi
  write_file "$RC_LOCAL" "${text%x}" "$mode"
  say "Wrote our lines into $RC_LOCAL."
}

# Before a last "exit", which would end it before our line.
rc_local_with_block() {
  BLOCK=$(rc_local_block "${RC_NOTES[@]}") awk '
    { line[NR] = $0; if ($0 ~ /^exit([ \t;]|$)/) last = NR }
    END {
      for (i = 1; i <= NR; i++) {
        if (i == last) print ENVIRON["BLOCK"]
        print line[i]
      }
      if (!last) print ENVIRON["BLOCK"]
    }' < <(printf '%s' "$RC_REST")
}

how_to_look_rc_local() {
  say "At the next boot $RC_LOCAL runs start.sh, in the background. What it says then:" "  tail $TYPED_ROOT/log/start.log"
  if ((OPT_NOW)); then
    say "To start what does not run yet, now:" "  $TYPED_ROOT/start.sh"
  fi
}

remove_rc_local() {
  local mode
  rc_local_path
  if [[ ! -e $RC_LOCAL ]] || ! grep -qxF -- "$RC_BEGIN" "$RC_LOCAL"; then
    return 0
  fi
  read_rc_local
  # shellcheck disable=SC2034 # services.sh says whether there was anything to do
  CHANGED=1
  if ((OPT_DRY_RUN)); then
    say "would take our lines out of $RC_LOCAL"
    return 0
  elif [[ -n ${RC_NOTES[0]} && $RC_REST == $'#!/bin/sh\n' ]]; then
    rm -f -- "$RC_LOCAL" || die_unwritable "$RC_LOCAL"
  else
    mode=$(stat -c %a -- "$RC_LOCAL")
    [[ -z ${RC_NOTES[1]} ]] || mode=0644
    write_file "$RC_LOCAL" "$RC_REST" "$mode"
  fi
  say "Took our lines out of $RC_LOCAL."
}
