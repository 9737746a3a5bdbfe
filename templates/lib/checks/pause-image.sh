# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Each pod begins with a container of the pause image: where it cannot be had, pods stay Pending (Q6).
check_title='pause image'
check_group=node
check_phase=after
check_roles=node
check_question=Q6

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  # shellcheck source=../registry-look.sh
  . "$KB_ROOT/lib/registry-look.sh"
  # shellcheck source=../docker-client.sh
  . "$KB_ROOT/lib/docker-client.sh"
  local image output file text
  need_root
  typed_start kubelet
  if ! flag_value kubelet pod-infra-container-image; then
    no_image_flag
  fi
  image=$FLAG_VALUE
  quote_word "$image"
  ask_registry "$image"
  say_registry
  if output=$(run_docker 8 inspect --type=image '--format={{.Id}}' "$image" 2>&1); then
    HELD_ID=${output##*[[:space:]]}
    find_file "$image"
    our_image "$file" "$image"
    if ! held_is_ours; then
      warning "$(other_image "$image")" "Load ours, which takes the name:" "  $TYPED_ROOT/node/load-images.sh"
    fi
    good "docker holds $image; $text"
  elif [[ $output != *[Nn]'o such '* ]]; then
    typed_start docker
    unknown "docker does not say whether it holds $image" "Type:" "  $TYPED_START"
  fi
  find_file "$image"
  if [[ -f $KB_ROOT/images/$file ]]; then
    bad "docker does not hold $image; $text" "Load it from this bundle:" "  $TYPED_ROOT/node/load-images.sh"
  elif [[ $REGISTRY_STATE == holds ]]; then
    warning "docker does not hold $image; $text" "The kubelet will pull it. To see that it can, type:" \
      "  $TYPED_ROOT/bin/docker -H unix://$KB_DOCKER_SOCKET pull $QUOTED"
  fi
  bad "docker does not hold $image, nor does this bundle; $text" \
    "On a node whose docker has it (or compile with it), type:" "  docker save -o $file $QUOTED" \
    "Bring the file here as images/$file, then type:" "  $TYPED_ROOT/node/load-images.sh"
}

# The kubelet's own choice is gcr.io, which no machine room has.
no_image_flag() {
  local line
  line=$("$BASH" "$UNIT_SCRIPT" --print 2>/dev/null) || line=''
  text="kubelet has no --pod-infra-container-image, so it asks gcr.io for it"
  if [[ $UNIT_SOURCE == running && $line == *pod?infra?container?image* ]]; then
    bad "$text; its start script has one now" "Start it again:" "  $TYPED_RESTART"
  fi
  bad "$text" "Take the change of that flag out of \"kubelet\": { \"flags\" } in the specification, compile again, unpack, then type:" \
    "  $TYPED_RESTART"
}

# Sets text to what the registry says of it.
say_registry() {
  case $REGISTRY_STATE in
    holds) text="$REGISTRY has it" ;;
    lacks) text="$REGISTRY answers, and does not have it" ;;
    login) text="$REGISTRY answers, and wants a login" ;;
    tls) text="$REGISTRY answers (over TLS, so it was not asked for it)" ;;
    odd) text="$REGISTRY answers with $REGISTRY_TEXT" ;;
    public) text="the name has no private registry, so docker asks $REGISTRY" ;;
    *) text="$REGISTRY does not answer" ;;
  esac
}

# find_file IMAGE: sets file to its archive's name in images/, as load-images.sh knows it.
find_file() {
  local name row_file row_name
  file=pause.tar
  name=$(sed -n '/^readonly -a KB_IMAGES=(/,/^)/p' "$KB_ROOT/node/load-images.sh" | awk -v want="$QUOTED" '$2 == want { print $1 }') || true
  if [[ -n $name ]]; then
    file=$name
  elif [[ -f $KB_ROOT/lib/images.tsv ]]; then
    while IFS=$'\t' read -r row_file row_name _; do
      if [[ $row_name == "$1" ]]; then file=$row_file; fi
    done <"$KB_ROOT/lib/images.tsv"
  fi
}
