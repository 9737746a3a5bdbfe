# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# docker loads a profile for its containers, and starts none of them when it cannot.
check_title=AppArmor
check_group=docker
check_phase='before after'
check_roles=node

check() {
  local enabled=N
  if [[ -r /sys/module/apparmor/parameters/enabled ]]; then
    enabled=$(cat /sys/module/apparmor/parameters/enabled)
  fi
  if [[ $enabled != Y ]]; then
    good "off"
  elif type -P apparmor_parser >/dev/null || [[ -x /sbin/apparmor_parser ]]; then
    good "on, with apparmor_parser for docker's profile"
  fi
  bad "on, and docker has no apparmor_parser to load its profile with" \
    "Install the package apparmor from this system's own medium; or boot with this on the kernel command line:" "  apparmor=0"
}
