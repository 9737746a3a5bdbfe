# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# docker needs 3.10; below, containers crash the kernel.
check_title=kernel
check_group=host
check_phase='before after'
check_roles=node

check() {
  local release major minor
  release=$(uname -r)
  major=${release%%.*}
  minor=${release#*.}
  minor=${minor%%[!0-9]*}
  if [[ $major == *[!0-9]* || -z $major || -z $minor ]]; then
    unknown "uname -r says $release"
  elif ((major > 3 || (major == 3 && minor >= 10))); then
    good "$release"
  fi
  bad "$release, docker needs 3.10 or newer" "Install a newer kernel from this system's own medium, and boot it."
}
