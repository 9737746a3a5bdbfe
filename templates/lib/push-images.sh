# shellcheck shell=bash
# node/push-images.sh: puts the images of images/ into the private registry, with any host's docker.

# shellcheck source=common.sh
. "$KB_ROOT/lib/common.sh"
# shellcheck source=options.sh
. "$KB_ROOT/lib/options.sh"
# shellcheck source=wait-lock.sh
. "$KB_ROOT/lib/wait-lock.sh"
# shellcheck source=docker-client.sh
. "$KB_ROOT/lib/docker-client.sh"

# What a compilation with "credentialsFile" puts there, and docker login with --config.
readonly CREDENTIALS=$KB_ROOT/node/kubelet-home/.docker

usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [--timeout S] [--force] [--help]" \
    '' \
    "Loads the images of this bundle's images/ into docker, and pushes them to the" \
    'private registry:' \
    "  $KB_REGISTRY" \
    'Once, on any one host that runs docker, is enough.' \
    '' \
    '  --timeout S  give up on one load or push after S seconds (load 300, push 1800;' \
    '               0: without limit)' \
    '  --force      go on although this host does not carry the address of the bundle' \
    '  --help       this text' \
    '' \
    'Exit codes: 0 done, or already so; 1 failed, with the cause; 2 cannot act here' \
    '(usage, not root, wrong host, missing tool).'
}

push_images_main() {
  local index
  parse_options "timeout= force" "$@"
  require_root
  require_tools env flock grep sed tail tar timeout tr
  require_host
  if ((${#KB_IMAGES[@]} == 0)); then
    say "This bundle has no images to push."
    return 0
  fi
  require_client
  require_docker
  make_folder "$KB_ROOT/run"
  # Of load-images.sh: the same image is not to be loaded twice at once.
  wait_lock "$KB_ROOT/run/load-images.lock" 600
  CONFIG=()
  if [[ -f $CREDENTIALS/config.json ]]; then
    CONFIG=(--config "$CREDENTIALS")
  fi
  LACKING=()
  for ((index = 0; index + 1 < ${#KB_IMAGES[@]}; index += 2)); do
    push_image "${KB_IMAGES[index]}" "${KB_IMAGES[index + 1]}"
  done
  if ((${#LACKING[@]} > 0)); then
    die "not pushed, for neither images/ nor docker has them: ${LACKING[*]}." \
      "Copy their files to this place, then run this again:" "  $TYPED_ROOT/images/"
  fi
}

# push_image FILE NAME
push_image() {
  local name=$2 output status=0 seconds=${OPT_TIMEOUT:-1800}
  if [[ $name != "$KB_REGISTRY"/* ]]; then
    warn "$name is not named after the registry $KB_REGISTRY, so it is not pushed there."
    return 0
  fi
  our_image "$1" "$name"
  # docker takes no digest to push to, and before 20.10 a name without a tag means every tag.
  name=${name%%@*}
  if [[ ${name##*/} != *:* ]]; then
    name+=:latest
  fi
  hold_image "$1" "$name" || return 0
  say "Pushing $name ..."
  output=$(run_docker "$seconds" ${CONFIG[@]+"${CONFIG[@]}"} push "$name" 2>&1) || status=$?
  last_lines "$output"
  if timed_out "$status"; then
    quote_word "$(readlink -f -- "$0")"
    die "docker did not push $name within $seconds s." ${LAST_LINES[@]+"${LAST_LINES[@]}"} \
      "To give it more time (what has arrived is not sent again), type:" "  $QUOTED --timeout $((seconds * 4))"
  elif ((status != 0)); then
    die_of_push "$name" "$output"
  fi
  say "$name is in the registry."
}

# hold_image FILE NAME: docker holds our image under NAME afterwards; 1 when there is nothing to give it.
hold_image() {
  local what="docker does not hold $2"
  if image_held "$2"; then
    if held_is_ours; then
      return 0
    fi
    what=$(other_image "$2")
    say "$what."
  fi
  if [[ ! -f $KB_ROOT/images/$1 ]]; then
    warn "images/$1 is not in this bundle, and $what."
    LACKING+=("$2 (images/$1)")
    return 1
  fi
  load_archive "$1"
  if image_held "$2"; then
    held_is_ours || die_other_image "$1" "$2"
    return 0
  fi
  # An archive that was copied here by hand, under the name that it had elsewhere.
  archive_names "$1"
  if ((${#ARCHIVE_NAMES[@]} != 1)) || ! image_held "${ARCHIVE_NAMES[0]}"; then
    die_other_names "$1" "$2"
  fi
  held_is_ours || die_other_image "$1" "${ARCHIVE_NAMES[0]}"
  say "images/$1 holds ${ARCHIVE_NAMES[0]}: tagging that $2."
  if ! run_docker 30 tag "${ARCHIVE_NAMES[0]}" "$2"; then
    die "docker could not tag ${ARCHIVE_NAMES[0]} $2." "Look with:" "  $DOCKER_TYPED images"
  fi
}

# die_of_push NAME OUTPUT: the likely cause, by docker's own words, and the cure.
die_of_push() {
  local output=$2
  local -a advice
  quote_word "$KB_ROOT/node/start-docker.sh"
  case ${output,,} in
    *'http response to https client'* | *'oversized record'* | *'first record does not look like a tls'*)
      advice=("The registry speaks http, and the daemon was not told that it may: it runs without --insecure-registry=$KB_REGISTRY."
        "Set \"insecure\": true under \"registry\" in the specification, compile again, and start docker anew. Its flags:"
        "  $QUOTED --print")
      ;;
    *x509:* | *certificate*)
      advice=("The daemon does not trust the registry's certificate. Give its CA as \"caFile\" under \"registry\" in the specification and compile again, or put it here:"
        "  /etc/docker/certs.d/$KB_REGISTRY/ca.crt")
      ;;
    *unauthorized* | *'no basic auth'* | *'authentication required'* | *denied* | *forbidden*)
      advise_login
      ;;
    *'no such host'* | *'server misbehaving'*)
      advice=("The name of the registry does not resolve here. Write the names into /etc/hosts, and look:"
        "  $TYPED_ROOT/update-hosts.sh; getent hosts ${KB_REGISTRY%:*}")
      ;;
    *refused* | *'no route'* | *unreachable* | *timeout* | *'timed out'* | *'dial tcp'* | *awaiting\ headers*)
      advice=("The registry does not answer: does it run, and is there a way to it from this host? Look with:"
        "  getent hosts ${KB_REGISTRY%:*}; ip route")
      ;;
    *) advice=("Look at the log of the registry, and of docker:" "  $TYPED_ROOT/log/docker.log") ;;
  esac
  die "docker could not push $1:" ${LAST_LINES[@]+"${LAST_LINES[@]}"} ${advice[@]+"${advice[@]}"} \
    "Then run this again; what has arrived is not sent again."
}

# advise_login: sets the caller's advice.
advise_login() {
  local why='The registry wants credentials, and this bundle has none. Log in, with a user that may push:'
  if ((${#CONFIG[@]} > 0)); then
    why="The registry refuses the credentials of this bundle, or their user may not push. Log in with one that may:"
  fi
  quote_words --config "$CREDENTIALS" login "$KB_REGISTRY"
  advice=("$why" "  $DOCKER_TYPED $QUOTED")
}
