# shellcheck shell=bash
# What must never be deleted, whatever the specification says. Part of uninstall.sh.

# unsafe_path PATH: true when PATH must not be deleted, and UNSAFE says why.
unsafe_path() {
  local path=$1 place
  UNSAFE=''
  if [[ $path != /* || $path == */ || $path == *//* || $path/ == */./* || $path/ == */../* || $path == *[[:cntrl:]]* ]]; then
    UNSAFE="it is not a plain absolute path"
  elif [[ -L $path ]]; then
    UNSAFE="it is a symbolic link to $(readlink -- "$path")"
  elif place=$(readlink -m -- "$path") && [[ -n $place ]]; then
    # Once more for where it really is: a folder above it may be a link.
    unsafe_place "$path" || unsafe_place "$place" || true
  else
    UNSAFE="it cannot be found out where it is"
  fi
  [[ -n $UNSAFE ]]
}

unsafe_place() {
  case $1 in
    # A file of docker's own, see BEFORE_OTHER_PATHS.
    /etc/docker/key.json) ;;
    / | /proc/* | /sys/* | /dev/* | /boot/* | /bin/* | /sbin/* | /lib/* | /lib64/* | /etc/* | /usr/*) UNSAFE="the system lives there" ;;
    /var/lib | /var/log | /var/run | /var/cache | /var/spool | /var/tmp) UNSAFE="the system lives there" ;;
    /*/*) ;;
    # "/home" as well as one that a person made: too much may be in it.
    *) UNSAFE="it is a folder at the top of the file system" ;;
  esac
  if [[ $KB_ROOT == "$1"/* || $KB_ROOT == "$1" ]]; then
    UNSAFE="this bundle lies in it"
  fi
  is_home "$1" || true
  [[ -n $UNSAFE ]]
}

# is_home FOLDER: of a person; programs may have their data as their home.
is_home() {
  local name uid home
  while IFS=: read -r name _ uid _ _ home _; do
    if [[ $home == "$1" ]] && ((uid == 0 || uid >= 1000)); then
      UNSAFE="it is the home of the user $name"
      return 0
    fi
  done </etc/passwd
  return 1
}

# unsafe_bundle: the tarball was unpacked right over a folder that has a bin/ or lib/ of its own.
unsafe_bundle() {
  UNSAFE=''
  case $KB_ROOT in
    / | /usr | /usr/local | /opt | /home | /var | /etc | /srv | /tmp) UNSAFE="the system lives there" ;;
    *) is_home "$KB_ROOT" || return 1 ;;
  esac
}
