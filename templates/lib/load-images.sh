# shellcheck shell=bash
# node/load-images.sh: gives docker the images of images/ that it does not hold (Q6). Run before each
# start of the kubelet, because the kubelet's garbage collection may delete the pause image.

# shellcheck source=common.sh
. "$KB_ROOT/lib/common.sh"
# shellcheck source=options.sh
. "$KB_ROOT/lib/options.sh"
# shellcheck source=process.sh
. "$KB_ROOT/lib/process.sh"
# shellcheck source=wait-lock.sh
. "$KB_ROOT/lib/wait-lock.sh"
# shellcheck source=docker-client.sh
. "$KB_ROOT/lib/docker-client.sh"

usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [--pause] [--quiet] [--timeout S] [--force] [--help]" \
    '' \
    "Loads the images of this bundle's images/ into docker, as far as docker does not" \
    'hold them already.' \
    '' \
    '  --pause      only the pause image, without which no pod starts' \
    '  --quiet      for a timer: says something only when it has to load one, or' \
    '               cannot; a docker that does not run needs nothing' \
    '  --timeout S  give up on one image after S seconds (300; 0: without limit)' \
    '  --force      go on although this host does not carry the address of the bundle' \
    '  --help       this text' \
    '' \
    'Exit codes: 0 done, or already so (also when an image is neither here nor in' \
    'docker: the kubelet will pull it); 1 failed, with the cause; 2 cannot act here' \
    '(usage, not root, wrong host, missing tool).'
}

load_images_main() {
  local index
  parse_options "pause quiet timeout= force" "$@"
  require_root
  require_tools env flock grep sed tail tar timeout tr
  require_host
  if ((${#KB_IMAGES[@]} == 0)); then
    tell "This bundle has no images to load."
    return 0
  fi
  require_client
  if ((OPT_QUIET)) && docker_is_down; then
    return 0
  fi
  require_docker
  make_folder "$KB_ROOT/run"
  # Two docker loads of one image at once would both do the whole work.
  wait_lock "$KB_ROOT/run/load-images.lock" 600
  for ((index = 0; index + 1 < ${#KB_IMAGES[@]}; index += 2)); do
    if ((!OPT_PAUSE)) || [[ ${KB_IMAGES[index + 1]} == "$KB_PAUSE_IMAGE" ]]; then
      load_image "${KB_IMAGES[index]}" "${KB_IMAGES[index + 1]}"
    fi
  done
}

# tell LINE...: unless --quiet.
tell() {
  ((OPT_QUIET)) || say "$@"
}

# Stopped, by stop.sh or for a while: the kubelet's start loads what it needs. A daemon of ours that runs
# and does not answer is another matter.
docker_is_down() {
  ! process_alive "$KB_ROOT/run/docker.pid" && ! run_docker 10 version >/dev/null 2>&1
}

# load_image FILE NAME
load_image() {
  local file=$KB_ROOT/images/$1 name=$2
  our_image "$1" "$name"
  if image_held "$name"; then
    if held_is_ours; then
      tell "docker holds $name already."
      return 0
    fi
    if [[ ! -f $file ]]; then
      ((OPT_QUIET)) || warn_other_image "$1" "$name"
      return 0
    fi
    say "$(other_image "$name"). Ours takes the name."
  elif [[ ! -f $file ]]; then
    # A timer cannot mend it, and each start of the kubelet says it.
    ((!OPT_QUIET)) || return 0
    warn "images/$1 is not in this bundle: kubelet will pull $name from the registry; if the registry is down, pods stay Pending (Q6)." \
      "To be safe from that, copy the file (docker save -o $1 $name, where docker holds it) to:" "  $file"
    return 0
  fi
  load_archive "$1"
  if ! image_held "$name"; then
    die_other_names "$1" "$name"
  fi
  if ! held_is_ours; then
    die_other_image "$1" "$name"
  fi
  say "Loaded $name."
}

# warn_other_image FILE NAME: pods start all the same, with that image.
warn_other_image() {
  warn "$(other_image "$2"), and images/$1 is not in this bundle: pods get that one." \
    "If that is not meant, unpack the tarball again, or copy the file to:" "  $KB_ROOT/images/$1"
}
