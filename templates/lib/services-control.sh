# shellcheck shell=bash
# What install-services.sh asks of a running systemd.

# run_systemctl WORD...: or the end.
run_systemctl() {
  local output
  if ((OPT_DRY_RUN)); then
    say "would run systemctl $*"
  elif ! output=$(systemctl "$@" 2>&1 8>&-); then
    die "systemctl $* failed: ${output%%$'\n'*}" "Look with:" "  systemctl status $TARGET; journalctl -b -u $TARGET"
  fi
}

how_to_look_systemd() {
  if ((!OPT_NOW)); then
    say "At the next boot systemd starts all of it. To have systemd watch over it from now on, with what runs left alone:" \
      "  systemctl start $TARGET"
  fi
  say "To look at it, and at what they say:" \
    "  systemctl list-units --all 'kubebale-$KB_CLUSTER*'" "  journalctl -b -u 'kubebale-$KB_CLUSTER-*'"
}

# release_units: the services end, the daemons stay: each service is but a start script that watches.
release_units() {
  local path unit waited
  find_installed
  if [[ ! -d /run/systemd/system ]]; then
    return 0
  fi
  for path in ${INSTALLED[@]+"${INSTALLED[@]}"}; do
    unit=${path##*/}
    if [[ $path != "$SYSTEMD_FOLDER"/*.service ]] || ! is_active "$unit"; then
      continue
    fi
    # Between two starts, or in a step before one, there is no main process to tell.
    if [[ $(systemctl is-active "$unit" 2>/dev/null 8>&-) == activating ]]; then
      run_systemctl stop "$unit"
    else
      run_systemctl kill --kill-who=main "$unit"
    fi
    for ((waited = 0; waited < 100; waited++)); do
      if ((OPT_DRY_RUN)) || ! is_active "$unit"; then
        break
      fi
      pause 0.1
    done
    if ((waited == 100)); then
      die "$unit still runs, so its file is left where it is." "Stop it, and with it the daemon, then run this again:" \
        "  systemctl stop $unit"
    fi
  done
  # Only now: stopping the target would have stopped the daemons.
  for path in ${INSTALLED[@]+"${INSTALLED[@]}"}; do
    unit=${path##*/}
    if [[ $unit == *.t[ia]* ]] && is_active "$unit"; then
      run_systemctl stop "$unit"
    fi
  done
}

# is_active UNIT: also while it starts or ends.
is_active() {
  local state
  state=$(systemctl is-active "$1" 2>/dev/null 8>&-) || true
  [[ $state == *activ* && $state != inactive ]]
}
