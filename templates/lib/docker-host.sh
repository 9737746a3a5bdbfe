# shellcheck shell=bash
# What else of docker is on this host: daemons that run, packages, a pid file left behind. Needs
# common.sh.

readonly DOCKER_PID_FILE=/var/run/docker.pid

# is_docker_daemon WORD...: a command line of `dockerd`, `docker daemon` or `docker -d` (1.7), not
# of a client such as `docker run -d`.
is_docker_daemon() {
  local name=${1##*/}
  shift
  case $name in
    dockerd | dockerd-current | dockerd-ce) return 0 ;;
    docker | docker-current | docker.io) ;;
    *) return 1 ;;
  esac
  while (($# > 0)); do
    case $1 in
      daemon | -d | --daemon | -d=true | --daemon=true) return 0 ;;
      # The global flags of those releases that take the next word as their value.
      -H | --host | -l | --log-level | --config | --tlscacert | --tlscert | --tlskey | -g | --graph | \
        -b | --bridge | -s | --storage-driver | -G | --group | -p | --pidfile) shift ;;
      -*) ;;
      *) return 1 ;;
    esac
    (($# == 0)) || shift
  done
  return 1
}

# find_docker_daemon: sets DAEMON_PID and DAEMON_LINE to a docker daemon that does not run from this
# bundle, or fails. Processes of other pid namespaces (docker in a container) are none of ours.
find_docker_daemon() {
  local folder word
  local -a words
  for folder in /proc/[0-9]*; do
    # A process may end while we look.
    { read -r word <"$folder/comm"; } 2>/dev/null || continue
    if [[ $word != docker* ]]; then
      continue
    fi
    words=()
    while IFS= read -r -d '' word; do
      words+=("$word")
      # A client may have a very long line.
    done < <(head -c 65536 "$folder/cmdline" 2>/dev/null || true)
    if ((${#words[@]} == 0)) || ! is_docker_daemon ${words[@]+"${words[@]}"}; then
      continue
    fi
    if [[ $(readlink "$folder/exe") == "$KB_ROOT/bin/"* || ! $folder/ns/pid -ef /proc/self/ns/pid ]]; then
      continue
    fi
    DAEMON_PID=${folder#/proc/}
    quote_words "${words[@]}"
    DAEMON_LINE=${QUOTED:0:70}
    return 0
  done
  return 1
}

# refuse_running_daemon WHY
refuse_running_daemon() {
  if find_docker_daemon; then
    die "another docker daemon runs, $1: pid $DAEMON_PID." "  $DAEMON_LINE" \
      "Stop it first, then run this again. One of these, whichever started it:" \
      "  systemctl stop docker" "  service docker stop" "  kill $DAEMON_PID"
  fi
}

# find_owner PATH: sets OWNER to the package that PATH belongs to ('' for none), and OWNER_REMOVE to
# what removes it.
# shellcheck disable=SC2034 # read by install-docker.sh
find_owner() {
  local path
  OWNER=''
  # With a merged /usr, the package may know /usr/bin/docker as /bin/docker.
  for path in "$1" "${1#/usr}"; do
    if [[ -z $OWNER ]] && type -P dpkg >/dev/null; then
      # A pattern to dpkg, so only the line that ends with exactly this path counts.
      OWNER=$(LC_ALL=C dpkg -S "$path" 2>/dev/null |
        path=": $path" awk '{ path = ENVIRON["path"] } !/^diversion / && substr($0, length($0) - length(path) + 1) == path { print $1; exit }') || true
      OWNER=${OWNER%:}
      OWNER=${OWNER%,}
      OWNER_REMOVE="apt-get remove $OWNER"
    fi
    if [[ -z $OWNER && -e $path ]] && type -P rpm >/dev/null; then
      # rpm says "file X is not owned by any package" on stdout, and fails.
      if OWNER=$(LC_ALL=C rpm -qf -- "$path" 2>/dev/null); then
        OWNER=${OWNER%%$'\n'*}
      else
        OWNER=''
      fi
      OWNER_REMOVE="yum remove $OWNER"
    fi
  done
}

# A pid file whose process is dead keeps docker 1.11 from starting as soon as another process gets
# that number.
remove_stale_pid_file() {
  local pid=''
  if [[ ! -f $DOCKER_PID_FILE ]]; then
    return 0
  fi
  read -r pid <"$DOCKER_PID_FILE" || true
  if [[ -z $pid || $pid == *[!0-9]* ]]; then
    return 0
  fi
  if [[ ! -d /proc/$pid ]]; then
    rm -f -- "$DOCKER_PID_FILE" || die_unwritable "$DOCKER_PID_FILE"
    say "Removed $DOCKER_PID_FILE: its process $pid is dead."
  fi
}
