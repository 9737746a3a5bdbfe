# shellcheck shell=bash
# node/load-images.sh: gives docker the images of images/ that it does not hold (Q6). Run before each
# start of the kubelet, because the kubelet's garbage collection may delete the pause image.

# shellcheck source=common.sh
. "$KB_ROOT/lib/common.sh"
# shellcheck source=options.sh
. "$KB_ROOT/lib/options.sh"
# shellcheck source=wait-lock.sh
. "$KB_ROOT/lib/wait-lock.sh"

usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [--timeout S] [--force] [--help]" \
    '' \
    "Loads the images of this bundle's images/ into docker, as far as docker does not" \
    'hold them already.' \
    '' \
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
  parse_options "timeout= force" "$@"
  require_root
  require_tools env flock grep head sed tail tar timeout tr
  require_host
  if ((${#KB_IMAGES[@]} == 0)); then
    say "This bundle has no images to load."
    return 0
  fi
  if [[ ! -f $KB_ROOT/bin/docker || ! -x $KB_ROOT/bin/docker ]]; then
    refuse "bin/docker is not in this bundle: compile with --artifacts, or copy it to" "  $TYPED_ROOT/bin/"
  fi
  quote_words "$KB_ROOT/bin/docker" -H "unix://$KB_DOCKER_SOCKET"
  DOCKER_TYPED=$QUOTED
  require_docker
  make_folder "$KB_ROOT/run"
  # Two docker loads of one image at once would both do the whole work.
  wait_lock "$KB_ROOT/run/load-images.lock" 600
  for ((index = 0; index + 1 < ${#KB_IMAGES[@]}; index += 2)); do
    load_image "${KB_IMAGES[index]}" "${KB_IMAGES[index + 1]}"
  done
}

# run_docker SECONDS WORD...: the bundle's client against the bundle's daemon, whatever DOCKER_HOST,
# DOCKER_TLS_VERIFY or ~/.docker of the person say. --foreground, so that Ctrl-C reaches it.
run_docker() {
  local seconds=$1
  shift
  env -i "PATH=$KB_ROOT/bin:$PATH" HOME=/nonexistent LC_ALL=C \
    timeout --foreground -k 5 "$seconds" "$KB_ROOT/bin/docker" -H "unix://$KB_DOCKER_SOCKET" "$@"
}

require_docker() {
  local output
  if ! output=$(run_docker 10 version 2>&1); then
    quote_word "$KB_ROOT/node/start-docker.sh"
    last_lines "$output"
    die "docker does not answer at unix://$KB_DOCKER_SOCKET." ${LAST_LINES[@]+"${LAST_LINES[@]}"} \
      "Start it first, then run this again:" "  $QUOTED"
  fi
}

# last_lines TEXT: sets LAST_LINES to its last three lines, indented as a quotation.
last_lines() {
  local line
  LAST_LINES=()
  while IFS= read -r line; do
    if [[ -n $line ]]; then
      LAST_LINES+=("  $line")
    fi
  done < <(printf '%s\n' "$1" | tr '\r' '\n' | tail -n 3)
}

# load_image FILE NAME
load_image() {
  local file=$KB_ROOT/images/$1 name=$2 output status=0 seconds=${OPT_TIMEOUT:-300}
  if image_held "$name"; then
    say "docker holds $name already."
    return 0
  fi
  if [[ ! -f $file ]]; then
    warn "images/$1 is not in this bundle: kubelet will pull $name from the registry; if the registry is down, pods stay Pending (Q6)." \
      "To be safe from that, copy the file (docker save -o $1 $name, where docker holds it) to:" "  $file"
    return 0
  fi
  say "Loading images/$1 into docker ..."
  output=$(run_docker "$seconds" load -i "$file" 2>&1) || status=$?
  last_lines "$output"
  # 137 is timeout's own -k: the client did not even end when it was told to.
  if ((status == 124 || status == 137)); then
    die "docker did not load images/$1 within $seconds s." \
      "Is the disk of docker's data folder full or very slow? Look with:" "  df -h" \
      "To give it more time, type:" "  $0 --timeout $((seconds * 4))"
  elif ((status != 0)); then
    quote_word "$file"
    die "docker could not load images/$1:" ${LAST_LINES[@]+"${LAST_LINES[@]}"} \
      "Is the disk full, is the file whole, is it made by docker save (not docker export)? Look with:" \
      "  df -h; tar tvf $QUOTED"
  fi
  if ! image_held "$name"; then
    die_other_names "$1" "$name"
  fi
  say "Loaded $name."
}

# image_held NAME: asked the way the kubelet asks, so that a name without a tag means :latest.
image_held() {
  local output
  if output=$(run_docker 30 inspect --type=image "$1" 2>&1); then
    return 0
  fi
  case $output in
    *[Nn]'o such '*) return 1 ;;
  esac
  last_lines "$output"
  die "docker does not say whether it holds $1:" ${LAST_LINES[@]+"${LAST_LINES[@]}"} \
    "Look with:" "  $DOCKER_TYPED images"
}

# die_other_names FILE NAME: the archive was loaded, but NAME is not among what it brought.
die_other_names() {
  local file=$KB_ROOT/images/$1 found quoted
  quote_word "$file"
  quoted=$QUOTED
  # manifest.json from docker 1.10 on, repositories before.
  found=$(tar xOf "$file" manifest.json 2>/dev/null |
    sed -n 's/.*"RepoTags":\["\([^"]*\)".*/\1/p' | head -n 1) || true
  if [[ -z $found ]]; then
    found=$(tar xOf "$file" repositories 2>/dev/null |
      sed -n 's/^{"\([^"]*\)":{"\([^"]*\)":.*/\1:\2/p' | head -n 1) || true
  fi
  quote_words "${found:-ID}" "$2"
  die "images/$1 was loaded, but it does not hold $2. It holds: ${found:-no name that I can read}." \
    "To see all its names, type one of:" \
    "  tar xOf $quoted manifest.json" "  tar xOf $quoted repositories" "  $DOCKER_TYPED images" \
    "Then give the right image the name that kubelet asks for:" "  $DOCKER_TYPED tag $QUOTED"
}
