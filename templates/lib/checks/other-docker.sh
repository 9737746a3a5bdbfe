# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Two docker daemons on one host destroy each other's networks.
check_title='other docker daemons'
check_group=docker
check_phase='before after'
check_roles=node

check() {
  # shellcheck source=../docker-host.sh
  . "$KB_ROOT/lib/docker-host.sh"
  local state=''
  if find_docker_daemon; then
    if ((EUID != 0)); then
      # Only root sees whether its program is ours.
      need_root
    fi
    bad "one runs: pid $DAEMON_PID, $DAEMON_LINE" "Stop it. One of these, whichever started it:" \
      "  systemctl stop docker" "  service docker stop" "  kill $DAEMON_PID"
  fi
  if [[ -d /run/systemd/system ]] && type -P systemctl >/dev/null; then
    state=$(systemctl is-enabled docker.service 2>/dev/null) || true
  fi
  if [[ $state == enabled ]]; then
    warning "none runs, but the system's own starts at the next boot" "Turn that off:" "  systemctl disable docker.service docker.socket"
  fi
  good "none"
}
