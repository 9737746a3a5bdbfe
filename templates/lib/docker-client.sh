# shellcheck shell=bash
# The bundle's docker client, asked about images and given them. Needs common.sh and KB_DOCKER_SOCKET.

# require_client: bin/docker is there. Sets DOCKER_TYPED, how a person types it.
require_client() {
  if [[ ! -f $KB_ROOT/bin/docker || ! -x $KB_ROOT/bin/docker ]]; then
    refuse "bin/docker is not in this bundle: compile with --artifacts, or copy it to" "  $TYPED_ROOT/bin/"
  fi
  quote_words "$KB_ROOT/bin/docker" -H "unix://$KB_DOCKER_SOCKET"
  DOCKER_TYPED=$QUOTED
}

# run_docker SECONDS WORD...: the bundle's client against the bundle's daemon, whatever DOCKER_HOST,
# DOCKER_TLS_VERIFY or ~/.docker of the person say. --foreground, so that Ctrl-C reaches it;
# without the lock (wait_lock), which a client that hangs would keep.
run_docker() {
  local seconds=$1
  shift
  env -i "PATH=$KB_ROOT/bin:$PATH" HOME=/nonexistent LC_ALL=C \
    timeout --foreground -k 5 "$seconds" "$KB_ROOT/bin/docker" -H "unix://$KB_DOCKER_SOCKET" "$@" 8>&-
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

# timed_out STATUS: of run_docker. 137 is timeout's own -k: the client did not even end when told to.
timed_out() {
  (($1 == 124 || $1 == 137))
}

# our_image FILE NAME: sets OUR_ID to the image's ID as the compiler knows it, to '' when it did not have the image.
our_image() {
  local file name id
  OUR_ID=''
  if [[ ! -f $KB_ROOT/lib/images.tsv ]]; then
    return 0
  fi
  while IFS=$'\t' read -r file name id; do
    if [[ $file == "$1" && $name == "$2" ]]; then
      OUR_ID=$id
    fi
  done <"$KB_ROOT/lib/images.tsv"
}

# image_held NAME: asked the way the kubelet asks, so that a name without a tag means :latest. Sets HELD_ID.
image_held() {
  local output
  HELD_ID=''
  if output=$(run_docker 30 inspect --type=image '--format={{.Id}}' "$1" 2>&1); then
    # Behind whatever the client warns of.
    HELD_ID=${output##*[[:space:]]}
    return 0
  fi
  case $output in
    *[Nn]'o such '*) return 1 ;;
  esac
  last_lines "$output"
  die "docker does not say whether it holds $1:" ${LAST_LINES[@]+"${LAST_LINES[@]}"} \
    "Look with:" "  $DOCKER_TYPED images"
}

# held_is_ours: the image that image_held found is that of our_image, as far as that one is known.
held_is_ours() {
  [[ -n $HELD_ID ]] && [[ -z $OUR_ID || $HELD_ID == "$OUR_ID" ]]
}

# short_id ID: without the algorithm, as docker images shows it.
short_id() {
  local hex=${1#sha256:}
  printf '%s' "${hex:0:12}"
}

# other_image NAME: how the image that image_held found differs from ours, on stdout.
other_image() {
  printf '%s' "docker holds another image under the name $1: $(short_id "$HELD_ID") instead of $(short_id "$OUR_ID")"
}

# load_archive FILE: gives docker the images of images/FILE, in OPT_TIMEOUT seconds at most (300).
load_archive() {
  local file=$KB_ROOT/images/$1 output status=0 seconds=${OPT_TIMEOUT:-300}
  say "Loading images/$1 into docker ..."
  output=$(run_docker "$seconds" load -i "$file" 2>&1) || status=$?
  last_lines "$output"
  if timed_out "$status"; then
    quote_word "$(readlink -f -- "$0")"
    die "docker did not load images/$1 within $seconds s." \
      "Is the disk of docker's data folder full or very slow? Look with:" "  df -h" \
      "To give it more time, type:" "  $QUOTED --timeout $((seconds * 4))"
  elif ((status != 0)); then
    quote_word "$file"
    die "docker could not load images/$1:" ${LAST_LINES[@]+"${LAST_LINES[@]}"} \
      "Is the disk full, is the file whole, is it made by docker save (not docker export)? Look with:" \
      "  df -h; tar tvf $QUOTED"
  fi
}

# archive_names FILE: sets ARCHIVE_NAMES to the names that images/FILE gives its images.
archive_names() {
  local file=$KB_ROOT/images/$1 name
  ARCHIVE_NAMES=()
  while IFS= read -r name; do
    ARCHIVE_NAMES+=("$name")
  done < <(names_of_manifest "$file" || names_of_repositories "$file")
}

# names_of_manifest FILE: manifest.json, from docker 1.10 on.
names_of_manifest() {
  tar xOf "$1" manifest.json 2>/dev/null | grep -o '"RepoTags":\[[^]]*\]' |
    sed 's/^"RepoTags"://' | grep -o '"[^"]*"' | tr -d '"'
}

# names_of_repositories FILE: before; the first name.
names_of_repositories() {
  tar xOf "$1" repositories 2>/dev/null | sed -n 's/^{"\([^"]*\)":{"\([^"]*\)":.*/\1:\2/p'
}

# die_other_image FILE NAME: NAME is there after the load, and is still another image than the compiler's.
die_other_image() {
  quote_word "$KB_ROOT"
  die "images/$1 was loaded, but $2 is the image $(short_id "$HELD_ID") in docker, not $(short_id "$OUR_ID"), which this bundle was made with." \
    "Is images/$1 still the file of the bundle? Look with:" "  cd $QUOTED && sha256sum -c --quiet SHA256SUMS" \
    "If it is not, unpack the tarball again; if another image is meant, give it to kubebale lock, and compile again."
}

# die_other_names FILE NAME: the archive was loaded, but NAME is not among what it brought.
die_other_names() {
  local file=$KB_ROOT/images/$1 found typed
  quote_word "$file"
  typed=$QUOTED
  archive_names "$1"
  found=${ARCHIVE_NAMES[*]-}
  quote_words "${ARCHIVE_NAMES[0]-ID}" "$2"
  die "images/$1 was loaded, but it does not hold $2. It holds: ${found:-no name that I can read}." \
    "To see all its names, type one of:" \
    "  tar xOf $typed manifest.json" "  tar xOf $typed repositories" "  $DOCKER_TYPED images" \
    "Then give the right image the name that kubelet asks for:" "  $DOCKER_TYPED tag $QUOTED"
}
